package fathom.onednn;

import fathom.DType;
import fathom.cpu.parallel.Scratch;
import fathom.memory.Native;
import fathom.primitive.Layouts;
import fathom.primitive.Operand;
import fathom.primitive.window.ConvolutionWeightGrad;
import fathom.primitive.window.Window;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/**
 * A convolution's gradient with respect to its weights by width-to-channel folding, for results with few channels,
 * which would leave more than half of each vector empty. In channels-last memory, two adjacent columns of O channels
 * are one column of 2 O channels: this plan computes the gradient of a convolution with twice the channels, twice the
 * stride, and a kernel wider by one step, whose second half of channels has its taps one step to the right. The sum of
 * its two halves is the gradient.
 */
final class FoldedWeightsPlan extends Plan {
    /** Maximum number of channels of which two columns fit into a vector of 16 lanes. */
    private static final long MAX_CHANNELS = 8;

    /** The calling thread's {@link Scratch} slot of the folded gradient. */
    private static final int WIDE_SLOT = 6;

    private static final MemorySegment ALL = Native.ALL;

    private final Plan inner;
    private final long[] gradientShape;
    private final long[] gradientStrides;
    private final long[] wideShape;
    private final long[] wideStrides;
    private final int step;

    private FoldedWeightsPlan(Plan inner, Operand gradient, Operand wide, int step) {
        this.inner = inner;
        this.gradientShape = gradient.shape();
        this.gradientStrides = gradient.strides();
        this.wideShape = wide.shape();
        this.wideStrides = wide.strides();
        this.step = step;
    }

    /** {@return whether folding is possible and profitable} */
    static boolean fits(ConvolutionWeightGrad primitive, Operand[] in, Operand[] out) {
        Operand g = in[0];
        Window w = primitive.window();
        return primitive.groups() == 1
                && w.rank() == 2
                && w.columns().dilation() == 1
                && g.dtype() == DType.FLOAT32
                && out[0].dtype() == DType.FLOAT32
                && g.numel() > 0
                && g.shape()[1] <= MAX_CHANNELS
                && g.shape()[3] % 2 == 0
                && Images.isChannelsLast(g);
    }

    /** {@return a plan for a problem that {@link #fits}, or null if oneDNN does not support it} */
    static @Nullable Plan of(ConvolutionWeightGrad primitive, Operand[] in, Operand[] out) {
        Operand g = in[0];
        Window w = primitive.window();
        int step = w.columns().stride();
        long n = g.shape()[0];
        long o = g.shape()[1] * 2;
        long height = g.shape()[2];
        long width = g.shape()[3] / 2;
        var gradient =
                new Operand(
                        DType.FLOAT32,
                        g.address(),
                        new long[] {n, o, height, width},
                        new long[] {height * width * o, 1, width * o, o});
        long[] shape = {o, out[0].shape()[1], primitive.kernel()[0], primitive.kernel()[1] + step};
        var wide = new Operand(DType.FLOAT32, 0, shape, Layouts.contiguous(shape));
        var columns = new Window.Axis(2 * step, w.columns().low(), w.columns().high(), 1);
        var window = new Window(w.rows(), columns);
        var inner =
                ConvWeightsPlan.of(
                        new ConvolutionWeightGrad(window, 1, shape[2], shape[3]),
                        new Operand[] {gradient, in[1]},
                        new Operand[] {wide});
        return inner == UNSUPPORTED ? null : new FoldedWeightsPlan(inner, gradient, wide, step);
    }

    @Override
    void run(Operand[] in, Operand[] out) {
        long bytes = wideShape[0] * wideStrides[0] * Float.BYTES;
        var wide = new Operand(DType.FLOAT32, Scratch.address(WIDE_SLOT, bytes), wideShape, wideStrides);
        var gradient = new Operand(DType.FLOAT32, in[0].address(), gradientShape, gradientStrides);
        inner.run(new Operand[] {gradient, in[1]}, new Operand[] {wide});
        add(wide.address(), out[0]);
    }

    private void add(long wide, Operand out) {
        long[] shape = out.shape();
        long[] strides = out.strides();
        long secondHalf = shape[0] * wideStrides[0] + step;
        for (long o = 0; o < shape[0]; o++) {
            for (long c = 0; c < shape[1]; c++) {
                for (long h = 0; h < shape[2]; h++) {
                    for (long w = 0; w < shape[3]; w++) {
                        long from = o * wideStrides[0] + c * wideStrides[1] + h * wideStrides[2] + w;
                        long to = o * strides[0] + c * strides[1] + h * strides[2] + w * strides[3];
                        float a = ALL.get(ValueLayout.JAVA_FLOAT, wide + from * Float.BYTES);
                        float b = ALL.get(ValueLayout.JAVA_FLOAT, wide + (from + secondHalf) * Float.BYTES);
                        ALL.set(ValueLayout.JAVA_FLOAT, out.address() + to * Float.BYTES, a + b);
                    }
                }
            }
        }
    }

    @Override
    void dispose() {
        inner.release();
    }
}
