/** Attention and its gradient in tiles: scores are never stored. */
@NullMarked
package fathom.cuda.attention;

import org.jspecify.annotations.NullMarked;
