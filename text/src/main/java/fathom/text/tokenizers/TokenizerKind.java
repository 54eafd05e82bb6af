package fathom.text.tokenizers;

import java.util.List;

/** Kinds of tokenizers, by the models that introduced them, or by their own name. */
public enum TokenizerKind {
    /** WordPiece of words and punctuation marks; Chinese by characters. */
    BERT("", "[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"),
    /** Byte-level BPE of words with the space before them. */
    GPT2(PreTokenizers.GPT2, "<|endoftext|>"),
    /** BPE of characters and of bytes for those that the vocabulary lacks, as SentencePiece writes it for Llama 2. */
    LLAMA("", "<unk>", "<s>", "</s>"),
    /**
     * A unigram language model (Kudo, 2018), SentencePiece's default: of all segmentations of a word the most probable,
     * with bytes for characters that the vocabulary lacks.
     */
    UNIGRAM("", "<unk>", "<s>", "</s>"),
    /** Byte-level BPE with numbers of at most three digits; tokens of the vocabulary are not merged again. */
    LLAMA3(
            "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
            "<|begin_of_text|>",
            "<|end_of_text|>"),
    /** Byte-level BPE of composed characters (NFC), with digits one by one. */
    QWEN(
            "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
            "<|endoftext|>",
            "<|im_start|>",
            "<|im_end|>");

    final String pattern;
    private final List<String> specialTokens;

    TokenizerKind(String pattern, String... specialTokens) {
        this.pattern = pattern;
        this.specialTokens = List.of(specialTokens);
    }

    /** {@return its special tokens, which have the first ids of a trained tokenizer} */
    public List<String> specialTokens() {
        return specialTokens;
    }
}
