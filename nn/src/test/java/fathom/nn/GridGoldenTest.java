package fathom.nn;

import fathom.Tensor;
import fathom.Tensors;
import fathom.options.GridSampleOptions;
import fathom.options.GridSampleOptions.Mode;
import fathom.options.GridSampleOptions.PaddingMode;
import fathom.testkit.GoldenCase;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Images and volumes sampled at points, and grids of affine maps, forward and backward, as PyTorch has them. */
class GridGoldenTest {
    private static void configure(GoldenCase c, GridSampleOptions o) {
        o.mode(Mode.valueOf(c.get("mode").toUpperCase(Locale.ROOT)))
                .paddingMode(PaddingMode.valueOf(c.get("padding").toUpperCase(Locale.ROOT)))
                .alignCorners(c.getBoolean("align"));
    }

    private static Tensor affineGrid(GoldenCase c, Tensor theta) {
        return Tensors.affineGrid(theta, c.getLongs("size"), c.getBoolean("align"));
    }

    @TestFactory
    Stream<DynamicTest> rowMajor() {
        return Goldens.tests(
                "golden/grid.safetensors",
                Map.of(
                        "gridSample",
                        (c, in) -> Tensors.gridSample(in[0], in[1], o -> configure(c, o)),
                        "affineGrid",
                        (c, in) -> affineGrid(c, in[0])));
    }

    @TestFactory
    Stream<DynamicTest> channelsLast() {
        return Goldens.tests(
                "golden/grid.safetensors",
                Map.of(
                        "gridSample",
                        (c, in) -> {
                            Tensor x = in[0].movedim(1, -1).contiguous().movedim(-1, 1);
                            return Tensors.gridSample(x, in[1], o -> configure(c, o));
                        },
                        "affineGrid",
                        (c, in) -> affineGrid(c, in[0])));
    }
}
