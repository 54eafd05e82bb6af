package fathom.cpu.conv;

import fathom.cpu.matmul.Elem;
import fathom.cpu.warmup.WarmUp;
import java.lang.foreign.Arena;

/**
 * Channel-wise sums of products of pixels with contiguous channels, in vector code, or in scalar loops until the vector
 * code is compiled.
 */
final class Channels {
    /** Multiply-adds after which the vector code is warmed up. */
    private static final long WARM_UP_THRESHOLD = 200_000;

    private static final int WARM_UP_CALLS = 200;

    /** Upper bound, in nanoseconds, of a warm-up call once the code is compiled. */
    private static final long COMPILED_NANOS = 600;

    private static final WarmUp FLOATS = new WarmUp(WARM_UP_THRESHOLD, () -> exercise(Elem.FLOAT));
    private static final WarmUp DOUBLES = new WarmUp(WARM_UP_THRESHOLD, () -> exercise(Elem.DOUBLE));

    private Channels() {}

    /**
     * Computes one pixel: {@code to = init + sum of source i x weights at tap i}.
     *
     * @param init address of the initial values' first channel, or 0
     * @param sources addresses of pixels
     * @param taps offset of each pixel's weights from {@code weights} in bytes
     */
    static void taps(
            Elem elem, long to, long init, long weights, long[] sources, long[] taps, int count, int channels) {
        boolean ready = warmUp(elem).isDone((long) count * channels);
        if (elem == Elem.FLOAT) {
            if (ready) {
                VectorChannels.floatTaps(to, init, weights, sources, taps, count, channels);
            } else {
                PlainChannels.floatTaps(to, init, weights, sources, taps, count, channels);
            }
        } else if (ready) {
            VectorChannels.doubleTaps(to, init, weights, sources, taps, count, channels);
        } else {
            PlainChannels.doubleTaps(to, init, weights, sources, taps, count, channels);
        }
    }

    /** Adds, channel by channel, the products of {@code count} pixels of two rows to {@code sums}. */
    static void dots(Elem elem, long sums, long a, long aStep, long b, long bStep, int count, int channels) {
        boolean ready = warmUp(elem).isDone((long) count * channels);
        if (elem == Elem.FLOAT) {
            if (ready) {
                VectorChannels.floatDots(sums, a, aStep, b, bStep, count, channels);
            } else {
                PlainChannels.floatDots(sums, a, aStep, b, bStep, count, channels);
            }
        } else if (ready) {
            VectorChannels.doubleDots(sums, a, aStep, b, bStep, count, channels);
        } else {
            PlainChannels.doubleDots(sums, a, aStep, b, bStep, count, channels);
        }
    }

    private static WarmUp warmUp(Elem elem) {
        return elem == Elem.FLOAT ? FLOATS : DOUBLES;
    }

    private static boolean exercise(Elem elem) {
        int channels = elem.lanes() + 3;
        long bytes = (long) channels * elem.size();
        try (var arena = Arena.ofConfined()) {
            long pixels = arena.allocate(bytes * 4, 64).address();
            long to = arena.allocate(bytes, 64).address();
            var sources = new long[] {pixels, pixels + bytes, pixels + 2 * bytes};
            var taps = new long[] {0, bytes, 2 * bytes};
            return WarmUp.untilFast(
                    COMPILED_NANOS * 2 * WARM_UP_CALLS,
                    () -> {
                        for (int i = 0; i < WARM_UP_CALLS; i++) {
                            long init = (i & 1) == 0 ? 0 : pixels;
                            if (elem == Elem.FLOAT) {
                                VectorChannels.floatTaps(to, init, pixels, sources, taps, 3, channels);
                                VectorChannels.floatDots(to, pixels, bytes, pixels, bytes, 3, channels);
                            } else {
                                VectorChannels.doubleTaps(to, init, pixels, sources, taps, 3, channels);
                                VectorChannels.doubleDots(to, pixels, bytes, pixels, bytes, 3, channels);
                            }
                        }
                    });
        }
    }
}
