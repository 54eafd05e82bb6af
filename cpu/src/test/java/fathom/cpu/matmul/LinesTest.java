package fathom.cpu.matmul;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The vector code against the scalar loops. */
class LinesTest {
    private static final int COUNT = 3;
    private static final int STEP = 50;

    @ParameterizedTest
    @EnumSource
    void vectorCodeHasTheBitsOfScalarCode(Elem elem) {
        int size = elem.size();
        long bytes = (COUNT + 1L) * STEP * size;
        var random = new Random(1);
        try (var arena = Arena.ofConfined()) {
            var from = arena.allocate(bytes);
            for (long x = 0; x < bytes; x += size) {
                elem.set(from.address() + x, random.nextGaussian());
            }
            long step = (long) STEP * size;
            for (int n = 0; n <= 40; n++) {
                var plain = arena.allocate(bytes);
                var vector = arena.allocate(bytes);
                PlainLines.copy(elem, from.address(), step, plain.address(), step - size, n, COUNT);
                VectorLines.copy(from.address(), step, vector.address(), step - size, n * size, COUNT);
                assertThat(vector.mismatch(plain)).as("copy %d", n).isEqualTo(-1);
                for (int i = 0; i < COUNT; i++) {
                    long at = i * step;
                    if (elem == Elem.FLOAT) {
                        PlainLines.addFloats(plain.address() + at, from.address() + at, n);
                        VectorLines.addFloats(vector.address() + at, from.address() + at, n);
                    } else {
                        PlainLines.addDoubles(plain.address() + at, from.address() + at, n);
                        VectorLines.addDoubles(vector.address() + at, from.address() + at, n);
                    }
                }
                assertThat(vector.mismatch(plain)).as("add %d", n).isEqualTo(-1);
                padded(elem, from.address(), step, n);
                arrays(elem, from.address(), step, n);
            }
        }
    }

    private static void padded(Elem elem, long from, long step, int n) {
        int padded = Math.ceilDiv(n, elem.lanes()) * elem.lanes();
        try (var arena = Arena.ofConfined()) {
            var to = arena.allocate((COUNT + 1) * step).fill((byte) 1);
            VectorLines.copyPadded(from, step, to.address(), step, n * elem.size(), COUNT);
            for (int i = 0; i < COUNT; i++) {
                for (int j = 0; j < padded; j++) {
                    double expected = j < n ? elem.get(from + i * step + (long) j * elem.size()) : 0;
                    assertThat(elem.get(to.address() + i * step + (long) j * elem.size())).isEqualTo(expected);
                }
            }
        }
    }

    /** Adjacent lines in ascending order; the elements after the last one are undefined. */
    private static void arrays(Elem elem, long from, long step, int n) {
        int length = Math.min(n, 15);
        int room = (COUNT + 1) * STEP;
        if (elem == Elem.FLOAT) {
            var plain = new float[room];
            var vector = new float[room];
            for (int part = 0; part < 2; part++) {
                PlainLines.toArray(from, step, plain, part * length, STEP, length, COUNT);
                VectorLines.toArray(from, step, vector, part * length, STEP, length, COUNT);
            }
            for (int i = 0; i < COUNT; i++) {
                for (int x = 0; x < 2 * length; x++) {
                    assertThat(vector[i * STEP + x]).isEqualTo(plain[i * STEP + x]);
                }
            }
        } else {
            var plain = new double[room];
            var vector = new double[room];
            PlainLines.toArray(from, step, plain, 2, STEP, n, COUNT);
            VectorLines.toArray(from, step, vector, 2, STEP, n, COUNT);
            for (int i = 0; i < COUNT; i++) {
                for (int x = 0; x < n; x++) {
                    assertThat(vector[2 + i * STEP + x]).isEqualTo(plain[2 + i * STEP + x]);
                }
            }
        }
    }
}
