package fathom.cpu.conv;

import fathom.cpu.matmul.Elem;
import fathom.cpu.matmul.Pack;
import fathom.cpu.memory.Half;
import fathom.cpu.narrow.NarrowConvolution;
import fathom.primitive.Conv2d;
import fathom.primitive.Conv2dInputGrad;
import fathom.primitive.Conv2dWeightGrad;
import fathom.primitive.Operand;
import java.lang.foreign.Arena;
import java.util.Arrays;

/** Runs the primitives of convolution: sorts out types, strides and groups. */
public final class ConvKernel {
    private static final int SLOT_BIAS = 4;

    private ConvKernel() {}

    /** {@return whether convolutions of these operands can be computed: all of one floating type} */
    public static boolean supports(Operand[] in, Operand[] out) {
        return in[0].dtype().isFloating()
                && Arrays.stream(in).allMatch(operand -> operand.dtype() == in[0].dtype())
                && out[0].dtype() == in[0].dtype();
    }

    /** Computes the convolution. */
    public static void run(Conv2d primitive, Operand[] in, Operand[] out) {
        var narrow = NarrowConvolution.of(primitive, in, out);
        if (narrow != null) {
            narrow.run(in, out);
            return;
        }
        typed(in, out[0], (elem, args, result) -> forward(elem, primitive, args, result));
    }

    /** Computes the gradient by the input. */
    public static void run(Conv2dInputGrad primitive, Operand[] in, Operand[] out) {
        var narrow = NarrowConvolution.of(primitive, in, out);
        if (narrow != null) {
            narrow.run(in, out);
            return;
        }
        typed(in, out[0], (elem, args, result) -> inputGradient(elem, primitive, args, result));
    }

    /** Computes the gradient by the kernel. */
    public static void run(Conv2dWeightGrad primitive, Operand[] in, Operand[] out) {
        typed(in, out[0], (elem, args, result) -> weightGradient(elem, primitive, args, result));
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
                    Half.narrow(result, out);
                }
            }
        }
    }

    private static void forward(Elem elem, Conv2d primitive, Operand[] in, Operand out) {
        pixelMatrix(
                elem,
                out,
                Copy.OUT,
                y -> {
                    var x = Images.of(in[0]);
                    var kernel = Images.of(in[1]);
                    var sweep = Sweep.of(primitive.window(), in[1].shape()[2], in[1].shape()[3]);
                    long bias = in.length > 2 ? Pack.dense(elem, in[2], SLOT_BIAS) : 0;
                    int groups = primitive.groups();
                    int outputs = y.channels() / groups;
                    int channels = x.channels() / groups;
                    var padded = Padded.of(elem, x, sweep, groups);
                    for (int g = 0; g < groups; g++) {
                        var weights = Weights.of(kernel, g * outputs, outputs);
                        long dense = Correlation.kernelMemory(elem, weights);
                        weights.copyTo(elem, weights.tapsFirst(dense, elem.size()));
                        var input = padded.images().channels(g * channels, channels);
                        var patches = new Patches(elem, input, padded.sweep(), y.height(), y.width());
                        long start = bias == 0 ? 0 : bias + (long) g * outputs * elem.size();
                        Correlation.run(elem, patches, dense, outputs, start, y.channels(g * outputs, outputs));
                    }
                });
    }

    private static void inputGradient(Elem elem, Conv2dInputGrad primitive, Operand[] in, Operand out) {
        pixelMatrix(
                elem,
                out,
                Copy.OUT,
                x ->
                        pixelMatrix(
                                elem,
                                in[0],
                                Copy.IN,
                                y -> {
                                    var kernel = Images.of(in[1]);
                                    var sweep = Sweep.of(primitive.window(), in[1].shape()[2], in[1].shape()[3]);
                                    int groups = primitive.groups();
                                    int outputs = y.channels() / groups;
                                    int channels = x.channels() / groups;
                                    for (int g = 0; g < groups; g++) {
                                        var weights = Weights.of(kernel, g * outputs, outputs);
                                        var gradient = y.channels(g * outputs, outputs);
                                        var result = x.channels(g * channels, channels);
                                        long dense = Correlation.kernelMemory(elem, weights);
                                        var byPatches = new InputGradient(elem, sweep, gradient, result);
                                        if (byPatches.isCheaper()) {
                                            weights.copyTo(elem, weights.outputsFirst(dense, elem.size()));
                                            byPatches.run(dense);
                                        } else {
                                            weights.copyTo(elem, weights.reversed(dense, elem.size()));
                                            var patches =
                                                    new Patches(
                                                            elem,
                                                            gradient,
                                                            sweep.backwards(),
                                                            result.height(),
                                                            result.width());
                                            Correlation.run(elem, patches, dense, channels, 0, result);
                                        }
                                    }
                                }));
    }

    private static void weightGradient(Elem elem, Conv2dWeightGrad primitive, Operand[] in, Operand out) {
        pixelMatrix(
                elem,
                in[0],
                Copy.IN,
                y -> {
                    var x = Images.of(in[1]);
                    var kernel = Images.of(out);
                    var sweep = Sweep.of(primitive.window(), primitive.kH(), primitive.kW());
                    int groups = primitive.groups();
                    int outputs = y.channels() / groups;
                    int channels = x.channels() / groups;
                    var padded = Padded.of(elem, x, sweep, groups);
                    for (int g = 0; g < groups; g++) {
                        var input = padded.images().channels(g * channels, channels);
                        var patches = new Patches(elem, input, padded.sweep(), y.height(), y.width());
                        new WeightGradient(elem, patches, y.channels(g * outputs, outputs))
                                .run(Weights.of(kernel, g * outputs, outputs));
                    }
                });
    }

    private enum Copy {
        IN,
        OUT
    }

    private interface OnImages {
        void run(Images images);
    }

    /** Gives the body the operand's images as a pixel matrix, by way of a copy if they do not lie so. */
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
