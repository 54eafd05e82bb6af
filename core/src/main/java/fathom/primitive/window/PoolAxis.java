package fathom.primitive.window;

/**
 * The windows of a pooling along one axis: window {@code o} covers the input positions {@code start(o) <= i < end(o)},
 * stepping by the dilation, clipped to the input.
 */
public sealed interface PoolAxis {

    /** {@return the number of windows} */
    long count();

    /** {@return the first position of window {@code o}, before clipping; may be negative in the padding} */
    long start(long o);

    /** {@return the position after the last of window {@code o}, before clipping} */
    long end(long o);

    /** {@return the distance between positions in a window} */
    default int dilation() {
        return 1;
    }

    /** {@return the padding in front, which counts in averages that include it} */
    default int low() {
        return 0;
    }

    /** {@return the padding behind, which counts in averages that include it} */
    default int high() {
        return 0;
    }

    /**
     * Windows of one size at equal distances.
     *
     * @param kernel positions per window
     * @param stride distance from window to window
     * @param low positions of padding in front
     * @param high positions of padding behind
     * @param dilation distance between positions in a window
     * @param count the number of windows
     */
    record Sliding(int kernel, int stride, int low, int high, int dilation, long count) implements PoolAxis {
        /** As much padding behind as in front. */
        public Sliding(int kernel, int stride, int padding, int dilation, long count) {
            this(kernel, stride, padding, padding, dilation, count);
        }

        @Override
        public long start(long o) {
            return o * stride - low;
        }

        @Override
        public long end(long o) {
            return start(o) + (long) (kernel - 1) * dilation + 1;
        }
    }

    /**
     * Windows that divide {@code in} positions into {@code count} nearly equal, possibly overlapping parts.
     *
     * @param in the extent of the input
     * @param count the number of windows
     */
    record Adaptive(long in, long count) implements PoolAxis {
        @Override
        public long start(long o) {
            return o * in / count;
        }

        @Override
        public long end(long o) {
            return ((o + 1) * in + count - 1) / count;
        }
    }
}
