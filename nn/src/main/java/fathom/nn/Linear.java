package fathom.nn;

import static fathom.Tensors.linear;

import fathom.Tensor;
import fathom.primitive.MatMul;
import fathom.primitive.Ops;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * {@code x weight^T + bias} along the last dimension: {@code [..., in]} becomes {@code [..., out]}. Weights and biases
 * are initialised uniformly in {@code [-b, b]}, {@code b = 1 / sqrt(in)}.
 *
 * @see <a href="https://d2l.ai/chapter_linear-regression/linear-regression.html">Dive into Deep Learning, Linear
 *     Regression</a>
 */
public final class Linear extends BuiltInLayer implements Adaptable {
    /** {@code [out, in]}. */
    public final Tensor weight;

    /** {@code [out]}, or null. */
    public final @Nullable Tensor bias;

    private @Nullable LoraAdapter adapter;

    /** With a bias. */
    public Linear(long inFeatures, long outFeatures) {
        this(inFeatures, outFeatures, o -> {});
    }

    /** With options: {@code new Linear(20, 10, o -> o.bias(false))}. */
    public Linear(long inFeatures, long outFeatures, Consumer<Options> options) {
        var o = new Options();
        options.accept(o);
        weight = parameter(Init.empty("Linear", outFeatures, inFeatures));
        Ops.announce(MatMul.class, inFeatures, outFeatures);
        Init.kaimingUniform_(weight, k -> k.a(Math.sqrt(5)));
        bias = o.hasBias() ? parameter(Init.uniformBias(inFeatures, outFeatures)) : null;
    }

    /** Options of linear layers. */
    public static final class Options {
        private boolean bias = true;

        Options() {}

        boolean hasBias() {
            return bias;
        }

        /** Whether a learned bias is added to the product; true unless set. */
        public Options bias(boolean bias) {
            this.bias = bias;
            return this;
        }
    }

    @Override
    protected Tensor compute(Tensor x) {
        Tensor y = linear(x, weight, bias);
        LoraAdapter a = adapter;
        return a == null ? y : y.add(a.ofLinear(x));
    }

    @Override
    public List<AdapterSlot> adapterSlots() {
        return List.of(new AdapterSlot("", weight, 1, () -> adapter, a -> adapter = a));
    }

    @Override
    protected String extraRepr() {
        return String.format(
                Locale.ROOT,
                "in_features=%d, out_features=%d, bias=%s",
                weight.size(1),
                weight.size(0),
                Reprs.bool(bias != null));
    }

    @Override
    protected long multiplyAdds(Tensor x, Tensor y) {
        return y.numel() * weight.size(1);
    }
}
