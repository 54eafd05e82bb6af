package fathom.cpu.conv;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The vector code against the scalar loops. */
class ChannelsTest {
    private static final int MAX_CHANNELS = 40;

    @Test
    void vectorCodeHasTheBitsOfScalarCode() {
        var random = new Random(2);
        try (var arena = Arena.ofConfined()) {
            for (boolean wide : new boolean[] {false, true}) {
                int size = wide ? 8 : 4;
                long step = (MAX_CHANNELS + 1L) * size;
                var pixels = arena.allocate(6 * step);
                for (int i = 0; i < 6 * (MAX_CHANNELS + 1); i++) {
                    if (wide) {
                        pixels.setAtIndex(ValueLayout.JAVA_DOUBLE, i, random.nextGaussian());
                    } else {
                        pixels.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) random.nextGaussian());
                    }
                }
                for (int channels = 0; channels <= MAX_CHANNELS; channels++) {
                    for (int count = 0; count <= 3; count++) {
                        var plain = arena.allocate(step);
                        var vector = arena.allocate(step);
                        taps(false, wide, plain, pixels.address(), step, count, channels);
                        taps(true, wide, vector, pixels.address(), step, count, channels);
                        assertThat(vector.mismatch(plain)).isEqualTo(-1);
                    }
                }
            }
        }
    }

    private static void taps(
            boolean vector, boolean wide, MemorySegment to, long pixels, long step, int count, int channels) {
        var sources = new long[] {pixels + step, pixels + 2 * step, pixels};
        var taps = new long[] {0, step, 2 * step};
        long init = count == 2 ? 0 : pixels + step;
        long weights = pixels + 3 * step;
        long at = to.address();
        if (vector && wide) {
            VectorChannels.doubleTaps(at, init, weights, sources, taps, count, channels);
            VectorChannels.doubleDots(at, pixels, step, weights, step, count, channels);
        } else if (vector) {
            VectorChannels.floatTaps(at, init, weights, sources, taps, count, channels);
            VectorChannels.floatDots(at, pixels, step, weights, step, count, channels);
        } else if (wide) {
            PlainChannels.doubleTaps(at, init, weights, sources, taps, count, channels);
            PlainChannels.doubleDots(at, pixels, step, weights, step, count, channels);
        } else {
            PlainChannels.floatTaps(at, init, weights, sources, taps, count, channels);
            PlainChannels.floatDots(at, pixels, step, weights, step, count, channels);
        }
    }
}
