package fathom.cpu.smallchannels;

/**
 * The batch-in-lanes micro-kernel: two positions of a convolution's result, in all lanes, for one, two, four or six of
 * its channels. Sums over the rows, the columns and the runs (of source channels, or of columns and channels where
 * these follow each other) of a window. Two positions together read the weights once.
 */
abstract class BatchKernel {
    /** {@return how many of so many channels are computed at a time} */
    static int together(int channels) {
        return channels >= 6 ? 6 : channels >= 4 ? 4 : Math.min(channels, 2);
    }

    /**
     * Computes both positions of some channels. All steps are in bytes. Each kernel is called as a constant, which
     * makes it a direct call.
     *
     * @param channels as many as {@link #together} says
     * @param source address of the first source element's lanes
     * @param apart how much further the second position's is
     * @param weights address of the first weight, those of further result channels following it
     * @param weightStep from one element of a run to the next
     * @param bias address of the first channel's
     * @param result where the lanes of the channels are written, one after the other
     * @param second the same of the second position
     */
    static void run(
            int channels,
            long source,
            long apart,
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
            case 6 -> Generated.SIX.run(x, apart, xr, xc, w, wr, wc, ws, rows, columns, run, bias, result, second);
            case 4 -> Generated.FOUR.run(x, apart, xr, xc, w, wr, wc, ws, rows, columns, run, bias, result, second);
            case 2 -> Generated.TWO.run(x, apart, xr, xc, w, wr, wc, ws, rows, columns, run, bias, result, second);
            default -> Generated.ONE.run(x, apart, xr, xc, w, wr, wc, ws, rows, columns, run, bias, result, second);
        }
    }

    abstract void run(
            long source,
            long apart,
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

    /** Made when they are asked for: there may be no Vector API. */
    private static final class Generated {
        static final BatchKernel ONE = BatchKernelGenerator.generate(1);
        static final BatchKernel TWO = BatchKernelGenerator.generate(2);
        static final BatchKernel FOUR = BatchKernelGenerator.generate(4);
        static final BatchKernel SIX = BatchKernelGenerator.generate(6);
    }
}
