package fathom.nn.norm;

import static fathom.Tensors.ones;
import static fathom.Tensors.zeros;

import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.BuiltInLayer;
import fathom.nn.Reprs;
import java.util.Locale;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Group norm (Wu and He, 2018): normalises each group of channels of each example to mean 0 and variance 1. */
public final class GroupNorm extends BuiltInLayer {
    /** {@code [C]}, initialised to ones; null if not affine. */
    public final @Nullable Tensor weight;

    /** {@code [C]}, initialised to zeros; null if not affine. */
    public final @Nullable Tensor bias;

    private final int groups;
    private final int channels;
    private final Options options;

    /** With {@code groups} groups of {@code channels} channels in total. */
    public GroupNorm(int groups, int channels) {
        this(groups, channels, o -> {});
    }

    /** With options: {@code new GroupNorm(3, 6, o -> o.affine(false))}. */
    public GroupNorm(int groups, int channels, Consumer<Options> options) {
        if (groups < 1 || channels % groups != 0) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT, "GroupNorm: %d channels cannot be divided into %d groups", channels, groups));
        }
        this.groups = groups;
        this.channels = channels;
        this.options = new Options();
        options.accept(this.options);
        weight = this.options.affine ? parameter(ones(channels)) : null;
        bias = this.options.affine ? parameter(zeros(channels)) : null;
    }

    /** Options of group norm; PyTorch's defaults. */
    public static final class Options {
        private double eps = 1e-5;
        private boolean affine = true;

        private Options() {}

        /** Added to the variance; 1e-5 unless set. */
        public Options eps(double eps) {
            this.eps = eps;
            return this;
        }

        /** Whether there are a learned scale and a shift per channel; true unless set. */
        public Options affine(boolean affine) {
            this.affine = affine;
            return this;
        }
    }

    @Override
    protected Tensor compute(Tensor x) {
        return Tensors.groupNorm(x, groups, weight, bias, options.eps);
    }

    @Override
    protected String extraRepr() {
        return String.format(
                Locale.ROOT,
                "%d, %d, eps=%s, affine=%s",
                groups,
                channels,
                Reprs.number(options.eps),
                Reprs.bool(options.affine));
    }
}
