/** Primitives that move a window over spatial dimensions: convolution, pooling, patches, resampling. */
@NullMarked
package fathom.primitive.window;

import org.jspecify.annotations.NullMarked;
