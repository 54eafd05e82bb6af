package fathom.primitive.window;

/**
 * The windows of a pooling along one axis: window {@code o} covers the input positions {@code start(o) <= i < end(o)},
 * spaced by the dilation, clipped to the input.
 */
public sealed interface PoolAxis {

    /** {@return the number of windows} */
    long count();

    /** {@return the first position of window {@code o}, before clipping; may be negative in the padding} */
    long start(long o);

    /** {@return the position after the last of window {@code o}, before clipping} */
    long end(long o);

    /** {@return the distance between adjacent positions in a window} */
    default int dilation() {
        return 1;
    }

    /** {@return the padding in front, included in averages that count padding} */
    default int low() {
        return 0;
    }

    /** {@return the padding behind, included in averages that count padding} */
    default int high() {
        return 0;
    }

    /**
     * Windows of constant size and stride.
     *
     * @param kernel positions per window
     * @param stride the distance from one window to the next
     * @param low positions of padding in front
     * @param high positions of padding behind
     * @param dilation the distance between adjacent positions in a window
     * @param count the number of windows
     */
    record Sliding(int kernel, int stride, int low, int high, int dilation, long count) implements PoolAxis {
        /** Equal padding in front and behind. */
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
     * Windows that divide {@code in} positions into {@code count} nearly equal, possibly overlapping regions.
     *
     * @param in the size of the input
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
