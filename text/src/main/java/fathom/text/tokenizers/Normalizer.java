package fathom.text.tokenizers;

/** Normalises a part of an input before it is split into words. */
@FunctionalInterface
interface Normalizer {
    /** {@return the normalised text} */
    AlignedText normalize(AlignedText text);
}
