package fathom.cpu.pool;

import fathom.primitive.window.PoolAxis;

/**
 * The pooling windows along one axis, clipped to the input.
 *
 * @param starts first position of each window
 * @param ends exclusive end of each window
 * @param dilation distance between positions
 * @param inside number of positions of each window inside the input
 * @param padded number of positions of each window, including those in the padding
 */
record Axis(int[] starts, int[] ends, int dilation, int[] inside, int[] padded) {
    static Axis of(PoolAxis axis, long extent) {
        int count = Math.toIntExact(axis.count());
        int dilation = axis.dilation();
        var result = new Axis(new int[count], new int[count], dilation, new int[count], new int[count]);
        for (int o = 0; o < count; o++) {
            long start = axis.start(o);
            long end = axis.end(o);
            long begin = start >= 0 ? start : start + Math.ceilDiv(-start, dilation) * (long) dilation;
            result.starts[o] = Math.toIntExact(begin);
            result.ends[o] = Math.toIntExact(Math.min(end, extent));
            result.inside[o] = positions(begin, Math.min(end, extent), dilation);
            long first = Math.max(start, start + Math.ceilDiv(-axis.low() - start, dilation) * (long) dilation);
            result.padded[o] = positions(first, Math.min(end, extent + axis.high()), dilation);
        }
        return result;
    }

    private static int positions(long begin, long end, int dilation) {
        return (int) Math.max(0, Math.ceilDiv(end - begin, dilation));
    }

    /** {@return whether no window is empty} */
    boolean isFull() {
        for (int i : inside) {
            if (i == 0) {
                return false;
            }
        }
        return true;
    }

    /** {@return whether each position is in at most one window, and the windows are ascending and without dilation} */
    boolean isDisjoint() {
        int next = 0;
        for (int o = 0; o < count(); o++) {
            if (inside[o] > 0) {
                if (starts[o] < next || dilation > 1 && inside[o] > 1) {
                    return false;
                }
                next = starts[o] + inside[o];
            }
        }
        return true;
    }

    /** {@return for disjoint windows, the end of the last window before {@code o} that is not empty} */
    int endBefore(int o) {
        for (int before = o - 1; before >= 0; before--) {
            if (inside[before] > 0) {
                return starts[before] + inside[before];
            }
        }
        return 0;
    }

    /** {@return the last position in a window that is not empty} */
    int lastOf(int window) {
        return starts[window] + (inside[window] - 1) * dilation;
    }

    int count() {
        return starts.length;
    }
}
