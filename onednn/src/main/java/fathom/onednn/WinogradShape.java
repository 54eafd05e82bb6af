package fathom.onednn;

import fathom.DType;
import fathom.cpu.conv.ConvolutionAlgorithm.Problem;
import fathom.cpu.parallel.BlockPartition;
import fathom.cpu.winograd.Grid;
import fathom.cpu.winograd.Transforms;
import fathom.primitive.Layouts;
import fathom.primitive.Operand;
import fathom.primitive.window.Convolution;
import fathom.primitive.window.ConvolutionInputGrad;
import fathom.primitive.window.ConvolutionWeightGrad;
import fathom.primitive.window.Window;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * The shape of a 3 x 3 convolution for which Winograd's algorithm is profitable: 2.25 times fewer products, at the cost
 * of transforms, which many channels amortise.
 *
 * @param grid tiling of the images
 * @param from channels of the images that are read
 * @param to channels of the images that are written
 */
record WinogradShape(Grid grid, int from, int to) {
    /**
     * {@code -Dfathom.winograd=none} disables the algorithm, whose results differ from direct convolution in the last
     * bits.
     */
    private static final boolean ON = !"none".equals(System.getProperty("fathom.winograd"));

    /** Minimum number of channels: with fewer, the transforms take as long as the saved products. */
    private static final int MIN_CHANNELS = 32;

    /** Minimum saving of products, of at most 2.25: small images have many partial tiles. */
    private static final double MIN_SAVING = 1.5;

    /** Minimum number of tiles that amortises reading the transformed kernels, which are larger than the kernels. */
    private static final long MIN_TILES = 128;

    /** Bytes of a task's transformed patches and products, which stay in the L2 cache. */
    private static final long TASK_BYTES = 3 << 18;

    private static final long MIN_ROWS = 32;

    /** Minimum number of tasks that keeps all threads busy. */
    private static final long MIN_TASKS = 8;

    /** {@return the shape of a convolution or an input gradient; null if other algorithms are faster} */
    static @Nullable WinogradShape of(Problem p) {
        Operand[] in = p.in();
        Operand out = p.out()[0];
        return switch (p.primitive()) {
            case Convolution c ->
                    in.length < 3 || in[2].dtype() == DType.FLOAT32 && in[2].strides()[0] == 1
                            ? forward(c.groups(), c.window(), in[0], in[1], out)
                            : null;
            case ConvolutionInputGrad g -> inputGradient(g.groups(), g.window(), out, in[1], in[0]);
            case ConvolutionWeightGrad g -> forward(g.groups(), g.window(), in[1], out, in[0]);
            default -> null;
        };
    }

    /** {@return the shape of a convolution; null if the algorithm does not fit} */
    private static @Nullable WinogradShape forward(int groups, Window window, Operand x, Operand w, Operand y) {
        return fits(groups, window, x, w, y) ? of(x, y, window.rows().low(), window.columns().low()) : null;
    }

    /**
     * {@return the shape of an input gradient, which reads the gradient of y and writes that of x; null if the
     * algorithm does not fit}
     */
    private static @Nullable WinogradShape inputGradient(int groups, Window window, Operand x, Operand w, Operand y) {
        return fits(groups, window, x, w, y) ? of(y, x, 2 - window.rows().low(), 2 - window.columns().low()) : null;
    }

    private static boolean fits(int groups, Window window, Operand x, Operand w, Operand y) {
        return ON
                && groups == 1
                && window.rank() == 2
                && isDense(window.rows())
                && isDense(window.columns())
                && w.rank() == 4
                && w.shape()[2] == 3
                && w.shape()[3] == 3
                && isFull(x)
                && isFull(y)
                && x.dtype() == DType.FLOAT32
                && w.dtype() == DType.FLOAT32
                && y.dtype() == DType.FLOAT32
                && w.numel() <= Integer.MAX_VALUE
                && Layouts.isContiguous(w.shape(), w.strides());
    }

    private static boolean isDense(Window.Axis axis) {
        return axis.stride() == 1 && axis.dilation() == 1 && axis.low() <= 2;
    }

    private static boolean isFull(Operand images) {
        return images.rank() == 4
                && images.numel() > 0
                && images.shape()[1] >= MIN_CHANNELS
                && Transforms.fit(images.shape()[1])
                && Images.isChannelsLast(images);
    }

    private static @Nullable WinogradShape of(Operand source, Operand result, long padRows, long padColumns) {
        long[] s = source.shape();
        long[] r = result.shape();
        var grid = new Grid(s[0], s[2], s[3], r[2], r[3], padRows, padColumns);
        return grid.saving() >= MIN_SAVING && grid.tiles() >= MIN_TILES
                ? new WinogradShape(grid, (int) s[1], (int) r[1])
                : null;
    }

    /** {@return the partition of the strips into tasks} */
    BlockPartition tasks() {
        long maxRows = Math.max(MIN_ROWS, TASK_BYTES / ((long) Grid.PRODUCTS * Float.BYTES * (from + to)));
        long count = Math.max((grid.tiles() + maxRows - 1) / maxRows, Math.min(MIN_TASKS, grid.tiles() / MIN_ROWS));
        return BlockPartition.about(grid.strips(), count, 1);
    }

    /** {@return the bytes of a task's matrices} */
    long bytes(long strips, int channels) {
        return Grid.PRODUCTS * Grid.step(strips * grid.width(), channels) * Float.BYTES;
    }

    /** {@return a descriptor of consecutive matrices {@code [rows, columns]}} */
    static long matrices(Descs descs, long rows, long columns) {
        return descs.strided(
                Types.of(DType.FLOAT32),
                new long[] {Grid.PRODUCTS, rows, columns},
                new long[] {Grid.step(rows, columns), columns, 1});
    }

    /** {@return a descriptor of the transposes of {@link #matrices}, {@code [columns, rows]}} */
    static long transposed(Descs descs, long rows, long columns) {
        return descs.strided(
                Types.of(DType.FLOAT32),
                new long[] {Grid.PRODUCTS, columns, rows},
                new long[] {Grid.step(rows, columns), 1, columns});
    }

    /** {@return a pixel of zeros, for positions outside of images} */
    MemorySegment zeros() {
        return Arena.ofAuto().allocate((long) Math.max(from, to) * Float.BYTES, 64);
    }
}
