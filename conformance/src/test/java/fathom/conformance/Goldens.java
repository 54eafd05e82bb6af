package fathom.conformance;

import fathom.testkit.Golden;
import fathom.testkit.GoldenCase;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;

/** Dynamic tests from golden cases. */
final class Goldens {
    private Goldens() {}

    /** {@return one test per case of a golden file} */
    static Stream<DynamicTest> each(String file, Consumer<GoldenCase> test) {
        return Golden.load("golden/" + file + ".safetensors").cases().stream()
                .map(c -> DynamicTest.dynamicTest(c.name(), () -> test.accept(c)));
    }
}
