package fathom.testkit;

import fathom.primitive.Backend;
import fathom.primitive.Computed;
import fathom.primitive.Operand;
import fathom.primitive.Spec;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.Locale;
import java.util.ServiceLoader;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Runs one primitive on two backends and compares their outputs. */
public final class Oracle {
    private static final Backend NAIVE = new NaiveBackend();

    private Oracle() {}

    /**
     * The permitted difference of two results: {@code |actual - expected| <= atol + rtol * |expected|}. NaN equals NaN,
     * an infinity only itself.
     *
     * @param rtol relative to the expected value
     * @param atol absolute
     */
    public record Tolerance(double rtol, double atol) {
        /** Bitwise equality, except for the sign of zero and the payload of NaN. */
        public static final Tolerance EXACT = new Tolerance(0, 0);

        boolean accepts(double actual, double expected) {
            if (Double.isNaN(expected) || Double.isNaN(actual)) {
                return Double.isNaN(expected) && Double.isNaN(actual);
            }
            if (Double.isInfinite(expected) || Double.isInfinite(actual)) {
                return expected == actual;
            }
            return Math.abs(actual - expected) <= atol + rtol * Math.abs(expected);
        }
    }

    /**
     * {@return the backend with a name among those provided as services}
     *
     * @throws IllegalArgumentException if there is none
     */
    public static Backend backend(String name) {
        return Stream.concat(
                        Stream.of(NAIVE), ServiceLoader.load(Backend.class).stream().map(ServiceLoader.Provider::get))
                .filter(b -> b.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("there is no backend named " + name));
    }

    /**
     * Runs a primitive on a backend and on the oracle, each into new outputs, and compares all elements; also checks
     * that the backend wrote neither the memory between and around the outputs' elements nor its inputs.
     *
     * @param actual the backend under test; skipped if it does not support the call
     * @param primitive the primitive
     * @param inputs its operands
     * @param outputs the outputs' types, shapes and strides
     * @param tolerance for floating outputs; others must be equal
     * @return whether the backend supports the call
     * @throws AssertionError naming the primitive, the operands and the first element that differs
     */
    public static boolean compare(
            Backend actual, Computed primitive, Operand[] inputs, Spec[] outputs, Tolerance tolerance) {
        try (Arena arena = Arena.ofConfined()) {
            Operand[] expectedOut = allocate(arena, outputs);
            Operand[] actualOut = allocate(arena, outputs);
            if (!actual.supports(primitive, inputs, actualOut)) {
                return false;
            }
            double[][] before = Arrays.stream(inputs).map(Operands::toArray).toArray(double[][]::new);
            NAIVE.run(primitive, inputs, expectedOut);
            actual.run(primitive, inputs, actualOut);
            for (int i = 0; i < inputs.length; i++) {
                if (!Arrays.equals(before[i], Operands.toArray(inputs[i]))) {
                    throw new AssertionError(
                            describe(actual, primitive, inputs, actualOut) + ": input " + i + " was modified");
                }
            }
            for (int i = 0; i < outputs.length; i++) {
                String trespass = Operands.trespass(actualOut[i]);
                if (trespass != null) {
                    throw new AssertionError(describe(actual, primitive, inputs, actualOut) + ": " + trespass);
                }
                String difference = difference(actualOut[i], expectedOut[i], tolerance);
                if (difference != null) {
                    throw new AssertionError(
                            describe(actual, primitive, inputs, actualOut) + ": output " + i + " " + difference);
                }
            }
            return true;
        }
    }

    private static Operand[] allocate(Arena arena, Spec[] specs) {
        return Arrays.stream(specs).map(s -> Operands.allocate(arena, s)).toArray(Operand[]::new);
    }

    private static Object value(Operand operand, long offset) {
        if (operand.dtype().isFloating()) {
            return Cells.getDouble(operand, offset);
        }
        return Cells.getLong(operand, offset);
    }

    private static @Nullable String difference(Operand actual, Operand expected, Tolerance tolerance) {
        var message = new @Nullable String[1];
        int[] count = {0};
        Walk.over(
                expected.shape(),
                (at, index) -> {
                    boolean floating = expected.dtype().isFloating();
                    boolean same =
                            floating
                                    ? tolerance.accepts(
                                            Cells.getDouble(actual, at[0]), Cells.getDouble(expected, at[1]))
                                    : Cells.getLong(actual, at[0]) == Cells.getLong(expected, at[1]);
                    if (!same && count[0]++ == 0) {
                        Object a = value(actual, at[0]);
                        Object e = value(expected, at[1]);
                        message[0] = "is at %s %s instead of %s".formatted(Arrays.toString(index), a, e);
                    }
                },
                actual.strides(),
                expected.strides());
        return message[0] == null
                ? null
                : message[0] + String.format(Locale.ROOT, " (%d of %d differ)", count[0], expected.numel());
    }

    private static String describe(Backend backend, Computed primitive, Operand[] inputs, Operand[] outputs) {
        var text = new StringBuilder(backend.name()).append(", ").append(primitive).append(" of");
        append(text, inputs);
        append(text.append(" into"), outputs);
        return text.toString();
    }

    private static void append(StringBuilder text, Operand[] operands) {
        for (Operand o : operands) {
            text.append(' ')
                    .append(o.dtype())
                    .append(Arrays.toString(o.shape()))
                    .append(" strides ")
                    .append(Arrays.toString(o.strides()));
        }
    }
}
