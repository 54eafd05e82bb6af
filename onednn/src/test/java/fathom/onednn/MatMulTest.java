package fathom.onednn;

import static fathom.onednn.OneDnn.assertClose;
import static fathom.onednn.OneDnn.run;
import static fathom.onednn.OneDnn.supports;
import static org.assertj.core.api.Assertions.assertThat;

import fathom.DType;
import fathom.cpu.parallel.Parallel;
import fathom.primitive.MatMul;
import fathom.primitive.Operand;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MatMulTest {
    private static final DType F32 = DType.FLOAT32;
    private static final MatMul PLAIN = new MatMul(false);
    private static final MatMul BIASED = new MatMul(true);

    @BeforeEach
    void present() {
        OneDnn.assumePresent();
    }

    @ParameterizedTest
    @CsvSource({
        "1, 1, 1",
        "1, 1, 7",
        "7, 1, 1",
        "1, 9, 1",
        "3, 5, 4",
        "1, 300, 40",
        "40, 300, 1",
        "2, 1, 2",
        "17, 33, 65",
        "128, 64, 64",
        "256, 400, 120",
        "513, 70, 300",
        "300, 129, 1000",
        "1000, 20, 257"
    })
    void everyPairOfLayouts(long m, long k, long n) {
        for (boolean transposeA : new boolean[] {false, true}) {
            for (boolean transposeB : new boolean[] {false, true}) {
                var a =
                        transposeA
                                ? Data.permuted(F32, new int[] {1, 0}, m, k).random(1)
                                : Data.dense(F32, m, k).random(1);
                var b =
                        transposeB
                                ? Data.permuted(F32, new int[] {1, 0}, k, n).random(2)
                                : Data.dense(F32, k, n).random(2);
                var bias = Data.dense(F32, n).random(3);
                var c = Data.dense(F32, m, n);
                run(PLAIN, c, a, b);
                assertClose(c.values(), Naive.matmul(a, b, null, new long[] {m, n}), 1e-5);
                run(BIASED, c, a, b, bias);
                assertClose(c.values(), Naive.matmul(a, b, bias, new long[] {m, n}), 1e-5);
            }
        }
    }

    @Test
    void paddedRows() {
        var a = Data.of(F32, new long[] {130, 50}, new long[] {57, 1}).random(1);
        var b = Data.of(F32, new long[] {50, 90}, new long[] {1, 71}).random(2);
        var c = Data.of(F32, new long[] {130, 90}, new long[] {101, 1});
        run(PLAIN, c, a, b);
        assertClose(c.values(), Naive.matmul(a, b, null, new long[] {130, 90}), 1e-5);
        assertThat(c.memory().getAtIndex(ValueLayout.JAVA_FLOAT, 95)).as("padding between rows").isNaN();
    }

    @Test
    void batches() {
        var a = Data.dense(F32, 3, 5, 20, 30).random(1);
        var b = Data.dense(F32, 3, 5, 30, 40).random(2);
        var c = Data.dense(F32, 3, 5, 20, 40);
        run(PLAIN, c, a, b);
        assertClose(c.values(), Naive.matmul(a, b, null, new long[] {3, 5, 20, 40}), 1e-5);
    }

    @ParameterizedTest
    @CsvSource({"1, 7, 9", "5, 7, 1", "5, 1, 9", "1, 1, 9", "1, 7, 1", "5, 1, 1", "1, 1, 1"})
    void batchesOfMatricesWithOneRowOrColumn(long m, long k, long n) {
        long[] shape = {6, 4, m, n};
        for (boolean interleaved : new boolean[] {false, true}) {
            int[] order = interleaved ? new int[] {2, 0, 1, 3} : new int[] {0, 1, 2, 3};
            var a = Data.permuted(F32, order, 6, 4, m, k).random(1);
            var b = Data.permuted(F32, order, 6, 4, k, n).random(2);
            var c = Data.permuted(F32, order, shape);
            run(PLAIN, c, a, b);
            assertClose(c.values(), Naive.matmul(a, b, null, shape), 1e-5);
            var transposed = Data.permuted(F32, new int[] {0, 3, 1, 2}, 6, 4, k, n).random(3);
            run(PLAIN, c, a, transposed);
            assertClose(c.values(), Naive.matmul(a, transposed, null, shape), 1e-5);
        }
    }

    @Test
    void batchesOfLargeMatrices() {
        var a = Data.dense(F32, 2, 200, 130).random(1);
        var b = Data.dense(F32, 2, 130, 210).random(2);
        var bias = Data.dense(F32, 210).random(3);
        var c = Data.dense(F32, 2, 200, 210);
        run(BIASED, c, a, b, bias);
        assertClose(c.values(), Naive.matmul(a, b, bias, new long[] {2, 200, 210}), 1e-5);
    }

    @Test
    void broadcastMatrix() {
        long[] shape = {7, 3, 11, 13};
        var a = Data.dense(F32, 7, 3, 11, 19).random(1);
        var b = Data.of(F32, new long[] {7, 3, 19, 13}, new long[] {0, 0, 13, 1}).random(2);
        var c = Data.dense(F32, shape);
        run(PLAIN, c, a, b);
        assertClose(c.values(), Naive.matmul(a, b, null, shape), 1e-5);

        var one = Data.of(F32, new long[] {7, 3, 11, 19}, new long[] {0, 0, 19, 1}).random(1);
        var many = Data.dense(F32, 7, 3, 19, 13).random(2);
        run(PLAIN, c, one, many);
        assertClose(c.values(), Naive.matmul(one, many, null, shape), 1e-5);

        var firstOnly = Data.of(F32, new long[] {7, 3, 19, 13}, new long[] {0, 19 * 13, 13, 1}).random(4);
        run(PLAIN, c, a, firstOnly);
        assertClose(c.values(), Naive.matmul(a, firstOnly, null, shape), 1e-5);
    }

    @Test
    void attentionHeads() {
        // [batch, time, heads, width] seen as [batch, heads, time, width]; keys transposed as well
        int[] order = {0, 2, 1, 3};
        var q = Data.permuted(F32, order, 4, 6, 33, 16).random(1);
        var k = Data.permuted(F32, new int[] {0, 3, 1, 2}, 4, 6, 16, 33).random(2);
        var scores = Data.dense(F32, 4, 6, 33, 33);
        run(PLAIN, scores, q, k);
        assertClose(scores.values(), Naive.matmul(q, k, null, new long[] {4, 6, 33, 33}), 1e-5);

        var v = Data.permuted(F32, order, 4, 6, 33, 16).random(3);
        var out = Data.permuted(F32, order, 4, 6, 33, 16);
        run(PLAIN, out, scores, v);
        assertClose(out.values(), Naive.matmul(scores, v, null, new long[] {4, 6, 33, 16}), 1e-5);
    }

    @Test
    void bfloat16() {
        var a = Data.dense(DType.BFLOAT16, 65, 130).random(1);
        var b = Data.permuted(DType.BFLOAT16, new int[] {1, 0}, 130, 47).random(2);
        var bias = Data.dense(DType.BFLOAT16, 47).random(3);
        var c = Data.dense(DType.BFLOAT16, 65, 47);
        run(BIASED, c, a, b, bias);
        assertClose(c.values(), Naive.matmul(a, b, bias, new long[] {65, 47}), 1.0 / 128);
        var wide = Data.dense(F32, 65, 47);
        run(PLAIN, wide, a, b);
        assertClose(wide.values(), Naive.matmul(a, b, null, new long[] {65, 47}), 1e-5);
    }

    /** {@link Data} fills the padding with NaN, which oneDNN reads on processors with AMX. */
    @Test
    void paddingOfBfloat16RowsIsIgnored() {
        for (long k : new long[] {1, 31, 64, 100, 130}) {
            for (long m : new long[] {1, 2, 33, 600}) {
                var a = Data.of(DType.BFLOAT16, new long[] {m, k}, new long[] {300, 1}).random(1);
                var b = Data.dense(DType.BFLOAT16, k, 65).random(2);
                var c = Data.dense(F32, m, 65);
                run(PLAIN, c, a, b);
                assertClose(c.values(), Naive.matmul(a, b, null, new long[] {m, 65}), 1e-5);
            }
            var a = Data.of(DType.BFLOAT16, new long[] {2, 6, 17, k}, new long[] {40_000, 6_000, 200, 1});
            var b = Data.dense(DType.BFLOAT16, 2, 6, k, 9).random(2);
            var c = Data.dense(F32, 2, 6, 17, 9);
            run(PLAIN, c, a.random(1), b);
            assertClose(c.values(), Naive.matmul(a, b, null, new long[] {2, 6, 17, 9}), 1e-5);
            var same = Data.of(DType.BFLOAT16, new long[] {2, 6, 17, k}, new long[] {0, 0, 200, 1}).random(3);
            run(PLAIN, c, same, b);
            assertClose(c.values(), Naive.matmul(same, b, null, new long[] {2, 6, 17, 9}), 1e-5);
        }
    }

    @Test
    void otherTypesEmptyShapesAndOtherLayoutsAreUnsupported() {
        var f64 = DType.FLOAT64;
        var some = Data.dense(F32, 3, 3);
        assertThat(
                        OneDnn.BACKEND.supports(
                                PLAIN,
                                OneDnn.operands(
                                        new Data(
                                                new Operand(
                                                        f64,
                                                        some.operand().address(),
                                                        new long[] {1, 1},
                                                        new long[] {1, 1}),
                                                some.memory(),
                                                0),
                                        some),
                                OneDnn.operands(some)))
                .isFalse();
        assertThat(supports(PLAIN, Data.dense(F32, 3, 4), Data.dense(F32, 3, 0), Data.dense(F32, 0, 4))).isFalse();
        assertThat(supports(PLAIN, Data.dense(F32, 0, 4), Data.dense(F32, 0, 3), Data.dense(F32, 3, 4))).isFalse();
        var everySecond = Data.of(F32, new long[] {3, 3}, new long[] {6, 2});
        assertThat(supports(PLAIN, some, everySecond, some)).isFalse();
        var flipped = Data.of(F32, new long[] {3, 3}, new long[] {-3, 1});
        assertThat(supports(PLAIN, some, flipped, some)).isFalse();
        var expanded = Data.of(F32, new long[] {3, 3}, new long[] {0, 1});
        assertThat(supports(PLAIN, some, expanded, some)).isFalse();
    }

    @Test
    void sameBitsForAnyNumberOfThreads() {
        var a = Data.dense(F32, 517, 333).gaussian(1);
        var b = Data.permuted(F32, new int[] {1, 0}, 333, 290).gaussian(2);
        int before = Parallel.threads();
        try {
            var results = new float[3][];
            for (int i = 0; i < 3; i++) {
                Parallel.setThreads(new int[] {1, 2, 5}[i]);
                var c = Data.dense(F32, 517, 290);
                run(PLAIN, c, a, b);
                results[i] = c.values();
            }
            assertThat(Arrays.equals(results[0], results[1])).isTrue();
            assertThat(Arrays.equals(results[0], results[2])).isTrue();
        } finally {
            Parallel.setThreads(before);
        }
    }
}
