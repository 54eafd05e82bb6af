package fathom.text.tokenizers;

import java.util.List;

/** Splits a normalised text into words, which a model splits further. */
@FunctionalInterface
interface PreTokenizer {
    /** Adds the words of a text, which may be empty. */
    void split(AlignedText text, List<AlignedText> words);
}
