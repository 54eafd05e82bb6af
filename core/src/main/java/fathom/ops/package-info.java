/** The methods of a tensor, grouped in families; {@link fathom.Tensor} implements them all. */
@NullMarked
package fathom.ops;

import org.jspecify.annotations.NullMarked;
