package fathom.nn;

import fathom.Tensor;
import fathom.Tensors;
import java.util.Locale;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * {@code y_o = a weight_o b + bias_o}: {@code [..., in1]} and {@code [..., in2]} become {@code [..., out]}. Weights and
 * biases are initialised uniformly in {@code [-b, b]}, {@code b = 1 / sqrt(in1)}.
 */
public final class Bilinear extends Block {
    /** {@code [out, in1, in2]}. */
    public final Tensor weight;

    /** {@code [out]}, or null. */
    public final @Nullable Tensor bias;

    /** With a bias. */
    public Bilinear(long in1Features, long in2Features, long outFeatures) {
        this(in1Features, in2Features, outFeatures, o -> {});
    }

    /** With options: {@code o -> o.bias(false)}. */
    public Bilinear(long in1Features, long in2Features, long outFeatures, Consumer<Linear.Options> options) {
        var o = new Linear.Options();
        options.accept(o);
        weight = parameter(Init.empty("Bilinear", outFeatures, in1Features, in2Features));
        double bound = 1 / Math.sqrt((double) in1Features);
        Init.uniform_(weight, -bound, bound);
        bias = o.hasBias() ? parameter(Init.uniformBias(in1Features, outFeatures)) : null;
    }

    /** {@return the result for {@code a [..., in1]} and {@code b [..., in2]}: {@code [..., out]}} */
    public Tensor forward(Tensor a, Tensor b) {
        try {
            return Tensors.bilinear(a, b, weight, bias);
        } catch (RuntimeException e) {
            throw FailedLayer.in(this, e);
        }
    }

    @Override
    protected String extraRepr() {
        return String.format(
                Locale.ROOT,
                "in1_features=%d, in2_features=%d, out_features=%d, bias=%s",
                weight.size(1),
                weight.size(2),
                weight.size(0),
                Reprs.bool(bias != null));
    }
}
