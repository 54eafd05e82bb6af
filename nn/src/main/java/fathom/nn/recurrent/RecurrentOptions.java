package fathom.nn.recurrent;

/** Options of recurrent networks: {@code new GRU(28, 256, o -> o.numLayers(2).dropout(0.5))}; PyTorch's defaults. */
public final class RecurrentOptions {
    private int numLayers = 1;
    private boolean bias = true;
    private boolean batchFirst;
    private double dropout;
    private boolean bidirectional;
    private long projSize;

    RecurrentOptions() {}

    /** The number of stacked layers, each of which takes the hidden states of the one below; 1 unless set. */
    public RecurrentOptions numLayers(int numLayers) {
        if (numLayers < 1) {
            throw new IllegalArgumentException("numLayers: must be at least 1, not " + numLayers);
        }
        this.numLayers = numLayers;
        return this;
    }

    /** Whether there are biases; true unless set. */
    public RecurrentOptions bias(boolean bias) {
        this.bias = bias;
        return this;
    }

    /** Whether sequences and their results are {@code [B, T, ...]}, not {@code [T, B, ...]}; false unless set. */
    public RecurrentOptions batchFirst(boolean batchFirst) {
        this.batchFirst = batchFirst;
        return this;
    }

    /** The dropout probability, in training, between layers; 0 unless set. */
    public RecurrentOptions dropout(double dropout) {
        if (!(dropout >= 0 && dropout <= 1)) {
            throw new IllegalArgumentException("dropout: expected a probability from 0 to 1, got " + dropout);
        }
        this.dropout = dropout;
        return this;
    }

    /** Whether each layer also runs over the sequence in reverse; false unless set. */
    public RecurrentOptions bidirectional(boolean bidirectional) {
        this.bidirectional = bidirectional;
        return this;
    }

    /**
     * The width to which an LSTM's hidden states are projected (Sak et al., 2014), less than that of its cells; 0, for
     * no projection, unless set. Other networks have none.
     */
    public RecurrentOptions projSize(long projSize) {
        if (projSize < 0) {
            throw new IllegalArgumentException("projSize: must not be negative, is " + projSize);
        }
        this.projSize = projSize;
        return this;
    }

    int numLayers() {
        return numLayers;
    }

    boolean bias() {
        return bias;
    }

    boolean batchFirst() {
        return batchFirst;
    }

    double dropout() {
        return dropout;
    }

    boolean bidirectional() {
        return bidirectional;
    }

    long projSize() {
        return projSize;
    }
}
