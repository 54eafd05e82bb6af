package fathom.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import fathom.DType;
import fathom.cuda.attention.AttentionKernels;
import fathom.cuda.host.HostGpu;
import fathom.primitive.Backend;
import fathom.primitive.Operand;
import fathom.primitive.Spec;
import fathom.primitive.neural.Attention;
import fathom.primitive.neural.AttentionGrad;
import fathom.testkit.Operands;
import fathom.testkit.Operands.Layout;
import fathom.testkit.Operands.Values;
import fathom.testkit.Oracle;
import fathom.testkit.Oracle.Tolerance;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Attention and its gradient on the GPU that the processor plays, against the oracle. */
@Tag("kernels")
class AttentionKernelsTest {
    private static final Path CACHE = Path.of(System.getProperty("java.io.tmpdir"), "fathom-cuda-host");

    private final SplittableRandom random = new SplittableRandom(1);
    private Backend backend = Oracle.backend("naive");

    private enum Mask {
        NONE,
        CAUSAL,
        BOOL,
        ADDED
    }

    @BeforeEach
    void open() {
        Assumptions.assumeTrue(HostCompilers.isHere(), "LEFT OUT: no C++ compiler");
        backend = new FamilyBackend(new HostGpu(CACHE, "c++"), new AttentionKernels());
    }

    private static Tolerance close(DType type) {
        return type == DType.FLOAT32 ? new Tolerance(5e-5, 2e-4) : new Tolerance(0.03, 0.1);
    }

    private static long[] with(long[] batch, long... last) {
        long[] shape = Arrays.copyOf(batch, batch.length + last.length);
        System.arraycopy(last, 0, shape, batch.length, last.length);
        return shape;
    }

    private void check(
            DType type,
            Layout layout,
            Mask mask,
            boolean drops,
            long queries,
            long keys,
            long width,
            long values,
            long... batch) {
        try (var arena = Arena.ofConfined()) {
            List<Operand> in = new ArrayList<>();
            in.add(Operands.random(arena, type, with(batch, queries, width), layout, Values.ORDINARY, random));
            in.add(Operands.random(arena, type, with(batch, keys, width), layout, Values.ORDINARY, random));
            in.add(Operands.random(arena, type, with(batch, keys, values), layout, Values.ORDINARY, random));
            long[] scores = with(batch, queries, keys);
            boolean masked = mask == Mask.BOOL || mask == Mask.ADDED;
            if (masked) {
                // one mask for all queries of an item
                long[] from = scores.clone();
                from[batch.length] = 1;
                Operand m =
                        Operands.random(
                                arena,
                                mask == Mask.BOOL ? DType.BOOL : DType.FLOAT32,
                                from,
                                Layout.CONTIGUOUS,
                                Values.ORDINARY,
                                random);
                in.add(Operands.expand(m, scores));
            }
            if (drops) {
                in.add(Operands.random(arena, DType.BOOL, scores, Layout.CONTIGUOUS, Values.ORDINARY, random));
            }
            var p = new Attention(1 / Math.sqrt(width), mask == Mask.CAUSAL, masked, drops, drops ? 1.25 : 1);
            long[] result = with(batch, queries, values);
            Spec[] out = {Spec.of(type, result), Spec.of(DType.FLOAT32, with(batch, queries))};
            Operand[] inputs = in.toArray(Operand[]::new);
            assertThat(Oracle.compare(backend, p, inputs, out, close(type))).isTrue();

            Operand y = Operands.allocate(arena, out[0]);
            Operand lse = Operands.allocate(arena, out[1]);
            Oracle.backend("naive").run(p, inputs, new Operand[] {y, lse});
            in.addAll(
                    List.of(y, lse, Operands.random(arena, type, result, Layout.CONTIGUOUS, Values.ORDINARY, random)));
            DType gradients = random.nextBoolean() ? type : DType.FLOAT32;
            Spec[] grads = {
                Spec.of(gradients, with(batch, queries, width)),
                Spec.of(gradients, with(batch, keys, width)),
                Spec.of(gradients, with(batch, keys, values))
            };
            assertThat(
                            Oracle.compare(
                                    backend,
                                    new AttentionGrad(p, gradients, 0),
                                    in.toArray(Operand[]::new),
                                    grads,
                                    close(type)))
                    .isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource(Mask.class)
    void float32(Mask mask) {
        check(DType.FLOAT32, Layout.CONTIGUOUS, mask, false, 20, 30, 16, 16, 2);
        check(DType.FLOAT32, Layout.TRANSPOSED, mask, true, 70, 90, 20, 40, 2);
    }

    @ParameterizedTest
    @EnumSource(Mask.class)
    void bfloat16(Mask mask) {
        check(DType.BFLOAT16, Layout.CONTIGUOUS, mask, mask == Mask.BOOL, 70, 80, 64, 64, 2);
        check(DType.BFLOAT16, Layout.GAPPED, mask, mask == Mask.CAUSAL, 33, 31, 20, 24);
    }

    @Test
    void float16() {
        check(DType.FLOAT16, Layout.CONTIGUOUS, Mask.NONE, true, 17, 130, 32, 128, 2);
        check(DType.FLOAT16, Layout.CHANNELS_LAST, Mask.CAUSAL, false, 65, 66, 40, 16, 2, 3);
    }

    @Test
    void wideRows() {
        check(DType.FLOAT32, Layout.CONTIGUOUS, Mask.NONE, false, 5, 9, 200, 300);
        check(DType.BFLOAT16, Layout.CONTIGUOUS, Mask.CAUSAL, false, 5, 9, 256, 160);
        check(DType.FLOAT32, Layout.CONTIGUOUS, Mask.ADDED, false, 1, 1, 1, 1, 1);
    }

    @Test
    void queriesThatSeeNoKey() {
        try (var arena = Arena.ofConfined()) {
            for (DType type : new DType[] {DType.FLOAT32, DType.BFLOAT16}) {
                Operand q = Operands.random(arena, type, new long[] {4, 8}, Layout.CONTIGUOUS, Values.ORDINARY, random);
                Operand k = Operands.random(arena, type, new long[] {3, 8}, Layout.CONTIGUOUS, Values.ORDINARY, random);
                Operand mask = Operands.of(arena, DType.BOOL, new long[] {4, 3}, 1, 0, 1, 0, 0, 0, 0, 1, 0, 1, 1, 1);
                var p = new Attention(0.5, false, true, false, 1);
                Operand[] in = {q, k, k, mask};
                Spec[] out = {Spec.of(type, 4, 8), Spec.of(DType.FLOAT32, 4)};
                assertThat(Oracle.compare(backend, p, in, out, close(type))).isTrue();
                Operand[] y = {Operands.allocate(arena, out[0]), Operands.allocate(arena, out[1])};
                backend.run(p, in, y);
                assertThat(Operands.toArray(y[0])).contains(0, org.assertj.core.data.Index.atIndex(8));
                assertThat(Operands.toArray(y[1]))
                        .contains(Double.POSITIVE_INFINITY, org.assertj.core.data.Index.atIndex(1));
                Operand[] all = {q, k, k, mask, y[0], y[1], q};
                Spec[] grads = {Spec.of(type, 4, 8), Spec.of(type, 3, 8), Spec.of(type, 3, 8)};
                assertThat(Oracle.compare(backend, new AttentionGrad(p, type, 0), all, grads, close(type))).isTrue();
            }
        }
    }
}
