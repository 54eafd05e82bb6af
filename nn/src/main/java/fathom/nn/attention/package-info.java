/** Attention pooling: scoring functions, masks of lengths, positions. */
@NullMarked
package fathom.nn.attention;

import org.jspecify.annotations.NullMarked;
