package fathom.nn.transformer;

import fathom.Tensor;
import fathom.nn.norm.LayerNorm;

/**
 * Settings of the Transformer and its layers: {@code new TransformerEncoderLayer(256, 4, o -> o.dimFeedforward(1024))};
 * PyTorch's defaults.
 */
public final class TransformerOptions {
    private long dimFeedforward = 2048;
    private double dropout = 0.1;
    private Activation activation = Activation.RELU;
    private double layerNormEps = 1e-5;
    private boolean batchFirst;
    private boolean normFirst;

    TransformerOptions() {}

    /** What stands between the two maps of a layer. */
    public enum Activation {
        /** Zero where negative. */
        RELU,
        /** x times the probability that a normal number is less than x. */
        GELU
    }

    /** The width between the two maps of a layer; 2048 unless set. */
    public TransformerOptions dimFeedforward(long dimFeedforward) {
        this.dimFeedforward = dimFeedforward;
        return this;
    }

    /** How probable a zero is, in training, in weights of attention and in what sub-layers give; 0.1 unless set. */
    public TransformerOptions dropout(double dropout) {
        this.dropout = dropout;
        return this;
    }

    /** What stands between the two maps of a layer; ReLU unless set. */
    public TransformerOptions activation(Activation activation) {
        this.activation = activation;
        return this;
    }

    /** What the norms add to variances; 1e-5 unless set. */
    public TransformerOptions layerNormEps(double eps) {
        layerNormEps = eps;
        return this;
    }

    /** Whether sequences are {@code [N, L, E]}, not {@code [L, N, E]}; false unless set. */
    public TransformerOptions batchFirst(boolean batchFirst) {
        this.batchFirst = batchFirst;
        return this;
    }

    /** Whether norms stand before sub-layers (Xiong et al., 2020), not after the sums; false unless set. */
    public TransformerOptions normFirst(boolean normFirst) {
        this.normFirst = normFirst;
        return this;
    }

    /** Takes over all settings of another. */
    TransformerOptions set(TransformerOptions other) {
        return dimFeedforward(other.dimFeedforward)
                .dropout(other.dropout)
                .activation(other.activation)
                .layerNormEps(other.layerNormEps)
                .batchFirst(other.batchFirst)
                .normFirst(other.normFirst);
    }

    MultiheadAttention attention(long width, long heads) {
        return new MultiheadAttention(width, heads, o -> o.dropout(dropout).batchFirst(batchFirst));
    }

    LayerNorm norm(long width) {
        return new LayerNorm(width, o -> o.eps(layerNormEps));
    }

    Tensor activate(Tensor x) {
        return activation == Activation.GELU ? x.gelu() : x.relu();
    }

    long dimFeedforward() {
        return dimFeedforward;
    }

    double dropout() {
        return dropout;
    }

    boolean batchFirst() {
        return batchFirst;
    }

    boolean normFirst() {
        return normFirst;
    }
}
