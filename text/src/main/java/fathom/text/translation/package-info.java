/** Sequence to sequence: encoders, decoders, their training, decoding, and translation. */
@NullMarked
package fathom.text.translation;

import org.jspecify.annotations.NullMarked;
