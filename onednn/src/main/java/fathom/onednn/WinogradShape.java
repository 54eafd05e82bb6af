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
 * A convolution of 3 x 3 in numbers, where Winograd's way is the faster one: 2.25 times fewer products, for transforms
 * whose cost many channels share.
 *
 * @param grid how images are covered
 * @param from channels of what is read
 * @param to channels of what is written
 */
record WinogradShape(Grid grid, int from, int to) {
    /** {@code -Dfathom.winograd=none} has all convolutions computed directly, to the last bit as they always were. */
    private static final boolean ON = !"none".equals(System.getProperty("fathom.winograd"));

    /** With fewer the transforms take as long as the products saved. */
    private static final int MIN_CHANNELS = 32;

    /** What the products must save, of 2.25 at most: small images have tiles that stick out. */
    private static final double MIN_SAVING = 1.5;

    /** Transformed kernels are larger than kernels; few tiles do not pay for reading them. */
    private static final long MIN_TILES = 128;

    /** Transformed patches and products of a task, in bytes, which stay in the second-level cache. */
    private static final long TASK_BYTES = 3 << 18;

    private static final long MIN_ROWS = 32;

    /** Fewer tasks than this leave threads without work. */
    private static final long MIN_TASKS = 8;

    /** {@return the numbers of a convolution or a gradient of one; null where other algorithms are faster} */
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

    /** Reads a convolution's numbers; null where this is not the way to do it. */
    private static @Nullable WinogradShape forward(int groups, Window window, Operand x, Operand w, Operand y) {
        return fits(groups, window, x, w, y) ? of(x, y, window.rows().low(), window.columns().low()) : null;
    }

    /** As {@link #forward}, of the gradient by the input: it reads the gradient by y and writes that by x. */
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

    /** {@return the strips, cut into tasks} */
    BlockPartition tasks() {
        long most = Math.max(MIN_ROWS, TASK_BYTES / ((long) Grid.PRODUCTS * Float.BYTES * (from + to)));
        long count = Math.max((grid.tiles() + most - 1) / most, Math.min(MIN_TASKS, grid.tiles() / MIN_ROWS));
        return BlockPartition.about(grid.strips(), count, 1);
    }

    /** {@return bytes of the matrices of one task with that many strips and channels} */
    long bytes(long strips, int channels) {
        return Grid.PRODUCTS * Grid.step(strips * grid.width(), channels) * Float.BYTES;
    }

    /** Describes the matrices of products, one after the other: {@code [rows, columns]} each. */
    static long matrices(Descs descs, long rows, long columns) {
        return descs.strided(
                Types.of(DType.FLOAT32),
                new long[] {Grid.PRODUCTS, rows, columns},
                new long[] {Grid.step(rows, columns), columns, 1});
    }

    /** As {@link #matrices}, each taken as its transpose, {@code [columns, rows]}. */
    static long transposed(Descs descs, long rows, long columns) {
        return descs.strided(
                Types.of(DType.FLOAT32),
                new long[] {Grid.PRODUCTS, columns, rows},
                new long[] {Grid.step(rows, columns), 1, columns});
    }

    /** {@return a pixel of zeros of either side: what lies outside of images} */
    MemorySegment zeros() {
        return Arena.ofAuto().allocate((long) Math.max(from, to) * Float.BYTES, 64);
    }
}
