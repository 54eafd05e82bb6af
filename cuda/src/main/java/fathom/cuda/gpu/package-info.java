/** What the kernels need of a GPU, and what they are: sources, launches, families. */
@NullMarked
package fathom.cuda.gpu;

import org.jspecify.annotations.NullMarked;
