package fathom.cpu.conv;

import fathom.DType;
import fathom.cpu.memory.Floats;
import fathom.cpu.memory.Half;
import fathom.cpu.memory.Memory;
import fathom.cpu.memory.StridedCopy;
import fathom.cpu.parallel.Parallel;
import fathom.primitive.Layouts;
import fathom.primitive.Operand;
import fathom.primitive.window.Convolution;
import fathom.primitive.window.ConvolutionInputGrad;
import fathom.primitive.window.ConvolutionWeightGrad;
import fathom.primitive.window.Window;
import java.lang.foreign.Arena;

/**
 * 3-D convolutions as 2-D convolutions: for each plane of the result, the input planes that the kernel covers become
 * channels, {@code [N oD, C kD, H, W]} with the taps innermost. Weights {@code [O, C/groups, kD, kH, kW]} are {@code
 * [O, C/groups kD, kH, kW]} without a copy, and groups remain contiguous.
 */
final class VolumeConvolution {
    /** Bytes of unfolded volumes per block. */
    private static final long BLOCK_BYTES = 32L << 20;

    private final Window window;
    private final Window.Axis depth;
    private final int groups;
    private final long kernelDepth;
    private final long[] x;
    private final long[] y;
    private final DType type;

    /** Channels of an unfolded plane. */
    private final long channels;

    /** Bytes of an unfolded plane. */
    private final long plane;

    /**
     * @param x extents of the convolution's input
     * @param w extents of its weight
     * @param y extents of its result
     * @param type element type of unfolded volumes
     */
    private VolumeConvolution(Window window, int groups, long[] x, long[] w, long[] y, DType type) {
        this.window = new Window(window.rows(), window.columns());
        this.depth = window.axis(0);
        this.groups = groups;
        this.kernelDepth = w[2];
        this.x = x;
        this.y = y;
        this.type = type;
        this.channels = x[1] * kernelDepth;
        this.plane = channels * x[3] * x[4] * type.size();
    }

    /** Computes the convolution. */
    static void run(Convolution p, Operand[] in, Operand out) {
        var c = new VolumeConvolution(p.window(), p.groups(), in[0].shape(), in[1].shape(), out.shape(), in[0].dtype());
        try (var arena = Arena.ofConfined()) {
            Operand[] images = in.clone();
            images[1] = tapsAsChannels(in[1], arena);
            var primitive = new Convolution(c.window, c.groups);
            long block = c.block(out);
            long memory = c.memory(block, arena);
            for (long n = 0; n < c.x[0]; n += block) {
                long count = Math.min(block, c.x[0] - n);
                images[0] = c.unfolded(memory, count, c.type);
                c.unfold(in[0], n, count, images[0].address());
                ConvKernel.run(primitive, images, new Operand[] {planes(out, n, count)});
            }
        }
    }

    /** Computes the gradient with respect to the input. */
    static void run(ConvolutionInputGrad p, Operand[] in, Operand out) {
        // accumulated over the taps in float32, rounded once
        DType sums = in[0].dtype() == DType.FLOAT64 ? DType.FLOAT64 : DType.FLOAT32;
        var c = new VolumeConvolution(p.window(), p.groups(), out.shape(), in[1].shape(), in[0].shape(), sums);
        try (var arena = Arena.ofConfined()) {
            Operand weight = tapsAsChannels(in[1], arena);
            var primitive = new ConvolutionInputGrad(c.window, c.groups, c.x[3], c.x[4]);
            long block = c.block(in[0]);
            long memory = c.memory(block, arena);
            for (long n = 0; n < c.x[0]; n += block) {
                long count = Math.min(block, c.x[0] - n);
                var unfolded = c.unfolded(memory, count, sums);
                ConvKernel.run(primitive, new Operand[] {planes(in[0], n, count), weight}, new Operand[] {unfolded});
                c.fold(unfolded.address(), out, n, count);
            }
        }
    }

    /** Computes the gradient with respect to the kernel: the blocks' sums are added in order. */
    static void run(ConvolutionWeightGrad p, Operand[] in, Operand out) {
        DType sums = in[0].dtype() == DType.FLOAT64 ? DType.FLOAT64 : DType.FLOAT32;
        var c = new VolumeConvolution(p.window(), p.groups(), in[1].shape(), out.shape(), in[0].shape(), in[0].dtype());
        long[] shape = {out.shape()[0], out.shape()[1] * c.kernelDepth, out.shape()[3], out.shape()[4]};
        long numel = out.numel();
        try (var arena = Arena.ofConfined()) {
            long total = arena.allocate(Math.max(8, numel * sums.size()), 64).address();
            var primitive = new ConvolutionWeightGrad(c.window, c.groups, shape[2], shape[3]);
            long block = c.block(in[0]);
            long memory = c.memory(block, arena);
            long second = c.x[0] > block ? arena.allocate(Math.max(8, numel * sums.size()), 64).address() : 0;
            for (long n = 0; n < c.x[0]; n += block) {
                long count = Math.min(block, c.x[0] - n);
                var unfolded = c.unfolded(memory, count, c.type);
                c.unfold(in[1], n, count, unfolded.address());
                long to = n == 0 ? total : second;
                var partial = new Operand(sums, to, shape, Layouts.contiguous(shape));
                ConvKernel.run(primitive, new Operand[] {planes(in[0], n, count), unfolded}, new Operand[] {partial});
                if (n > 0) {
                    add(sums, to, total, numel);
                }
            }
            var sum = new Operand(sums, total, out.shape(), Layouts.contiguous(out.shape()));
            if (sums == DType.FLOAT64) {
                copy(sum, out);
            } else {
                Half.store(sum, out);
            }
        }
    }

    /** {@return the volumes per block: one if the planes of several volumes are not equidistant} */
    private long block(Operand result) {
        boolean equidistant = result.strides()[0] == result.shape()[2] * result.strides()[2];
        return equidistant ? Math.clamp(BLOCK_BYTES / Math.max(1, y[2] * plane), 1, Math.max(1, x[0])) : 1;
    }

    /** {@return the address of memory for {@code volumes} unfolded volumes} */
    private long memory(long volumes, Arena arena) {
        return arena.allocate(Math.max(8, volumes * y[2] * plane), 64).address();
    }

    /** {@return unfolded volumes as channels-last images} */
    private Operand unfolded(long address, long volumes, DType type) {
        long[] shape = {volumes * y[2], channels, x[3], x[4]};
        return new Operand(type, address, shape, new long[] {channels * x[3] * x[4], 1, channels * x[4], channels});
    }

    /** {@return the planes of some volumes as images} */
    private static Operand planes(Operand volumes, long first, long count) {
        long[] shape = volumes.shape();
        long[] strides = volumes.strides();
        return new Operand(
                volumes.dtype(),
                volumes.address() + first * strides[0] * volumes.dtype().size(),
                new long[] {count * shape[2], shape[1], shape[3], shape[4]},
                new long[] {strides[2], strides[1], strides[3], strides[4]});
    }

    /** {@return a weight [O, C, kD, kH, kW] reshaped to [O, C kD, kH, kW]} */
    private static Operand tapsAsChannels(Operand weight, Arena arena) {
        Operand w = weight;
        long[] shape = w.shape();
        if (shape[1] > 1 && shape[2] > 1 && w.strides()[1] != shape[2] * w.strides()[2]) {
            long address = arena.allocate(Math.max(8, w.numel() * w.dtype().size()), 64).address();
            w = new Operand(w.dtype(), address, shape, Layouts.contiguous(shape));
            copy(weight, w);
        }
        long[] strides = w.strides();
        return new Operand(
                w.dtype(),
                w.address(),
                new long[] {shape[0], shape[1] * shape[2], shape[3], shape[4]},
                new long[] {strides[0], shape[2] > 1 ? strides[2] : strides[1], strides[3], strides[4]});
    }

    private static void copy(Operand from, Operand to) {
        int size = from.dtype().size();
        StridedCopy.copy(
                size,
                from.rank(),
                from.shape(),
                to.address(),
                bytes(to.strides(), size),
                from.address(),
                bytes(from.strides(), size));
    }

    private static long[] bytes(long[] strides, int size) {
        var bytes = new long[strides.length];
        for (int d = 0; d < bytes.length; d++) {
            bytes[d] = strides[d] * size;
        }
        return bytes;
    }

    /** Copies the planes under each tap to the channels of the result's planes. */
    private void unfold(Operand volumes, long first, long count, long to) {
        int size = type.size();
        long[] from = bytes(volumes.strides(), size);
        long[] extents = {x[3], x[4], x[1]};
        long[] fromSteps = {from[3], from[4], from[1]};
        long[] toSteps = {x[4] * channels * size, channels * size, kernelDepth * size};
        Parallel.forRange(
                count * y[2],
                1,
                (begin, end) -> {
                    for (long i = begin; i < end; i++) {
                        long volume = volumes.address() + (first + i / y[2]) * from[0];
                        long start = i % y[2] * depth.stride() - depth.low();
                        if (start < 0 || start + depth.reach(kernelDepth) > x[2]) {
                            Memory.zero(to + i * plane, plane);
                        }
                        for (long k = 0; k < kernelDepth; k++) {
                            long d = start + k * depth.dilation();
                            if (d >= 0 && d < x[2]) {
                                long target = to + i * plane + k * size;
                                StridedCopy.copy(size, 3, extents, target, toSteps, volume + d * from[2], fromSteps);
                            }
                        }
                    }
                });
    }

    /**
     * Sums, tap by tap, the unfolded planes that belong to each plane of the volumes: the adjoint of {@link #unfold}.
     */
    private void fold(long unfolded, Operand volumes, long first, long count) {
        int size = volumes.dtype().size();
        long[] to = bytes(volumes.strides(), size);
        Parallel.forRange(
                count * x[2],
                1,
                (begin, end) -> {
                    var sources = new long[(int) kernelDepth];
                    for (long i = begin; i < end; i++) {
                        long n = i / x[2];
                        long d = i % x[2];
                        int taps = 0;
                        for (long k = 0; k < kernelDepth; k++) {
                            long at = d + depth.low() - k * depth.dilation();
                            if (at >= 0 && at % depth.stride() == 0 && at / depth.stride() < y[2]) {
                                long row = n * y[2] + at / depth.stride();
                                sources[taps++] = unfolded + row * plane + k * type.size();
                            }
                        }
                        foldPlane(sources, taps, volumes, volumes.address() + (first + n) * to[0] + d * to[2], to);
                    }
                });
    }

    private void foldPlane(long[] sources, int taps, Operand volumes, long target, long[] to) {
        for (long pixel = 0; pixel < x[3] * x[4]; pixel++) {
            long at = target + pixel / x[4] * to[3] + pixel % x[4] * to[4];
            for (long c = 0; c < x[1]; c++) {
                long offset = (pixel * channels + c * kernelDepth) * type.size();
                if (type == DType.FLOAT64) {
                    double sum = 0;
                    for (int k = 0; k < taps; k++) {
                        sum += Memory.getDouble(sources[k] + offset);
                    }
                    Memory.setDouble(at + c * to[1], sum);
                } else {
                    float sum = 0;
                    for (int k = 0; k < taps; k++) {
                        sum += Memory.getFloat(sources[k] + offset);
                    }
                    Floats.set(volumes.dtype(), at + c * to[1], sum);
                }
            }
        }
    }

    private static void add(DType type, long from, long to, long count) {
        for (long i = 0; i < count; i++) {
            if (type == DType.FLOAT64) {
                long at = i * Double.BYTES;
                Memory.setDouble(to + at, Memory.getDouble(to + at) + Memory.getDouble(from + at));
            } else {
                long at = i * Float.BYTES;
                Memory.setFloat(to + at, Memory.getFloat(to + at) + Memory.getFloat(from + at));
            }
        }
    }
}
