package fathom.bench.work;

/**
 * Decoders of Llama's architecture (Touvron et al., 2023): RMS norms, rotary positions, SwiGLU, no biases, a head tied
 * to the embedding.
 */
public enum DecoderSize {
    /** 29 million parameters. */
    LLAMA_30M("llama 30m", 8_000, 512, 1376, 8, 8, 8),
    /** 299 million parameters, four heads of queries to each of keys. */
    LLAMA_300M("llama 300m", 32_000, 1024, 2752, 24, 16, 4);

    /** The base of rotary wavelengths. */
    public static final double THETA = 10_000;

    /** The epsilon of norms. */
    public static final double EPS = 1e-6;

    private final String text;
    private final int vocabulary;
    private final int width;
    private final int hidden;
    private final int layers;
    private final int heads;
    private final int keyHeads;

    DecoderSize(String text, int vocabulary, int width, int hidden, int layers, int heads, int keyHeads) {
        this.text = text;
        this.vocabulary = vocabulary;
        this.width = width;
        this.hidden = hidden;
        this.layers = layers;
        this.heads = heads;
        this.keyHeads = keyHeads;
    }

    /** {@return the number of tokens} */
    public int vocabulary() {
        return vocabulary;
    }

    /** {@return the width of token vectors} */
    public int width() {
        return width;
    }

    /** {@return the hidden width of feed-forward networks} */
    public int hidden() {
        return hidden;
    }

    /** {@return the number of layers} */
    public int layers() {
        return layers;
    }

    /** {@return the number of heads of queries} */
    public int heads() {
        return heads;
    }

    /** {@return the number of heads of keys and values} */
    public int keyHeads() {
        return keyHeads;
    }

    /** {@return the width of a head} */
    public int headWidth() {
        return width / heads;
    }

    /** Weights of a layer's matrices. */
    private long layerWeights() {
        return 2L * width * width + 2L * width * keyHeads * headWidth() + 3L * width * hidden;
    }

    long parameters() {
        return (long) vocabulary * width + layers * (layerWeights() + 2L * width) + width;
    }

    double prefillFlops(int tokens) {
        double attention = 2.0 * tokens * width / 2; // causal: half of the scores and of the weighted values
        return 2 * layers * (layerWeights() + attention) * tokens + 2.0 * width * vocabulary;
    }

    @Override
    public String toString() {
        return text;
    }
}
