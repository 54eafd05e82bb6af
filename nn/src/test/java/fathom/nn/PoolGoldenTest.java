package fathom.nn;

import fathom.Tensors;
import fathom.functional.PoolOptions;
import fathom.testkit.GoldenCase;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Pools, forward and backward, as PyTorch has them. */
class PoolGoldenTest {
    private static final Map<String, Goldens.Operation> OPERATIONS =
            Map.of(
                    "maxPool2d", (c, in) -> Tensors.maxPool2d(in[0], Goldens.ints(c, "kernel"), options(c)),
                    "avgPool2d", (c, in) -> Tensors.avgPool2d(in[0], Goldens.ints(c, "kernel"), options(c)),
                    "maxPool1d", (c, in) -> Tensors.maxPool1d(in[0], c.getInt("kernel"), options(c)),
                    "avgPool1d", (c, in) -> Tensors.avgPool1d(in[0], c.getInt("kernel"), options(c)),
                    "adaptiveAvgPool2d",
                            (c, in) ->
                                    Tensors.adaptiveAvgPool2d(
                                            in[0], Goldens.ints(c, "size")[0], Goldens.ints(c, "size")[1]),
                    "adaptiveMaxPool2d",
                            (c, in) ->
                                    Tensors.adaptiveMaxPool2d(
                                            in[0], Goldens.ints(c, "size")[0], Goldens.ints(c, "size")[1]));

    private static Consumer<PoolOptions> options(GoldenCase c) {
        return o -> {
            if (c.has("stride")) {
                o.stride(Goldens.ints(c, "stride"));
            }
            if (c.has("divisorOverride")) {
                o.divisorOverride(c.getInt("divisorOverride"));
            }
            o.padding(Goldens.ints(c, "padding", 0))
                    .dilation(Goldens.ints(c, "dilation", 1))
                    .ceilMode(c.get("ceilMode", "false").equals("true"))
                    .countIncludePad(c.get("countIncludePad", "true").equals("true"));
        };
    }

    @TestFactory
    Stream<DynamicTest> cases() {
        return Goldens.tests("golden/pool.safetensors", OPERATIONS);
    }
}
