package fathom.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import fathom.DType;
import fathom.primitive.Backend;
import fathom.primitive.Computed;
import fathom.primitive.Operand;
import fathom.primitive.Spec;
import fathom.testkit.Operands;
import fathom.testkit.Operands.Layout;
import fathom.testkit.Operands.Values;
import fathom.testkit.Oracle;
import fathom.testkit.Oracle.Tolerance;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import net.jqwik.api.lifecycle.AfterTry;
import net.jqwik.api.lifecycle.BeforeTry;

/**
 * Shared parts of the property tests of backends: random operands, and the comparison with the naive backend. Tries are
 * the same in every run, so that a build does not fail by chance; {@code -Dfathom.test.seed=N} draws others.
 */
abstract class BackendProperties {
    static final List<Backend> ACCELERATORS =
            Stream.of("onednn").map(Oracle::backend).filter(Backend::isAvailable).toList();
    static final Backend CPU = Oracle.backend("cpu");

    /** Layouts permitted for outputs: no two indices alias. */
    static final Layout[] OUTPUTS =
            Arrays.stream(Layout.values()).filter(l -> l != Layout.EXPANDED).toArray(Layout[]::new);

    private static final long SEED = Long.getLong("fathom.test.seed", 0);

    Arena arena = Arena.ofAuto();
    SplittableRandom random = new SplittableRandom(0);

    @BeforeTry
    void open() {
        arena = Arena.ofConfined();
    }

    @AfterTry
    void close() {
        arena.close();
    }

    /** The seed of all other random choices of a try. */
    void seed(long seed) {
        random = new SplittableRandom(seed + 0x9E3779B97F4A7C15L * SEED);
    }

    <T> T pick(T[] choices) {
        return choices[random.nextInt(choices.length)];
    }

    /** {@return a shape of up to four dimensions and some hundred elements; may be empty or a scalar} */
    long[] shape() {
        int rank = random.nextInt(5);
        var shape = new long[rank];
        for (int d = 0; d < rank; d++) {
            shape[d] = random.nextInt(20) == 0 ? 0 : 1 + random.nextInt(random.nextInt(3) == 0 ? 37 : 6);
        }
        while (Arrays.stream(shape).reduce(1, (a, b) -> a * b) > 20_000) {
            shape[random.nextInt(rank)] = 2;
        }
        return shape;
    }

    Operand operand(DType type, long[] shape, Values values) {
        return Operands.random(arena, type, shape, pick(Layout.values()), values, random);
    }

    /** {@return an operand of the shape, possibly expanded from dimensions of size 1} */
    Operand broadcast(DType type, long[] shape, Values values) {
        long[] from = shape.clone();
        for (int d = 0; d < from.length; d++) {
            if (random.nextInt(4) == 0) {
                from[d] = 1;
            }
        }
        return Operands.expand(operand(type, from, values), shape);
    }

    Spec output(DType type, long... shape) {
        return new Spec(type, shape, Operands.strides(shape, pick(OUTPUTS)));
    }

    /** Compares the plain Java backend, which must support everything, and the accelerators, which may. */
    void compare(Computed primitive, Tolerance tolerance, Operand[] in, Spec... out) {
        assertThat(Oracle.compare(CPU, primitive, in, out, tolerance))
                .as("the plain Java backend runs %s on %s", primitive, Arrays.toString(in))
                .isTrue();
        for (Backend b : ACCELERATORS) {
            Oracle.compare(b, primitive, in, out, tolerance);
        }
    }

    /** {@return a tolerance for sums of some hundred ordinary products} */
    static Tolerance sums(DType type) {
        return switch (type) {
            case FLOAT64 -> new Tolerance(1e-12, 1e-11);
            case FLOAT32 -> new Tolerance(1e-5, 1e-4);
            case BFLOAT16 -> new Tolerance(1e-2, 0.1);
            case FLOAT16 -> new Tolerance(2e-3, 0.02);
            default -> Tolerance.EXACT;
        };
    }

    static Operand[] operands(Operand... operands) {
        return operands;
    }
}
