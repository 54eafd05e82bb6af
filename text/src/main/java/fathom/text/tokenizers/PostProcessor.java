package fathom.text.tokenizers;

import java.util.List;

/** Adds special tokens to one or two encodings. */
interface PostProcessor {
    /** {@return the encodings with special tokens; joined, they are the result} */
    List<Encoding> process(List<Encoding> inputs, boolean addSpecialTokens);

    /** {@return the number of special tokens} */
    int added(boolean isPair);
}
