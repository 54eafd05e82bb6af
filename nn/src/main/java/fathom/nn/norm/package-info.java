/** Normalisation layers. */
@NullMarked
package fathom.nn.norm;

import org.jspecify.annotations.NullMarked;
