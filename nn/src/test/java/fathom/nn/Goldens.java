package fathom.nn;

import fathom.DType;
import fathom.Tensor;
import fathom.testkit.Golden;
import fathom.testkit.GoldenCase;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;

/** Runs the cases of a golden file, each through the function that its operation names. */
final class Goldens {
    /** What a case does with its inputs. */
    @FunctionalInterface
    interface Operation {
        Tensor apply(GoldenCase c, Tensor[] in);
    }

    private Goldens() {}

    static Stream<DynamicTest> tests(String resource, Map<String, Operation> operations) {
        return Golden.load(resource).cases().stream()
                .map(c ->
                        DynamicTest.dynamicTest(
                                c.name(),
                                () -> {
                                    Operation operation = operations.get(c.op());
                                    if (operation == null) {
                                        throw new AssertionError("no test of operation " + c.op());
                                    }
                                    double tolerance =
                                            switch (c.out(0).dtype()) {
                                                // PyTorch's sixth in the gradient of hardsigmoid has eight digits
                                                case FLOAT64 -> c.name().startsWith("Hardsigmoid") ? 1e-7 : 1e-10;
                                                case FLOAT32 -> 2e-5;
                                                default -> 2e-2;
                                            };
                                    c.checkOne(
                                            in -> operation.apply(c, in),
                                            tolerance,
                                            c.out(0).dtype() == DType.BFLOAT16 ? 0.1 : tolerance);
                                }));
    }

    static int[] ints(GoldenCase c, String attribute, int... otherwise) {
        if (!c.has(attribute) || c.get(attribute).equals("None")) {
            return otherwise;
        }
        return java.util.Arrays.stream(c.getDoubles(attribute)).mapToInt(d -> (int) d).toArray();
    }
}
