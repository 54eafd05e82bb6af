/**
 * Convolutions, transposed convolutions, and layers that rearrange or resize: unfold and fold, pixel shuffle,
 * upsampling.
 */
@NullMarked
package fathom.nn.conv;

import org.jspecify.annotations.NullMarked;
