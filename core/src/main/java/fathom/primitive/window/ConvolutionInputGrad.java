package fathom.primitive.window;

import fathom.Tensor;
import fathom.primitive.Computed;
import fathom.primitive.Layouts;
import fathom.primitive.Ops;
import fathom.primitive.Spec;
import fathom.primitive.Tape;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The input gradient of {@link Convolution}; also the transposed convolution. Inputs: {@code g: [N, O, (oD, (oH,))
 * oW]}, {@code w: [O, C/groups, (kD, (kH,)) kW]}. Output: {@code [N, C, (D, (H,)) W]} with channels-last strides.
 *
 * @param window the forward convolution's
 * @param groups the forward convolution's
 * @param in the spatial sizes of the forward convolution's input; not to be modified
 */
public record ConvolutionInputGrad(Window window, int groups, long... in) implements Computed {
    @Override
    public Spec[] infer(Spec... inputs) {
        long[] g = inputs[0].shape();
        long[] w = inputs[1].shape();
        int rank = window.rank();
        if (g.length != rank + 2
                || w.length != rank + 2
                || in.length != rank
                || g[1] != w[0]
                || w[0] % groups != 0
                || !Arrays.equals(window.out(in, w), Convolution.spatial(g))) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "%s, transposed: input %s, weight %s and %d groups do not yield an output of %s",
                            Convolution.operation(window),
                            Arrays.toString(g),
                            Arrays.toString(w),
                            groups,
                            Arrays.toString(in)));
        }
        return new Spec[] {Layouts.channelsLast(inputs[0].dtype(), Convolution.extents(g[0], w[1] * groups, in))};
    }

    @Override
    public boolean savesInput(int i, NeedsGrad needsGrad) {
        return i == 0 ? needsGrad.needsGrad(1) : needsGrad.needsGrad(0);
    }

    @Override
    public @Nullable Tensor[] gradient(Tape t, @Nullable Tensor[] gradOutputs) {
        Tensor given = gradOutputs[0];
        if (given == null) {
            return new @Nullable Tensor[2];
        }
        Tensor gg = Convolution.dense(given);
        long[] kernel = Convolution.spatial(t.inputShape(1));
        return new @Nullable Tensor[] {
            t.needsGrad(0) ? Ops.apply(new Convolution(window, groups), gg, t.input(1)) : null,
            t.needsGrad(1) ? Ops.apply(new ConvolutionWeightGrad(window, groups, kernel), t.input(0), gg) : null
        };
    }

    @Override
    public boolean equals(@Nullable Object o) {
        return this == o
                || o instanceof ConvolutionInputGrad e
                        && window.equals(e.window)
                        && groups == e.groups
                        && Arrays.equals(in, e.in);
    }

    @Override
    public int hashCode() {
        return 31 * (31 * window.hashCode() + groups) + Arrays.hashCode(in);
    }

    @Override
    public String toString() {
        return "ConvolutionInputGrad[window=%s, groups=%s, in=%s]".formatted(window, groups, Arrays.toString(in));
    }
}
