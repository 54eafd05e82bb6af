package fathom.cpu.rowproduct;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import fathom.DType;
import fathom.cpu.memory.Half;
import fathom.primitive.MatMul;
import fathom.primitive.Operand;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RowProductTest {
    private final Random random = new Random(3);
    private final Arena arena = Arena.ofAuto();

    /** A dense block of random numbers, and their values rounded to its type. */
    private final class Block {
        final MemorySegment memory;
        final double[] values;
        final DType type;

        Block(DType type, int count) {
            this.type = type;
            memory = arena.allocate((long) count * type.size() + 64, 64);
            values = new double[count];
            for (int i = 0; i < count; i++) {
                float v = (float) random.nextGaussian();
                if (type == DType.FLOAT32) {
                    memory.setAtIndex(ValueLayout.JAVA_FLOAT, i, v);
                    values[i] = v;
                } else {
                    short bits = Half.toBfloat16(v);
                    memory.setAtIndex(ValueLayout.JAVA_SHORT, i, bits);
                    values[i] = Float.intBitsToFloat(bits << 16);
                }
            }
        }

        Operand operand(long[] shape, long... strides) {
            return new Operand(type, memory.address(), shape, strides);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "FLOAT32, 600, 517, true",
        "FLOAT32, 1024, 1024, true",
        "FLOAT32, 137, 2001, true",
        "BFLOAT16, 600, 517, true",
        "BFLOAT16, 601, 518, true",
        "BFLOAT16, 1024, 1024, true",
        "FLOAT32, 600, 517, false",
        "FLOAT32, 601, 519, false",
        "FLOAT32, 1025, 1024, false",
        "FLOAT32, 8200, 33, false",
        "BFLOAT16, 600, 517, false",
        "BFLOAT16, 601, 519, false",
        "BFLOAT16, 1025, 1024, false"
    })
    void isTheSumOfProducts(DType type, int k, int n, boolean rows) {
        var x = new Block(type, k);
        var w = new Block(type, k * n);
        var bias = new Block(DType.FLOAT32, n);
        var y = new Block(DType.FLOAT32, n);
        var in =
                new Operand[] {
                    x.operand(new long[] {1, k}, k, 1),
                    rows ? w.operand(new long[] {k, n}, n, 1) : w.operand(new long[] {k, n}, 1, k),
                    bias.operand(new long[] {n}, 1)
                };
        Operand out = y.operand(new long[] {1, n}, n, 1);
        assertThat(RowProduct.fits(new MatMul(true), in, new Operand[] {out})).isTrue();
        RowProduct.run(in, out);
        for (int j = 0; j < n; j++) {
            double sum = bias.values[j];
            double size = Math.abs(sum);
            for (int i = 0; i < k; i++) {
                double product = x.values[i] * w.values[rows ? i * n + j : j * k + i];
                sum += product;
                size += Math.abs(product);
            }
            // the error of a float32 sum in any order is at most k / 2 ulp of the terms' magnitude
            assertThat((double) y.memory.getAtIndex(ValueLayout.JAVA_FLOAT, j))
                    .as("column %d", j)
                    .isCloseTo(sum, within(size * Math.sqrt(k) * 0x1p-23));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "FLOAT32, 2, 600, 517, true",
        "FLOAT32, 4, 137, 2001, true",
        "BFLOAT16, 3, 601, 518, true",
        "BFLOAT16, 2, 130, 9000, true",
        "FLOAT32, 2, 600, 517, false",
        "FLOAT32, 4, 137, 2001, false",
        "FLOAT32, 3, 1025, 1031, false"
    })
    void fewRowsHaveTheBitsOfSingleRows(DType type, int rows, int k, int n, boolean denseRows) {
        var x = new Block(type, rows * k);
        var w = new Block(type, k * n);
        var bias = new Block(DType.FLOAT32, n);
        Operand matrix = denseRows ? w.operand(new long[] {k, n}, n, 1) : w.operand(new long[] {k, n}, 1, k);
        Operand added = bias.operand(new long[] {n}, 1);
        var y = new Block(DType.FLOAT32, rows * n);
        var product = new MatMul(true);
        Operand[] in = {x.operand(new long[] {rows, k}, 1, rows), matrix, added};
        Operand out = y.operand(new long[] {rows, n}, n, 1);
        assertThat(RowProduct.fits(product, in, new Operand[] {out})).isTrue();
        RowProduct.run(in, out);
        for (int r = 0; r < rows; r++) {
            long first = x.memory.address() + (long) r * type.size();
            Operand[] one = {new Operand(type, first, new long[] {1, k}, new long[] {k, rows}), matrix, added};
            var z = new Block(DType.FLOAT32, n);
            RowProduct.run(one, z.operand(new long[] {1, n}, n, 1));
            assertThat(y.memory.asSlice(4L * r * n, 4L * n).mismatch(z.memory.asSlice(0, 4L * n))).isEqualTo(-1);
        }
    }

    @Tag("vector-api")
    @ParameterizedTest
    @CsvSource({"16, 64", "21, 67", "40, 163", "7, 33", "4, 1"})
    void vectorCodeHasTheBitsOfScalarCode(int k, int n) {
        float[] x = RowProduct.exercise(k);
        long floats = new Block(DType.FLOAT32, k * n).memory.address();
        long halves = new Block(DType.BFLOAT16, k * n).memory.address();
        var plain = new float[n];
        var vector = new float[n];
        Sums.plainFloat32(plain, x, floats, 4L * n);
        VectorSums.float32(vector, x, floats, 4L * n);
        assertThat(vector).containsExactly(plain);

        plain = new float[n];
        vector = new float[n];
        Sums.plainBfloat16(plain, x, halves, 2L * n);
        VectorSums.bfloat16(vector, x, halves, 2L * n);
        assertThat(vector).containsExactly(plain);

        float[] other = Dots.halves(RowProduct.exercise(n));
        plain = new float[k];
        vector = new float[k];
        Dots.plainBfloat16(plain, other, halves, 2L * n);
        VectorDots.bfloat16(vector, other, halves, 2L * n);
        assertThat(vector).containsExactly(plain);

        other = RowProduct.exercise(n);
        plain = new float[k];
        vector = new float[k];
        Dots.plainFloat32(plain, other, floats, 4L * n);
        VectorDots.float32(vector, other, floats, 4L * n);
        assertThat(vector).containsExactly(plain);
    }

    @Test
    void otherProductsDoNotFit() {
        var five = new Block(DType.FLOAT32, 5 * 512);
        var w = new Block(DType.FLOAT32, 512 * 512);
        var y = new Block(DType.FLOAT32, 5 * 512);
        var product = new MatMul(false);
        Operand matrix = w.operand(new long[] {512, 512}, 512, 1);
        Operand row = five.operand(new long[] {1, 512}, 512, 1);
        Operand result = y.operand(new long[] {1, 512}, 512, 1);
        assertThat(fits(product, row, matrix, result)).isTrue();
        assertThat(
                        fits(
                                product,
                                five.operand(new long[] {5, 512}, 512, 1),
                                matrix,
                                y.operand(new long[] {5, 512}, 512, 1)))
                .as("five rows")
                .isFalse();
        assertThat(fits(product, row, w.operand(new long[] {512, 512}, 0, 1), result)).as("broadcast").isFalse();
    }

    private static boolean fits(MatMul product, Operand a, Operand b, Operand c) {
        return RowProduct.fits(product, new Operand[] {a, b}, new Operand[] {c});
    }
}
