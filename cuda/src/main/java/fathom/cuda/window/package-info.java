/** Kernels for sliding windows: pooling, convolution, resampling; and for CTC. */
@NullMarked
package fathom.cuda.window;

import org.jspecify.annotations.NullMarked;
