package fathom.nn;

import fathom.Tensor;
import fathom.Tensors;
import fathom.options.InterpolateOptions;
import fathom.options.InterpolateOptions.Mode;
import fathom.testkit.GoldenCase;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Sequences, images and volumes resized in all ways, forward and backward, as PyTorch has them, in both layouts. */
class ResampleGoldenTest {
    private static void configure(GoldenCase c, InterpolateOptions o) {
        o.mode(Arrays.stream(Mode.values()).filter(m -> m.toString().equals(c.get("mode"))).findFirst().orElseThrow());
        if (c.has("align")) {
            o.alignCorners(c.getBoolean("align"));
        }
        if (c.has("size")) {
            o.size(c.getLongs("size"));
        } else {
            o.scaleFactor(c.getDoubles("scale"));
        }
        o.recomputeScaleFactor(c.getBoolean("recompute")).antialias(c.getBoolean("antialias"));
    }

    @TestFactory
    Stream<DynamicTest> rowMajor() {
        return Goldens.tests(
                "golden/resample.safetensors",
                Map.of("interpolate", (c, in) -> Tensors.interpolate(in[0], o -> configure(c, o))));
    }

    @TestFactory
    Stream<DynamicTest> channelsLast() {
        return Goldens.tests(
                "golden/resample.safetensors",
                Map.of("interpolate", (c, in) -> Tensors.interpolate(channelsLast(in[0]), o -> configure(c, o))));
    }

    private static Tensor channelsLast(Tensor x) {
        return x.movedim(1, -1).contiguous().movedim(-1, 1);
    }
}
