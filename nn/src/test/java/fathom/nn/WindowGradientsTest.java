package fathom.nn;

import static fathom.nn.GradientCases.positive;
import static fathom.nn.GradientCases.randn;

import fathom.Tensor;
import fathom.Tensors;
import fathom.functional.PoolOptions;
import fathom.nn.GradientCases.Case;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** First and second derivatives of convolutions and pooling over one to three dimensions, by differences. */
class WindowGradientsTest {
    private static Map<String, Case> cases() {
        Tensors.manualSeed(29);
        var c = new LinkedHashMap<String, Case>();
        c.put(
                "conv1d same",
                new Case(
                        t -> Tensors.conv1d(t[0], t[1], t[2], o -> o.padding("same").dilation(2)),
                        randn(2, 2, 5),
                        randn(3, 2, 2),
                        randn(3)));
        c.put(
                "conv2d asymmetric",
                new Case(
                        t ->
                                Tensors.conv2d(
                                        t[0], t[1], null, o -> o.padding(new int[] {0, 2}, new int[] {1}).stride(2)),
                        randn(1, 2, 4, 3),
                        randn(2, 2, 3, 2)));
        c.put(
                "conv3d",
                new Case(
                        t -> Tensors.conv3d(t[0], t[1], t[2], o -> o.stride(2, 1, 1).padding(1, 0, 1).groups(2)),
                        randn(1, 2, 3, 3, 2),
                        randn(2, 1, 2, 2, 2),
                        randn(2)));
        c.put("conv3d unbatched", new Case(t -> Tensors.conv3d(t[0], t[1]), randn(2, 2, 2, 3), randn(2, 2, 2, 1, 2)));
        c.put(
                "convTranspose1d",
                new Case(
                        t -> Tensors.convTranspose1d(t[0], t[1], t[2], o -> o.stride(2).outputPadding(1)),
                        randn(1, 2, 3),
                        randn(2, 2, 2),
                        randn(2)));
        c.put(
                "convTranspose3d",
                new Case(
                        t ->
                                Tensors.convTranspose3d(
                                        t[0],
                                        t[1],
                                        t[2],
                                        o -> o.stride(2, 1, 2).padding(0, 1, 1).outputPadding(1, 0, 1)),
                        randn(1, 2, 2, 2, 2),
                        randn(2, 1, 2, 3, 2),
                        randn(1)));
        c.put(
                "convTranspose3d, outputPadding beyond the stride",
                new Case(
                        t -> Tensors.convTranspose3d(t[0], t[1], null, o -> o.dilation(2).outputPadding(1)),
                        randn(1, 1, 2, 2, 2),
                        randn(1, 2, 2, 1, 2)));
        c.put(
                "maxPool3d",
                new Case(t -> Tensors.maxPool3d(t[0], 2, o -> o.stride(1).padding(1)), randn(1, 2, 3, 2, 3)));
        c.put(
                "avgPool3d",
                new Case(
                        t -> Tensors.avgPool3d(t[0], 3, o -> o.stride(2).padding(1).ceilMode(true)),
                        randn(1, 2, 3, 4, 3)));
        c.put(
                "avgPool3d, asymmetric",
                new Case(
                        t ->
                                Tensors.avgPool3d(
                                        t[0],
                                        2,
                                        o -> o.padding(new int[] {0, 1, 0}, new int[] {1}).countIncludePad(false)),
                        randn(1, 1, 3, 4, 3)));
        c.put("avgPool1d", new Case(t -> Tensors.avgPool1d(t[0], 3, o -> o.stride(2).padding(1)), randn(1, 2, 6)));
        c.put("adaptiveAvgPool3d", new Case(t -> Tensors.adaptiveAvgPool3d(t[0], 2, 3, 1), randn(1, 2, 3, 4, 2)));
        c.put("adaptiveMaxPool3d", new Case(t -> Tensors.adaptiveMaxPool3d(t[0], 2, 1, 2), randn(1, 2, 3, 2, 3)));
        Tensor places = Tensors.maxPool2dWithIndices(randn(1, 2, 4, 4), 2, o -> {}).indices();
        c.put("maxUnpool2d", new Case(t -> Tensors.maxUnpool2d(t[0], places, 2), randn(1, 2, 2, 2)));
        c.put("lpPool2d", new Case(t -> Tensors.lpPool2d(t[0], 3, 2, o -> o.stride(1)), positive(1, 2, 3, 3)));
        c.put(
                "lpPool3d",
                new Case(t -> Tensors.lpPool3d(t[0], 2, new int[] {2}, new PoolOptions()), positive(1, 1, 2, 2, 4)));
        return c;
    }

    @TestFactory
    Stream<DynamicTest> firstAndSecondOrder() {
        return GradientCases.firstAndSecondOrder(cases());
    }

    @Test
    void fusedAndComposedGradientsAgree() {
        GradientCases.fusedAndComposedAgree(cases());
    }
}
