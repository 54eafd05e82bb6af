/** Primitives over sliding windows: convolution, pooling, im2col, resampling. */
@NullMarked
package fathom.primitive.window;

import org.jspecify.annotations.NullMarked;
