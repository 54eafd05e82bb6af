/** Text written by decoders: sampling, beam search, streaming. */
@NullMarked
package fathom.text.generation;

import org.jspecify.annotations.NullMarked;
