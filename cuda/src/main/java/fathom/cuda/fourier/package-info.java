/** Kernels of Fourier transforms. */
@NullMarked
package fathom.cuda.fourier;

import org.jspecify.annotations.NullMarked;
