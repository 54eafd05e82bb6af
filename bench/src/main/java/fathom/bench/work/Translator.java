package fathom.bench.work;

/**
 * The course's translators, with its sizes: width 32, two layers, dropout 0.1, the vocabularies of the first 600 pairs
 * of sentences.
 */
public enum Translator {
    /** Gated recurrent units in encoder and decoder. */
    SEQ2SEQ(47_369),
    /** The same with additive attention in the decoder. */
    BAHDANAU(49_449),
    /** The Transformer: 4 heads, feed-forward networks of width 64. */
    TRANSFORMER(61_705);

    /** Tokens of the source's vocabulary. */
    public static final int SOURCE_WORDS = 184;

    /** Tokens of the target's vocabulary. */
    public static final int TARGET_WORDS = 201;

    /** The width of embeddings and hidden states. */
    public static final int HIDDEN = 32;

    /** Layers of encoder and decoder. */
    public static final int LAYERS = 2;

    /** The dropout probability. */
    public static final double DROPOUT = 0.1;

    /** The Transformer's heads. */
    public static final int HEADS = 4;

    /** The hidden width of the Transformer's feed-forward networks. */
    public static final int FEED_FORWARD = 64;

    /** The learning rate of Adam. */
    public static final double RATE = 0.005;

    /** The maximum norm of all gradients together. */
    public static final double CLIP = 1;

    private final long parameters;

    Translator(long parameters) {
        this.parameters = parameters;
    }

    long parameters() {
        return parameters;
    }
}
