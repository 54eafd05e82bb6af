package fathom.text.tokenizers;

import java.util.List;

/** Turns tokens into parts of a text. */
@FunctionalInterface
interface Decoder {
    /** {@return texts whose concatenation is what the tokens stand for} */
    List<String> decode(List<String> tokens);
}
