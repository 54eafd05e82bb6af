package fathom.nn.transformer;

import fathom.Tensor;
import fathom.nn.Linear;
import fathom.nn.norm.LayerNorm;
import java.util.function.UnaryOperator;

/**
 * Options of the Transformer and its layers: {@code new TransformerEncoderLayer(256, 4, o -> o.dimFeedforward(1024))};
 * PyTorch's defaults.
 */
public final class TransformerOptions {
    private long dimFeedforward = 2048;
    private double dropout = 0.1;
    private double attentionDropout = Double.NaN;
    private double attentionOutputDropout = Double.NaN;
    private double activationDropout = Double.NaN;
    private UnaryOperator<Tensor> activation = Tensor::relu;
    private double layerNormEps = 1e-5;
    private boolean batchFirst;
    private boolean normFirst;
    private boolean bias = true;

    TransformerOptions() {}

    /** The activation of the feed-forward network. */
    public enum Activation {
        /** The rectified linear unit. */
        RELU,
        /** The exact Gaussian error linear unit. */
        GELU
    }

    /** The hidden width of the feed-forward network; 2048 unless set. */
    public TransformerOptions dimFeedforward(long dimFeedforward) {
        this.dimFeedforward = dimFeedforward;
        return this;
    }

    /** The dropout probability, in training, of attention weights and of sub-layers' outputs; 0.1 unless set. */
    public TransformerOptions dropout(double dropout) {
        this.dropout = dropout;
        return this;
    }

    /** The dropout probability of attention weights alone; that of {@link #dropout} unless set. */
    public TransformerOptions attentionDropout(double dropout) {
        attentionDropout = dropout;
        return this;
    }

    /** The dropout probability of self-attention's output alone; that of {@link #dropout} unless set. */
    public TransformerOptions attentionOutputDropout(double dropout) {
        attentionOutputDropout = dropout;
        return this;
    }

    /**
     * The dropout probability, within the feed-forward network, of what the activation returns; that of {@link
     * #dropout} unless set. BERT has none there.
     */
    public TransformerOptions activationDropout(double dropout) {
        activationDropout = dropout;
        return this;
    }

    /** The activation of the feed-forward network; ReLU unless set. */
    public TransformerOptions activation(Activation activation) {
        return activation(activation == Activation.GELU ? Tensor::gelu : Tensor::relu);
    }

    /** Any activation of the feed-forward network, without parameters: {@code o -> o.activation(Tensor::silu)}. */
    public TransformerOptions activation(UnaryOperator<Tensor> activation) {
        this.activation = activation;
        return this;
    }

    /** Whether linear layers, attention layers and layer norms have biases; true unless set. */
    public TransformerOptions bias(boolean bias) {
        this.bias = bias;
        return this;
    }

    /** The epsilon that layer norms add to variances; 1e-5 unless set. */
    public TransformerOptions layerNormEps(double eps) {
        layerNormEps = eps;
        return this;
    }

    /** Whether sequences are {@code [N, L, E]}, not {@code [L, N, E]}; false unless set. */
    public TransformerOptions batchFirst(boolean batchFirst) {
        this.batchFirst = batchFirst;
        return this;
    }

    /**
     * Whether layer norms come before the sub-layers (pre-norm; Xiong et al., 2020) rather than after the residual
     * sums; false unless set.
     */
    public TransformerOptions normFirst(boolean normFirst) {
        this.normFirst = normFirst;
        return this;
    }

    /** Copies all options of another. */
    TransformerOptions set(TransformerOptions other) {
        return dimFeedforward(other.dimFeedforward)
                .dropout(other.dropout)
                .attentionDropout(other.attentionDropout)
                .attentionOutputDropout(other.attentionOutputDropout)
                .activationDropout(other.activationDropout)
                .activation(other.activation)
                .layerNormEps(other.layerNormEps)
                .batchFirst(other.batchFirst)
                .normFirst(other.normFirst)
                .bias(other.bias);
    }

    MultiheadAttention attention(long width, long heads) {
        return new MultiheadAttention(
                width, heads, o -> o.dropout(own(attentionDropout)).bias(bias).batchFirst(batchFirst));
    }

    LayerNorm norm(long width) {
        return new LayerNorm(width, o -> o.eps(layerNormEps).bias(bias));
    }

    Linear linear(long in, long out) {
        return new Linear(in, out, o -> o.bias(bias));
    }

    Tensor activate(Tensor x) {
        return activation.apply(x);
    }

    long dimFeedforward() {
        return dimFeedforward;
    }

    double dropout() {
        return dropout;
    }

    double attentionOutputDropout() {
        return own(attentionOutputDropout);
    }

    double activationDropout() {
        return own(activationDropout);
    }

    private double own(double p) {
        return Double.isNaN(p) ? dropout : p;
    }

    boolean batchFirst() {
        return batchFirst;
    }

    boolean normFirst() {
        return normFirst;
    }
}
