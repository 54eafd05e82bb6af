package fathom.nn;

import fathom.Tensors;
import fathom.options.InterpolateOptions;
import fathom.options.PadMode;
import fathom.testkit.GoldenCase;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Padding, resizing and the like, forward and backward, as PyTorch has them. */
class ImageGoldenTest {
    private static final Map<String, Goldens.Operation> OPERATIONS =
            Map.of(
                    "pad", (c, in) -> Tensors.pad(in[0], longs(c, "pads"), Double.parseDouble(c.get("value"))),
                    "padMode",
                            (c, in) ->
                                    Tensors.pad(
                                            in[0],
                                            longs(c, "pads"),
                                            PadMode.valueOf(c.get("mode").toUpperCase(Locale.ROOT))),
                    "interpolate", (c, in) -> Tensors.interpolate(in[0], o -> configure(c, o)),
                    "normalize",
                            (c, in) -> Tensors.normalize(in[0], Double.parseDouble(c.get("p")), c.getInt("dim"), 1e-12),
                    "adaptiveAvgPool1d", (c, in) -> Tensors.adaptiveAvgPool1d(in[0], c.getInt("size")),
                    "adaptiveMaxPool1d", (c, in) -> Tensors.adaptiveMaxPool1d(in[0], c.getInt("size")));

    private static long[] longs(GoldenCase c, String attribute) {
        return Arrays.stream(Goldens.ints(c, attribute)).asLongStream().toArray();
    }

    private static void configure(GoldenCase c, InterpolateOptions o) {
        o.mode(InterpolateOptions.Mode.valueOf(c.get("mode").toUpperCase(Locale.ROOT)));
        if (c.has("align")) {
            o.alignCorners(c.getBoolean("align"));
        }
        if (c.has("size")) {
            o.size(longs(c, "size"));
        } else {
            o.scaleFactor(Double.parseDouble(c.get("scale")));
        }
    }

    @TestFactory
    Stream<DynamicTest> cases() {
        return Goldens.tests("golden/image.safetensors", OPERATIONS);
    }
}
