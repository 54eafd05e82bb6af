package fathom.bench.work;

/** Encoders of BERT's architecture: 30,522 tokens, 512 positions, two token types, no pooler. */
public enum EncoderSize {
    /** BERT-base (Devlin et al., 2019). */
    BERT_BASE("bert-base", 12, 768, 12),
    /** MiniLM with six layers, as sentence encoders have it. */
    MINILM("minilm", 6, 384, 12);

    /** Tokens of the vocabulary. */
    public static final int VOCABULARY = 30_522;

    /** Position embeddings. */
    public static final int POSITIONS = 512;

    /** Token types. */
    public static final int TYPES = 2;

    /** The epsilon of layer norms. */
    public static final double EPS = 1e-12;

    private final String text;
    private final int layers;
    private final int width;
    private final int heads;

    EncoderSize(String text, int layers, int width, int heads) {
        this.text = text;
        this.layers = layers;
        this.width = width;
        this.heads = heads;
    }

    /** {@return the number of layers} */
    public int layers() {
        return layers;
    }

    /** {@return the width of token vectors} */
    public int width() {
        return width;
    }

    /** {@return the number of heads of a layer} */
    public int heads() {
        return heads;
    }

    /** {@return the hidden width of feed-forward networks} */
    public int hidden() {
        return 4 * width;
    }

    long parameters() {
        long embeddings = (long) (VOCABULARY + POSITIONS + TYPES) * width + 2L * width;
        long attention = 4L * width * width + 4L * width;
        long feedForward = 2L * width * hidden() + hidden() + width;
        return embeddings + layers * (attention + feedForward + 4L * width);
    }

    /** The head of a masked language model; its table is that of the word embeddings. */
    long headParameters() {
        return (long) width * width + width + 2L * width + VOCABULARY;
    }

    double forwardFlops(int batch, int tokens) {
        double products = 4.0 * width * width + 2.0 * width * hidden();
        double attention = 2.0 * tokens * width; // scores, and weighted values
        return 2 * layers * (products + attention) * batch * tokens;
    }

    double headFlops(int batch, int tokens) {
        return 2.0 * ((double) width * width + (double) width * VOCABULARY) * batch * tokens;
    }

    @Override
    public String toString() {
        return text;
    }
}
