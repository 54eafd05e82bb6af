/**
 * Fathom in Jupyter. {@link fathom.jupyter.Kernel} runs the kernel with displays for tensors, layers, tables, figures
 * and progress; {@link fathom.jupyter.KernelSpec} installs it.
 *
 * <p>No module: the kernel finds displays on the class path, and is no module itself.
 */
@NullMarked
package fathom.jupyter;

import org.jspecify.annotations.NullMarked;
