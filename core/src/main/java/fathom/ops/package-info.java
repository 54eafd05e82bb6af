/** The methods of a tensor, in families; {@link fathom.Tensor} has them all. */
@NullMarked
package fathom.ops;

import org.jspecify.annotations.NullMarked;
