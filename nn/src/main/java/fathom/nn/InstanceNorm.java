package fathom.nn;

import static fathom.Tensors.ones;
import static fathom.Tensors.zeros;

import fathom.Tensor;
import fathom.Tensors;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What instance norms have in common: mean 0 and variance 1 over each channel of each example. */
public abstract class InstanceNorm extends BuiltInLayer {
    /** {@code [C]}, ones at first; null unless affine. */
    public final @Nullable Tensor weight;

    /** {@code [C]}, zeros at first; null unless affine. */
    public final @Nullable Tensor bias;

    private final int channels;
    private final int rank;
    private final Options options;

    InstanceNorm(int channels, int rank, Consumer<Options> options) {
        this.channels = channels;
        this.rank = rank;
        this.options = new Options();
        options.accept(this.options);
        weight = this.options.affine ? parameter(ones(channels)) : null;
        bias = this.options.affine ? parameter(zeros(channels)) : null;
    }

    /** Settings of instance norm; PyTorch's defaults. */
    public static final class Options {
        private double eps = 1e-5;
        private boolean affine;

        private Options() {}

        /** Added to the variance; 1e-5 unless set. */
        public Options eps(double eps) {
            this.eps = eps;
            return this;
        }

        /** Whether there are a factor and a summand per channel; not unless set. */
        public Options affine(boolean affine) {
            this.affine = affine;
            return this;
        }
    }

    @Override
    protected Tensor compute(Tensor x) {
        if (x.dim() != rank && x.dim() != rank - 1 || x.size(x.dim() - rank + 1) != channels) {
            String positions = rank == 3 ? "L]" : "H, W]";
            throw new IllegalArgumentException(
                    "%s: wants an input [N, C, %s or [C, %s with %d channels, not %s"
                            .formatted(reprName(), positions, positions, channels, x.shape()));
        }
        return x.dim() == rank
                ? Tensors.instanceNorm(x, weight, bias, options.eps)
                : Tensors.instanceNorm(x.unsqueeze(0), weight, bias, options.eps).squeeze(0);
    }

    @Override
    protected String extraRepr() {
        return "%d, eps=%s, momentum=0.1, affine=%s, track_running_stats=False"
                .formatted(channels, Reprs.number(options.eps), Reprs.truth(options.affine));
    }
}
