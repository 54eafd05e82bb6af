package fathom.cpu.winograd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("vector-api")
class TransformsTest {
    private static final int CHANNELS = 2 * VectorTransforms.SPECIES.length();
    private static final long PIXEL = (long) CHANNELS * Float.BYTES;
    private static final long STEP = Grid.step(1, CHANNELS) * Float.BYTES;

    private static MemorySegment random(Arena arena, long pixels, int seed) {
        var memory = arena.allocate(pixels * PIXEL, 64);
        var random = new Random(seed);
        for (long i = 0; i < pixels * CHANNELS; i++) {
            memory.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) random.nextGaussian());
        }
        return memory;
    }

    private static long[] pixels(MemorySegment memory, int count) {
        var addresses = new long[count];
        for (int i = 0; i < count; i++) {
            addresses[i] = memory.address() + i * PIXEL;
        }
        return addresses;
    }

    private static float[] floats(MemorySegment memory) {
        return memory.toArray(ValueLayout.JAVA_FLOAT);
    }

    @Test
    void vectorCodeHasTheBitsOfScalarCode() {
        try (var arena = Arena.ofConfined()) {
            long[] from = pixels(random(arena, 16, 1), 16);
            var vector = arena.allocate(16 * STEP, 64);
            var plain = arena.allocate(16 * STEP, 64);
            VectorTransforms.patch(from, CHANNELS, vector.address(), STEP);
            PlainTransforms.patch(from, CHANNELS, plain.address(), STEP);
            assertThat(floats(vector)).containsExactly(floats(plain)).contains(floats(plain)[1]);

            VectorTransforms.gradient(from, arena.allocate(PIXEL, 64).address(), CHANNELS, vector.address(), STEP);
            PlainTransforms.gradient(from, CHANNELS, plain.address(), STEP);
            assertThat(floats(vector)).containsExactly(floats(plain));

            var products = random(arena, 16 * STEP / PIXEL, 2);
            var first = arena.allocate(4 * PIXEL, 64);
            var second = arena.allocate(4 * PIXEL, 64);
            VectorTransforms.result(products.address(), STEP, CHANNELS, from[3], pixels(first, 4));
            PlainTransforms.result(products.address(), STEP, CHANNELS, from[3], pixels(second, 4));
            assertThat(floats(first)).containsExactly(floats(second));
        }
    }

    /** One tile of one channel in each direction, against the defining sums. */
    @Test
    void aTileIsTheCorrelationOfItsPatch() {
        try (var arena = Arena.ofConfined()) {
            var patch = random(arena, 16, 3);
            var kernel = random(arena, 2, 4); // the first nine numbers, for any vector size
            var d = new float[16];
            for (int i = 0; i < 16; i++) {
                d[i] = patch.getAtIndex(ValueLayout.JAVA_FLOAT, (long) i * CHANNELS);
            }
            float[] k = floats(kernel);
            var turned = new float[9];
            for (int i = 0; i < 9; i++) {
                turned[i] = k[8 - i];
            }

            assertThat(tile(arena, patch, kernel, false)).containsExactly(direct(d, k), within(1e-5f));
            assertThat(tile(arena, patch, kernel, true)).containsExactly(direct(d, turned), within(1e-5f));
        }
    }

    private static float[] direct(float[] d, float[] k) {
        var y = new float[4];
        for (int r = 0; r < 4; r++) {
            for (int t = 0; t < 9; t++) {
                y[r] += d[(r / 2 + t / 3) * 4 + r % 2 + t % 3] * k[t];
            }
        }
        return y;
    }

    private static float[] tile(Arena arena, MemorySegment patch, MemorySegment kernel, boolean turned) {
        var one = new Kernels(1, 1);
        var u = arena.allocate(one.bytes(), 64);
        if (turned) {
            one.rotated(kernel.address(), u.address());
        } else {
            one.forward(kernel.address(), u.address());
        }
        var v = arena.allocate(16 * STEP, 64);
        PlainTransforms.patch(pixels(patch, 16), CHANNELS, v.address(), STEP);
        long apart = Grid.step(1, 1);
        for (long p = 0; p < 16; p++) {
            float product = v.get(ValueLayout.JAVA_FLOAT, p * STEP) * u.getAtIndex(ValueLayout.JAVA_FLOAT, p * apart);
            v.set(ValueLayout.JAVA_FLOAT, p * STEP, product);
        }
        var y = arena.allocate(4 * PIXEL, 64);
        var zero = arena.allocate(PIXEL, 64);
        PlainTransforms.result(v.address(), STEP, CHANNELS, zero.address(), pixels(y, 4));
        var result = new float[4];
        for (int r = 0; r < 4; r++) {
            result[r] = y.getAtIndex(ValueLayout.JAVA_FLOAT, (long) r * CHANNELS);
        }
        return result;
    }

    @Test
    void kernelVectorCodeHasTheBitsOfScalarCode() {
        int lanes = VectorKernels.LANES;
        var kernels = new Kernels(lanes, lanes);
        long row = (long) lanes * Float.BYTES;
        long step = Grid.step(lanes, lanes) * Float.BYTES;
        long kernelBytes = 9L * Float.BYTES;
        long apart = lanes * kernelBytes;
        var buffers = new VectorKernels.Buffers();
        try (var arena = Arena.ofConfined()) {
            var given = random(arena, lanes * apart / PIXEL + 1, 5);
            var vector = arena.allocate(kernels.bytes(), 64);
            var plain = arena.allocate(kernels.bytes(), 64);
            for (boolean turned : new boolean[] {false, true}) {
                VectorKernels.transform(buffers, given.address(), apart, turned, vector.address(), row, step);
                for (int o = 0; o < lanes; o++) {
                    for (int c = 0; c < lanes; c++) {
                        long place = plain.address() + (turned ? o * row + c * 4L : c * row + o * 4L);
                        long kernel = given.address() + o * apart + c * kernelBytes;
                        PlainKernels.transform(kernel, turned, place, step);
                    }
                }
                assertThat(floats(vector)).containsExactly(floats(plain));
            }

            var sums = random(arena, 3 * kernels.bytes() / PIXEL + 1, 6);
            var first = arena.allocate(lanes * apart, 64);
            var second = arena.allocate(lanes * apart, 64);
            VectorKernels.gradient(buffers, sums.address(), 3, kernels.bytes(), row, step, first.address(), apart);
            for (int o = 0; o < lanes; o++) {
                for (int c = 0; c < lanes; c++) {
                    long place = sums.address() + c * row + o * 4L;
                    long kernel = second.address() + o * apart + c * kernelBytes;
                    PlainKernels.gradient(place, 3, kernels.bytes(), step, kernel);
                }
            }
            assertThat(floats(first)).containsExactly(floats(second));
        }
    }

    @Test
    void gridComputesItsSaving() {
        assertThat(new Grid(2, 6, 6, 6, 6, 1, 1).saving()).isEqualTo(2.25);
        assertThat(new Grid(2, 3, 3, 3, 3, 1, 1).saving()).isEqualTo(81.0 / 64);
        assertThat(new Grid(3, 7, 5, 7, 5, 1, 1).tiles()).isEqualTo(3 * 4 * 3);
    }
}
