package fathom.cuda.window;

import fathom.primitive.Computed;
import fathom.primitive.Operand;
import fathom.primitive.window.Convolution;
import fathom.primitive.window.ConvolutionInputGrad;
import fathom.primitive.window.ConvolutionWeightGrad;
import fathom.primitive.window.Window;
import org.jspecify.annotations.Nullable;

/**
 * The operands of a convolution or of a gradient of one, by what they are in the forward convolution.
 *
 * @param x the input or its gradient
 * @param w the weight or its gradient
 * @param y the output or its gradient
 * @param bias the bias, {@code [O]}
 * @param groups the number of groups
 * @param stride along planes, rows, columns
 * @param low padding in front
 * @param dilation of the kernel
 */
record Convolved(
        Volume x, Volume w, Volume y, @Nullable Operand bias, int groups, long[] stride, long[] low, long[] dilation) {

    static Convolved of(Computed primitive, Operand[] in, Operand[] out) {
        return switch (primitive) {
            case Convolution p -> of(p.window(), p.groups(), in[0], in[1], out[0], in.length > 2 ? in[2] : null);
            case ConvolutionInputGrad p -> of(p.window(), p.groups(), out[0], in[1], in[0], null);
            case ConvolutionWeightGrad p -> of(p.window(), p.groups(), in[1], out[0], in[0], null);
            default -> throw new IllegalArgumentException("expected a convolution, got " + primitive);
        };
    }

    private static Convolved of(Window window, int groups, Operand x, Operand w, Operand y, @Nullable Operand bias) {
        int rank = window.rank();
        var stride = new long[rank];
        var low = new long[rank];
        var dilation = new long[rank];
        for (int a = 0; a < rank; a++) {
            stride[a] = window.axis(a).stride();
            low[a] = window.axis(a).low();
            dilation[a] = window.axis(a).dilation();
        }
        return new Convolved(
                Volume.of(x),
                Volume.of(w),
                Volume.of(y),
                bias,
                groups,
                Volume.axes(stride, 1),
                Volume.axes(low, 0),
                Volume.axes(dilation, 1));
    }

    /** {@return the input channels of a group} */
    long inputs() {
        return x.channels() / groups;
    }

    /** {@return the output channels of a group} */
    long outputs() {
        return y.channels() / groups;
    }

    /** {@return the positions of the kernel} */
    long taps() {
        return w.positions();
    }

    boolean isVolume() {
        return w.shape()[2] > 1 || x.shape()[2] > 1 || y.shape()[2] > 1 || low[0] != 0;
    }

    boolean isSmall() {
        return x.isSmall() && y.isSmall() && w.isSmall();
    }

    /** Adds, for each axis, the input's and the output's size, stride, padding, dilation and size of the kernel. */
    void addAxes(Arguments arguments) {
        for (int a = 0; a < 3; a++) {
            arguments.add(x.shape()[2 + a], y.shape()[2 + a], stride[a], low[a], dilation[a], w.shape()[2 + a]);
        }
    }
}
