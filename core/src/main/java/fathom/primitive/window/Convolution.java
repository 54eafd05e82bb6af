package fathom.primitive.window;

import fathom.DType;
import fathom.Tensor;
import fathom.primitive.Computed;
import fathom.primitive.Layouts;
import fathom.primitive.Ops;
import fathom.primitive.ReduceGradients;
import fathom.primitive.Spec;
import fathom.primitive.Tape;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Cross-correlation over one to three spatial dimensions. Inputs: {@code x: [N, C, (D, (H,)) W]}, {@code w: [O,
 * C/groups, (kD, (kH,)) kW]} and, optionally, the bias {@code [O]}, of x's type or float32. Output: {@code [N, O, (oD,
 * (oH,)) oW]} with channels-last strides.
 *
 * @param window strides, padding and dilation of each spatial axis
 * @param groups the number of channel groups
 */
public record Convolution(Window window, int groups) implements Computed {
    private static final String[] AXES = {"L", "H, W", "D, H, W"};
    private static final String[] KERNELS = {"K", "kH, kW", "kD, kH, kW"};

    @Override
    public Spec[] infer(Spec... in) {
        long[] x = in[0].shape();
        long[] w = in[1].shape();
        int rank = window.rank();
        if (x.length != rank + 2 || w.length != rank + 2 || x[1] != w[1] * groups || w[0] % groups != 0) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "%s: input %s and weight %s with %d groups do not fit: expected [N, C, %s] and [O, C/groups, %s]",
                            operation(window),
                            Arrays.toString(x),
                            Arrays.toString(w),
                            groups,
                            AXES[rank - 1],
                            KERNELS[rank - 1]));
        }
        if (in[0].dtype() != in[1].dtype()) {
            throw new IllegalArgumentException(
                    "%s: input is %s, weight %s; convert one with to(...)"
                            .formatted(operation(window), in[0].dtype(), in[1].dtype()));
        }
        if (in.length > 2 && (in[2].rank() != 1 || in[2].size(0) != w[0])) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "%s: the bias has shape %s, but there are %d output channels",
                            operation(window),
                            Arrays.toString(in[2].shape()),
                            w[0]));
        }
        long[] out = window.out(x, w);
        for (int i = 0; i < rank; i++) {
            if (out[i] < 1) {
                throw new IllegalArgumentException(
                        "%s: kernel %s with %s is larger than the padded input %s"
                                .formatted(operation(window), Arrays.toString(w), window, Arrays.toString(x)));
            }
        }
        return new Spec[] {Layouts.channelsLast(in[0].dtype(), extents(x[0], w[0], out))};
    }

    /** {@return the operation's name, for messages: {@code conv2d}} */
    static String operation(Window window) {
        return "conv" + window.rank() + "d";
    }

    /** {@return the shape [N, C, spatial...]} */
    static long[] extents(long n, long c, long... spatial) {
        var all = new long[2 + spatial.length];
        all[0] = n;
        all[1] = c;
        System.arraycopy(spatial, 0, all, 2, spatial.length);
        return all;
    }

    /** {@return the spatial sizes of a shape [N, C, spatial...]} */
    static long[] spatial(long[] extents) {
        return Arrays.copyOfRange(extents, 2, extents.length);
    }

    /**
     * {@return the gradient in the memory layout of convolution outputs, for which backends have fast kernels; an
     * expanded gradient, such as that of a sum, is copied}
     */
    static Tensor dense(Tensor g) {
        long[] shape = Ops.shape(g);
        long[] strides = Ops.strides(g);
        boolean isExpanded = false;
        for (int d = 0; d < shape.length; d++) {
            isExpanded |= strides[d] == 0 && shape[d] > 1;
        }
        if (!isExpanded) {
            return g;
        }
        var channelsLast = new int[shape.length];
        var channelsSecond = new int[shape.length];
        for (int d = 2; d < shape.length; d++) {
            channelsLast[d - 1] = d;
            channelsSecond[d] = d - 1;
        }
        channelsLast[shape.length - 1] = 1;
        channelsSecond[1] = shape.length - 1;
        return g.permute(channelsLast).contiguous().permute(channelsSecond);
    }

    @Override
    public boolean savesInput(int i, NeedsGrad needsGrad) {
        return i == 0 ? needsGrad.needsGrad(1) : i == 1 && needsGrad.needsGrad(0);
    }

    @Override
    public @Nullable Tensor[] gradient(Tape t, @Nullable Tensor[] gradOutputs) {
        Tensor given = gradOutputs[0];
        if (given == null) {
            return new @Nullable Tensor[t.inputCount()];
        }
        Tensor g = dense(given);
        var grads = new @Nullable Tensor[t.inputCount()];
        if (t.needsGrad(0)) {
            grads[0] = Ops.apply(new ConvolutionInputGrad(window, groups, spatial(t.inputShape(0))), g, t.input(1));
        }
        if (t.needsGrad(1)) {
            DType type = t.gradientType(1) == t.inputType(1) ? null : t.gradientType(1);
            grads[1] =
                    Ops.apply(new ConvolutionWeightGrad(window, groups, spatial(t.inputShape(1)), type), g, t.input(0));
        }
        if (grads.length > 2 && t.needsGrad(2)) {
            var dims = new int[1 + window.rank()];
            for (int i = 1; i < dims.length; i++) {
                dims[i] = i + 1;
            }
            grads[2] = ReduceGradients.sum(g, t.inputType(2), dims);
        }
        return grads;
    }

    @Override
    public boolean equals(@Nullable Object o) {
        return this == o || o instanceof Convolution e && window.equals(e.window) && groups == e.groups;
    }

    @Override
    public int hashCode() {
        return 31 * window.hashCode() + groups;
    }
}
