/** A real GPU, by NVIDIA's driver and run-time compiler, called through {@code java.lang.foreign}. */
@NullMarked
package fathom.cuda.driver;

import org.jspecify.annotations.NullMarked;
