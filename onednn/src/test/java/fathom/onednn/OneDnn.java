package fathom.onednn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import fathom.primitive.Operand;
import fathom.primitive.Primitive;
import java.lang.ref.Reference;

/** The backend under test, and comparisons with expected values. */
final class OneDnn {
    static final OneDnnBackend BACKEND = new OneDnnBackend();

    private OneDnn() {}

    /** Skips the test, with the reason, if the library cannot be loaded. */
    static void assumePresent() {
        assumeTrue(NativeLibrary.usable().present(), BACKEND.status());
    }

    static boolean supports(Primitive primitive, Data output, Data... inputs) {
        return BACKEND.supports(primitive, operands(inputs), operands(output));
    }

    static void run(Primitive primitive, Data output, Data... inputs) {
        run(BACKEND, primitive, output, inputs);
    }

    static void run(OneDnnBackend backend, Primitive primitive, Data output, Data... inputs) {
        var in = operands(inputs);
        var out = operands(output);
        assertThat(backend.supports(primitive, in, out)).as("supports").isTrue();
        try {
            backend.run(primitive, in, out);
        } finally {
            // operands are raw addresses: keep their memory reachable
            Reference.reachabilityFence(output);
            Reference.reachabilityFence(inputs);
        }
    }

    static Operand[] operands(Data... data) {
        var operands = new Operand[data.length];
        for (int i = 0; i < data.length; i++) {
            operands[i] = data[i].operand();
        }
        return operands;
    }

    /**
     * @param tolerance relative to the larger of 1 and the expected value
     */
    static void assertClose(float[] actual, double[] expected, double tolerance) {
        assertThat(actual).hasSize(expected.length);
        for (int i = 0; i < expected.length; i++) {
            double allowed = tolerance * Math.max(1, Math.abs(expected[i]));
            if (!(Math.abs(actual[i] - expected[i]) <= allowed)) {
                assertThat((double) actual[i]).as("element %d", i).isCloseTo(expected[i], within(allowed));
            }
        }
    }
}
