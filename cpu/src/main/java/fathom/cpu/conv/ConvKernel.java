package fathom.cpu.conv;

import fathom.cpu.matmul.Elem;
import fathom.cpu.matmul.Pack;
import fathom.cpu.memory.Half;
import fathom.primitive.Operand;
import fathom.primitive.Primitive;
import fathom.primitive.window.Convolution;
import fathom.primitive.window.ConvolutionInputGrad;
import fathom.primitive.window.ConvolutionWeightGrad;
import fathom.primitive.window.OneDimensional;
import java.lang.foreign.Arena;

/** Runs the convolution primitives: dispatches on types, layouts and groups. */
public final class ConvKernel {
    private static final int SLOT_BIAS = 4;

    private ConvKernel() {}

    /** {@return whether the operands are supported: one floating type, or float32 beside a 16-bit type} */
    public static boolean supports(Operand[] in, Operand[] out) {
        return in[0].dtype().isFloating()
                && in[1].dtype() == in[0].dtype()
                && (in.length < 3 || Half.mayMeet(in[0].dtype(), in[2].dtype()))
                && Half.mayMeet(in[0].dtype(), out[0].dtype());
    }

    /** Computes a convolution or one of its gradients. */
    public static void run(Primitive primitive, Operand[] in, Operand[] out) {
        if (OneDimensional.matches(primitive)) {
            run(OneDimensional.convolutionAs2d(primitive), OneDimensional.as2d(in), OneDimensional.as2d(out));
            return;
        }
        var problem = new ConvolutionAlgorithm.Problem(primitive, in, out);
        var computation = ConvolutionAlgorithm.cheapest(JavaConvolution.TABLE, problem);
        if (computation == null) {
            throw new IllegalArgumentException("the CPU backend does not support " + primitive);
        }
        computation.run(in, out);
    }

    /** Computes the primitive by the general algorithm. */
    static void general(Primitive primitive, Operand[] in, Operand[] out) {
        switch (primitive) {
            case Convolution p -> {
                if (p.window().rank() == 3) {
                    VolumeConvolution.run(p, in, out[0]);
                } else {
                    typed(in, out[0], (elem, args, result) -> forward(elem, p, args, result));
                }
            }
            case ConvolutionInputGrad p -> {
                if (p.window().rank() == 3) {
                    VolumeConvolution.run(p, in, out[0]);
                } else {
                    typed(in, out[0], (elem, args, result) -> inputGradient(elem, p, args, result));
                }
            }
            case ConvolutionWeightGrad p -> {
                if (p.window().rank() == 3) {
                    VolumeConvolution.run(p, in, out[0]);
                } else {
                    typed(in, out[0], (elem, args, result) -> weightGradient(elem, p, args, result));
                }
            }
            default -> throw new IllegalArgumentException("expected a convolution, got " + primitive);
        }
    }

    private interface Typed {
        void run(Elem elem, Operand[] in, Operand out);
    }

    private static void typed(Operand[] in, Operand out, Typed body) {
        switch (in[0].dtype()) {
            case FLOAT32 -> body.run(Elem.FLOAT, in, out);
            case FLOAT64 -> body.run(Elem.DOUBLE, in, out);
            default -> {
                try (var arena = Arena.ofConfined()) {
                    var wide = new Operand[in.length];
                    for (int i = 0; i < in.length; i++) {
                        wide[i] = Half.widen(in[i], arena);
                    }
                    var result = Half.allocateLike(out, arena);
                    body.run(Elem.FLOAT, wide, result);
                    Half.store(result, out);
                }
            }
        }
    }

    private static void forward(Elem elem, Convolution primitive, Operand[] in, Operand out) {
        long bias = in.length > 2 ? Pack.dense(elem, in[2], SLOT_BIAS) : 0;
        var sweep = Sweep.of(primitive.window(), in[1].shape()[2], in[1].shape()[3]);
        var convolution = new GroupedConvolution(elem, sweep, primitive.groups());
        var kernel = Images.of(in[1]);
        pixelMatrix(
                elem, out, Copy.OUT, y -> input(convolution, in[0], y, x -> convolution.forward(x, kernel, bias, y)));
    }

    private static void inputGradient(Elem elem, ConvolutionInputGrad primitive, Operand[] in, Operand out) {
        var sweep = Sweep.of(primitive.window(), in[1].shape()[2], in[1].shape()[3]);
        var convolution = new GroupedConvolution(elem, sweep, primitive.groups());
        var kernel = Images.of(in[1]);
        pixelMatrix(
                elem,
                out,
                Copy.OUT,
                x -> pixelMatrix(elem, in[0], Copy.IN, y -> convolution.inputGradient(y, kernel, x)));
    }

    private static void weightGradient(Elem elem, ConvolutionWeightGrad primitive, Operand[] in, Operand out) {
        var sweep = Sweep.of(primitive.window(), primitive.kernel()[0], primitive.kernel()[1]);
        var convolution = new GroupedConvolution(elem, sweep, primitive.groups());
        var kernel = Images.of(out);
        pixelMatrix(
                elem, in[0], Copy.IN, y -> input(convolution, in[1], y, x -> convolution.weightGradient(y, x, kernel)));
    }

    /** Calls {@code body} with the input's images, copied if the convolution cannot read them in place. */
    private static void input(GroupedConvolution convolution, Operand operand, Images y, OnImages body) {
        var x = Images.of(operand);
        if (convolution.needsPixelMatrix(x, y)) {
            pixelMatrix(convolution.elem(), operand, Copy.IN, body);
        } else {
            body.run(x);
        }
    }

    private enum Copy {
        IN,
        OUT
    }

    private interface OnImages {
        void run(Images images);
    }

    /** Calls {@code body} with the operand's images as a pixel matrix, copied unless that is their layout. */
    private static void pixelMatrix(Elem elem, Operand operand, Copy direction, OnImages body) {
        var images = Images.of(operand);
        if (images.isPixelMatrix(elem.size())) {
            body.run(images);
            return;
        }
        try (var arena = Arena.ofConfined()) {
            long bytes = Math.max(1, operand.numel() * elem.size());
            long address = arena.allocate(bytes, 64).address();
            var copy =
                    Images.channelsLast(
                            address, images.count(), images.channels(), images.height(), images.width(), elem.size());
            if (direction == Copy.IN) {
                Reorder.copy(elem, images, copy);
            }
            body.run(copy);
            if (direction == Copy.OUT) {
                Reorder.copy(elem, copy, images);
            }
        }
    }
}
