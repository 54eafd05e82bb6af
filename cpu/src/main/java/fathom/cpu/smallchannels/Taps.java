package fathom.cpu.smallchannels;

/**
 * The source elements and kernel taps that contribute to each element of the result, along one axis: for result {@code
 * r}, the sources {@code first[r] + j * step} with the taps {@code tap[r] + j * tapStep}, where {@code 0 <= j <
 * count[r]}.
 *
 * @param first first source
 * @param tap first tap
 * @param count number of both; 0 if the kernel covers padding only
 * @param step distance of the sources
 * @param tapStep distance of the taps
 */
record Taps(long[] first, long[] tap, long[] count, long step, long tapStep) {

    /** {@return an axis of a convolution} */
    static Taps forward(long in, long out, long kernel, int stride, int padding, int dilation) {
        var first = new long[(int) out];
        var tap = new long[(int) out];
        var count = new long[(int) out];
        for (int o = 0; o < out; o++) {
            long origin = (long) o * stride - padding;
            for (long k = 0; k < kernel; k++) {
                long i = origin + k * dilation;
                if (i >= 0 && i < in) {
                    if (count[o]++ == 0) {
                        first[o] = i;
                        tap[o] = k;
                    }
                }
            }
        }
        return new Taps(first, tap, count, dilation, 1);
    }

    /**
     * {@return an axis of a convolution's input gradient, from the convolution's {@code out} elements to its {@code
     * in}. Taps are numbered backwards, {@code kernel - 1 - k}, so that both they and the sources ascend}
     */
    static Taps backward(long in, long out, long kernel, int stride, int padding, int dilation) {
        var first = new long[(int) in];
        var tap = new long[(int) in];
        var count = new long[(int) in];
        long step = dilation / gcd(stride, dilation);
        long tapStep = stride / gcd(stride, dilation);
        for (int i = 0; i < in; i++) {
            for (long k = kernel - 1; k >= 0; k--) {
                long position = i + padding - k * dilation;
                if (position >= 0 && position % stride == 0 && position / stride < out) {
                    if (count[i]++ == 0) {
                        first[i] = position / stride;
                        tap[i] = kernel - 1 - k;
                    }
                }
            }
        }
        return new Taps(first, tap, count, step, tapStep);
    }

    private static long gcd(long a, long b) {
        return b == 0 ? a : gcd(b, a % b);
    }

    /** {@return whether both the sources and the taps of each result are contiguous} */
    boolean isDense() {
        return step == 1 && tapStep == 1;
    }
}
