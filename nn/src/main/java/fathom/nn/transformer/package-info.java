/** Attention and the Transformer. */
@NullMarked
package fathom.nn.transformer;

import org.jspecify.annotations.NullMarked;
