/** Losses as layers. */
@NullMarked
package fathom.nn.loss;

import org.jspecify.annotations.NullMarked;
