package fathom.onednn;

import fathom.DType;
import fathom.cpu.narrow.NarrowConvolution;
import fathom.cpu.narrow.NarrowConvolution.Plane;
import fathom.primitive.Operand;
import org.jspecify.annotations.Nullable;

/**
 * A convolution, or its gradient by its input, that is not oneDNN's: with few channels in the result its vectors are
 * mostly empty, and {@link NarrowConvolution} is two to four times faster.
 */
final class NarrowPlan extends Plan {
    private final NarrowConvolution convolution;

    private NarrowPlan(NarrowConvolution convolution) {
        this.convolution = convolution;
    }

    /** Returns a plan, or null where oneDNN is the faster. */
    static @Nullable Plan of(ConvShape s, boolean forward, Operand[] in, Operand out) {
        if (s.groups() != 1
                || in[0].dtype() != DType.FLOAT32
                || out.dtype() != DType.FLOAT32
                || !Images.isChannelsLast(in[0])
                || !Images.isChannelsLast(out)) {
            return null;
        }
        var x = new Plane(s.c(), s.h(), s.w());
        var y = new Plane(s.o(), s.oh(), s.ow());
        long[] strides = in[1].strides();
        if (forward) {
            return NarrowConvolution.pays(s.n(), x, y)
                    ? new NarrowPlan(NarrowConvolution.forward(s.n(), x, y, s.kh(), s.kw(), s.window(), strides))
                    : null;
        }
        return NarrowConvolution.pays(s.n(), y, x)
                ? new NarrowPlan(NarrowConvolution.inputGradient(s.n(), x, y, s.kh(), s.kw(), s.window(), strides))
                : null;
    }

    @Override
    void run(Operand[] in, Operand[] out) {
        convolution.run(in[0].address(), in[1].address(), in.length > 2 ? in[2].address() : 0, out[0].address());
    }

    @Override
    void dispose() {
        // holds nothing native
    }
}
