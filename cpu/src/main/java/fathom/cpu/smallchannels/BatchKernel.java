package fathom.cpu.smallchannels;

/**
 * The batch-in-lanes micro-kernel: computes two positions of a convolution's result, in all lanes, for one, two, four
 * or six channels. It sums over the rows, the columns and the runs of a window; a run consists of source channels, or
 * of columns and channels if these are contiguous. Two positions share each load of a weight.
 */
abstract class BatchKernel {
    /** {@return the number of channels to compute per call} */
    static int channelGroup(int channels) {
        return channels >= 6 ? 6 : channels >= 4 ? 4 : Math.min(channels, 2);
    }

    /**
     * Computes both positions of some channels. All steps are in bytes. Each kernel is a constant, so that its call is
     * direct.
     *
     * @param channels number of channels, as {@link #channelGroup} returns
     * @param source address of the first source element's lanes
     * @param offset offset of the second position's source
     * @param weights address of the first weight, followed by those of further result channels
     * @param weightStep stride of the weights along a run
     * @param bias address of the first channel's bias
     * @param result address of the first position's result, the lanes of the channels
     * @param second address of the second position's result
     */
    static void run(
            int channels,
            long source,
            long offset,
            long sourceRow,
            long sourceColumn,
            long weights,
            long weightRow,
            long weightColumn,
            long weightStep,
            int rows,
            int columns,
            int run,
            long bias,
            long result,
            long second) {
        long x = source;
        long xr = sourceRow;
        long xc = sourceColumn;
        long w = weights;
        long wr = weightRow;
        long wc = weightColumn;
        long ws = weightStep;
        switch (channels) {
            case 6 -> Generated.SIX.run(x, offset, xr, xc, w, wr, wc, ws, rows, columns, run, bias, result, second);
            case 4 -> Generated.FOUR.run(x, offset, xr, xc, w, wr, wc, ws, rows, columns, run, bias, result, second);
            case 2 -> Generated.TWO.run(x, offset, xr, xc, w, wr, wc, ws, rows, columns, run, bias, result, second);
            default -> Generated.ONE.run(x, offset, xr, xc, w, wr, wc, ws, rows, columns, run, bias, result, second);
        }
    }

    abstract void run(
            long source,
            long offset,
            long sourceRow,
            long sourceColumn,
            long weights,
            long weightRow,
            long weightColumn,
            long weightStep,
            int rows,
            int columns,
            int run,
            long bias,
            long result,
            long second);

    /** Initialised lazily, since the Vector API may be missing. */
    private static final class Generated {
        static final BatchKernel ONE = BatchKernelGenerator.generate(1);
        static final BatchKernel TWO = BatchKernelGenerator.generate(2);
        static final BatchKernel FOUR = BatchKernelGenerator.generate(4);
        static final BatchKernel SIX = BatchKernelGenerator.generate(6);
    }
}
