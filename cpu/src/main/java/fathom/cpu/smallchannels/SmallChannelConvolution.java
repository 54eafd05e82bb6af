package fathom.cpu.smallchannels;

import fathom.DType;
import fathom.cpu.memory.Memory;
import fathom.cpu.memory.VectorApi;
import fathom.cpu.parallel.Parallel;
import fathom.cpu.parallel.Scratch;
import fathom.cpu.warmup.WarmUp;
import fathom.memory.Native;
import fathom.primitive.Operand;
import fathom.primitive.window.Convolution;
import fathom.primitive.window.ConvolutionInputGrad;
import fathom.primitive.window.Window;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * A 2-D convolution, or its gradient with respect to the input, whose result has few channels; float32, channels last.
 *
 * <p>Vectors over the result's channels would be mostly empty: six channels fill six lanes of sixteen. So it is
 * vectorised over the batch: as many images as there are lanes are transposed into lanes, every multiplication uses all
 * of them, and the result is transposed back row by row.
 */
public final class SmallChannelConvolution {
    private static final MemorySegment ALL = Native.ALL;

    /** {@link Scratch} slots: each task's lanes, and the calling thread's weights. */
    private static final int SOURCE_SLOT = 3;

    private static final int RESULT_SLOT = 4;
    private static final int WEIGHTS_SLOT = 6;

    /** Maximum bytes of a source's lanes, so that they stay in the L2 cache. */
    private static final long MAX_SOURCE_BYTES = 3 << 18;

    /** With more channels than this, vectors over channels are as fast. */
    private static final int MAX_CHANNELS = 16;

    /** Minimum number of lanes for which the transposes are profitable. */
    private static final int MIN_LANES = 4;

    private final long images;
    private final Plane source;
    private final Plane result;
    private final Taps rows;
    private final Taps columns;
    private final Pairs pairs;
    private final long kernelRows;
    private final long kernelColumns;
    private final boolean flipped;
    private final long[] weightStrides;

    /**
     * Channels, rows and columns of an image.
     *
     * @param channels channels, contiguous in memory
     * @param rows rows
     * @param columns columns
     */
    public record Plane(long channels, long rows, long columns) {
        long elements() {
            return channels * rows * columns;
        }

        long bytes() {
            return elements() * Float.BYTES;
        }
    }

    private SmallChannelConvolution(
            long images,
            Plane source,
            Plane result,
            Taps rows,
            Taps columns,
            long kernelRows,
            long kernelColumns,
            boolean flipped,
            long[] weightStrides) {
        this.images = images;
        this.source = source;
        this.result = result;
        this.rows = rows;
        this.columns = columns;
        this.pairs = Pairs.of(columns, source.columns());
        this.kernelRows = kernelRows;
        this.kernelColumns = kernelColumns;
        this.flipped = flipped;
        this.weightStrides = weightStrides;
    }

    /**
     * {@return whether the algorithm is profitable: few channels in the result, enough images to fill the lanes, small
     * enough for the cache}
     *
     * @param images number of images
     * @param source shape of an image that is read (x, or the gradient of y)
     * @param result shape of an image that is written (y, or the gradient of x)
     */
    public static boolean isProfitable(long images, Plane source, Plane result) {
        return hasFewChannels(result.channels())
                && images >= Lanes.COUNT
                && source.elements() * Lanes.ELEMENT_BYTES <= MAX_SOURCE_BYTES;
    }

    private static boolean hasFewChannels(long channels) {
        int lanes = VectorApi.lanes(Float.BYTES);
        return lanes >= MIN_LANES && channels <= MAX_CHANNELS && WarmUp.HAS_COMPILER;
    }

    /** Starts the warm-up, in the background, for convolutions with {@code channels} channels in the result. */
    public static void announce(long channels) {
        if (hasFewChannels(channels)) {
            KernelsReady.announce((int) channels);
        }
    }

    /**
     * {@return a convolution}
     *
     * @param images number of images
     * @param x shape of an input image
     * @param y shape of a result image
     * @param kernelRows rows of the kernel
     * @param kernelColumns columns of the kernel
     * @param window strides, padding, dilation
     * @param weightStrides strides of the weights {@code [O, C, kH, kW]}, in elements
     */
    public static SmallChannelConvolution forward(
            long images, Plane x, Plane y, long kernelRows, long kernelColumns, Window window, long[] weightStrides) {
        return new SmallChannelConvolution(
                images,
                x,
                y,
                Taps.forward(
                        x.rows(),
                        y.rows(),
                        kernelRows,
                        window.rows().stride(),
                        window.rows().low(),
                        window.rows().dilation()),
                Taps.forward(
                        x.columns(),
                        y.columns(),
                        kernelColumns,
                        window.columns().stride(),
                        window.columns().low(),
                        window.columns().dilation()),
                kernelRows,
                kernelColumns,
                false,
                new long[] {weightStrides[1], weightStrides[0], weightStrides[2], weightStrides[3]});
    }

    /**
     * {@return a convolution's gradient with respect to its input: it reads the gradient of y and writes that of x}
     *
     * @param images number of images
     * @param x shape of an image of the convolution's input
     * @param y shape of an image of its result
     * @param kernelRows rows of the kernel
     * @param kernelColumns columns of the kernel
     * @param window strides, padding, dilation of the convolution
     * @param weightStrides strides of its weights {@code [O, C, kH, kW]}, in elements
     */
    public static SmallChannelConvolution inputGradient(
            long images, Plane x, Plane y, long kernelRows, long kernelColumns, Window window, long[] weightStrides) {
        return new SmallChannelConvolution(
                images,
                y,
                x,
                Taps.backward(
                        x.rows(),
                        y.rows(),
                        kernelRows,
                        window.rows().stride(),
                        window.rows().low(),
                        window.rows().dilation()),
                Taps.backward(
                        x.columns(),
                        y.columns(),
                        kernelColumns,
                        window.columns().stride(),
                        window.columns().low(),
                        window.columns().dilation()),
                kernelRows,
                kernelColumns,
                true,
                weightStrides.clone());
    }

    /** {@return whether the algorithm supports, and is profitable for, a convolution} */
    public static boolean fits(Convolution primitive, Operand[] in, Operand[] out) {
        Operand x = in[0];
        Operand y = out[0];
        return isPlain(primitive.window(), primitive.groups())
                && fit(x, in[1], y)
                && (in.length < 3 || isVector(in[2]))
                && isProfitable(x.shape()[0], plane(x), plane(y));
    }

    /** {@return whether the algorithm supports, and is profitable for, a convolution's input gradient} */
    public static boolean fits(ConvolutionInputGrad primitive, Operand[] in, Operand[] out) {
        Operand y = in[0];
        Operand x = out[0];
        return isPlain(primitive.window(), primitive.groups())
                && fit(x, in[1], y)
                && isProfitable(x.shape()[0], plane(y), plane(x));
    }

    /** {@return a convolution of operands that {@linkplain #fits fit}} */
    public static SmallChannelConvolution of(Convolution primitive, Operand[] in, Operand[] out) {
        Operand x = in[0];
        Operand w = in[1];
        return forward(
                x.shape()[0], plane(x), plane(out[0]), w.shape()[2], w.shape()[3], primitive.window(), w.strides());
    }

    /** {@return an input gradient of operands that {@linkplain #fits fit}} */
    public static SmallChannelConvolution of(ConvolutionInputGrad primitive, Operand[] in, Operand[] out) {
        Operand x = out[0];
        Operand w = in[1];
        return inputGradient(
                x.shape()[0], plane(x), plane(in[0]), w.shape()[2], w.shape()[3], primitive.window(), w.strides());
    }

    private static boolean isPlain(Window window, int groups) {
        return window.rank() == 2 && groups == 1;
    }

    private static boolean fit(Operand x, Operand w, Operand y) {
        return x.dtype() == DType.FLOAT32
                && w.dtype() == DType.FLOAT32
                && y.dtype() == DType.FLOAT32
                && x.numel() > 0
                && w.numel() > 0
                && y.numel() > 0
                && isChannelsLast(x)
                && isChannelsLast(y);
    }

    private static boolean isVector(Operand bias) {
        return bias.dtype() == DType.FLOAT32 && (bias.shape()[0] == 1 || bias.strides()[0] == 1);
    }

    private static Plane plane(Operand images) {
        return new Plane(images.shape()[1], images.shape()[2], images.shape()[3]);
    }

    /** Whether images {@code [N, C, H, W]} are dense and channels last. */
    private static boolean isChannelsLast(Operand images) {
        long[] shape = images.shape();
        long[] strides = images.strides();
        long c = shape[1];
        long h = shape[2];
        long w = shape[3];
        return (c == 1 || strides[1] == 1)
                && (w == 1 || strides[3] == c)
                && (h == 1 || strides[2] == w * c)
                && (shape[0] == 1 || strides[0] == h * w * c);
    }

    /** Computes the result. Operands must have the shapes and layouts passed to {@link #of}. */
    public void run(Operand[] in, Operand[] out) {
        run(in[0].address(), in[1].address(), in.length > 2 ? in[2].address() : 0, out[0].address());
    }

    /**
     * Computes the result. Images are dense and channels last.
     *
     * @param from address of the source
     * @param weights address of the weights
     * @param bias address of the biases, or 0
     * @param to address of the result
     */
    public void run(long from, long weights, long bias, long to) {
        KernelsReady.await((int) result.channels());
        long c = result.channels();
        long packed =
                Scratch.address(WEIGHTS_SLOT, (kernelRows * kernelColumns * source.channels() * c + c) * Float.BYTES);
        long biases = packed + pack(weights, packed);
        for (long i = 0; i < c; i++) {
            float value = bias == 0 ? 0 : ALL.get(ValueLayout.JAVA_FLOAT, bias + i * Float.BYTES);
            ALL.set(ValueLayout.JAVA_FLOAT, biases + i * Float.BYTES, value);
        }
        Parallel.forRange(
                images,
                Lanes.COUNT,
                (begin, end) -> {
                    block(
                            from + begin * source.bytes(),
                            (int) (end - begin),
                            packed,
                            biases,
                            to + begin * result.bytes());
                });
    }

    /** Packs the weights as {@code [row][column][source channel][result channel]}; {@return their size in bytes} */
    private long pack(long weights, long packed) {
        long at = packed;
        for (long row = 0; row < kernelRows; row++) {
            for (long column = 0; column < kernelColumns; column++) {
                long tapRow = flipped ? kernelRows - 1 - row : row;
                long tapColumn = flipped ? kernelColumns - 1 - column : column;
                long tap = tapRow * weightStrides[2] + tapColumn * weightStrides[3];
                for (long s = 0; s < source.channels(); s++) {
                    for (long r = 0; r < result.channels(); r++) {
                        long element = tap + s * weightStrides[0] + r * weightStrides[1];
                        float value = ALL.get(ValueLayout.JAVA_FLOAT, weights + element * Float.BYTES);
                        ALL.set(ValueLayout.JAVA_FLOAT, at, value);
                        at += Float.BYTES;
                    }
                }
            }
        }
        return at - packed;
    }

    private void block(long from, int count, long weights, long biases, long to) {
        long lanes = lanes(from, count);
        long rowElements = result.columns() * result.channels();
        long line = Scratch.address(RESULT_SLOT, rowElements * Lanes.ELEMENT_BYTES);
        for (int row = 0; row < result.rows(); row++) {
            row(row, lanes, weights, biases, line);
            Lanes.out(line, rowElements, to + row * rowElements * Float.BYTES, result.bytes(), count);
        }
    }

    /** {@return the bytes of a source row in lanes, including its padding} */
    private long paddedRow() {
        return (pairs.before() + source.columns() + pairs.after()) * source.channels() * Lanes.ELEMENT_BYTES;
    }

    /** Transposes images into lanes; {@return their address, after the first row's padding} */
    private long lanes(long from, int count) {
        long row = paddedRow();
        long lanes = Scratch.address(SOURCE_SLOT, source.rows() * row);
        long elements = source.columns() * source.channels();
        long before = pairs.before() * source.channels() * Lanes.ELEMENT_BYTES;
        long after = pairs.after() * source.channels() * Lanes.ELEMENT_BYTES;
        if (before == 0 && after == 0) {
            Lanes.in(from, source.bytes(), count, source.elements(), lanes);
            return lanes;
        }
        for (long i = 0; i < source.rows(); i++) {
            long at = lanes + i * row;
            Memory.zero(at, before);
            Memory.zero(at + row - after, after);
            Lanes.in(from + i * elements * Float.BYTES, source.bytes(), count, elements, at + before);
        }
        return lanes + before;
    }

    /** Computes one row of the result, in all lanes. */
    private void row(int row, long lanes, long weights, long biases, long line) {
        int sourceChannels = (int) source.channels();
        int channels = (int) result.channels();
        long weightStep = channels * (long) Float.BYTES;
        long tapColumn = sourceChannels * weightStep;
        long tapRow = kernelColumns * tapColumn;
        long column = sourceChannels * Lanes.ELEMENT_BYTES;
        long sourceRow = paddedRow();
        boolean dense = columns.isDense();
        long rowStep = rows.step() * sourceRow;
        long columnStep = columns.step() * column;
        long weightRow = rows.tapStep() * tapRow;
        long weightColumn = columns.tapStep() * tapColumn;
        int height = (int) rows.count()[row];

        long fromRow = lanes + rows.first()[row] * sourceRow;
        long weightsRow = weights + rows.tap()[row] * tapRow;
        for (int i = 0; i < pairs.size(); i++) {
            long x = fromRow + pairs.source()[i] * column;
            long offset = pairs.offset()[i] * column;
            long w = weightsRow + pairs.tap()[i] * tapColumn;
            int count = pairs.count()[i];
            int runs = dense ? 1 : count;
            int run = dense ? count * sourceChannels : sourceChannels;
            long to = line + pairs.column()[i] * channels * Lanes.ELEMENT_BYTES;
            long second = line + pairs.second()[i] * channels * Lanes.ELEMENT_BYTES;
            for (int c = 0; c < channels; ) {
                long from = w + c * (long) Float.BYTES;
                long bias = biases + c * (long) Float.BYTES;
                long a = to + c * Lanes.ELEMENT_BYTES;
                long b = second + c * Lanes.ELEMENT_BYTES;
                int group = BatchKernel.channelGroup(channels - c);
                BatchKernel.run(
                        group,
                        x,
                        offset,
                        rowStep,
                        columnStep,
                        from,
                        weightRow,
                        weightColumn,
                        weightStep,
                        height,
                        runs,
                        run,
                        bias,
                        a,
                        b);
                c += group;
            }
        }
    }
}
