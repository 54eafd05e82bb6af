/** Convolutions, transposed ones, and layers that rearrange or resize: patches, shuffled pixels, upsampling. */
@NullMarked
package fathom.nn.conv;

import org.jspecify.annotations.NullMarked;
