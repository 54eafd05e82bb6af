package fathom.nn;

import static org.assertj.core.api.Assertions.assertThat;

import fathom.Autograd;
import fathom.Tensor;
import fathom.Tensors;
import fathom.ValuesAndIndices;
import fathom.functional.AbstractConvOptions;
import fathom.functional.PoolOptions;
import fathom.nn.conv.Conv1d;
import fathom.nn.conv.Conv2d;
import fathom.nn.conv.Conv3d;
import fathom.nn.conv.ConvLayer;
import fathom.nn.conv.ConvLayerOptions;
import fathom.nn.conv.ConvTranspose1d;
import fathom.nn.conv.ConvTranspose2d;
import fathom.nn.conv.ConvTranspose3d;
import fathom.nn.conv.ConvTransposeLayer;
import fathom.nn.norm.BatchNorm3d;
import fathom.nn.norm.InstanceNorm3d;
import fathom.nn.pool.AdaptiveAvgPool3d;
import fathom.nn.pool.AdaptiveMaxPool3d;
import fathom.nn.pool.AvgPool3d;
import fathom.nn.pool.LPPool1d;
import fathom.nn.pool.LPPool2d;
import fathom.nn.pool.MaxPool3d;
import fathom.nn.pool.MaxUnpool1d;
import fathom.nn.pool.MaxUnpool2d;
import fathom.nn.pool.MaxUnpool3d;
import fathom.options.PadMode;
import fathom.testkit.Golden;
import fathom.testkit.GoldenCase;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Convolutions, pooling and their layers over one to three dimensions, as PyTorch has them. */
class WindowGoldenTest {
    private static Map<String, Goldens.Operation> operations() {
        var o = new HashMap<String, Goldens.Operation>();
        o.put("conv1d", (c, in) -> Tensors.conv1d(in[0], in[1], bias(in), s -> configure(c, s)));
        o.put("conv2d", (c, in) -> Tensors.conv2d(in[0], in[1], bias(in), s -> configure(c, s)));
        o.put("conv3d", (c, in) -> Tensors.conv3d(in[0], in[1], bias(in), s -> configure(c, s)));
        o.put("convTranspose1d", (c, in) -> Tensors.convTranspose1d(in[0], in[1], bias(in), s -> configure(c, s)));
        o.put("convTranspose2d", (c, in) -> Tensors.convTranspose2d(in[0], in[1], bias(in), s -> configure(c, s)));
        o.put("convTranspose3d", (c, in) -> Tensors.convTranspose3d(in[0], in[1], bias(in), s -> configure(c, s)));
        for (boolean places : new boolean[] {false, true}) {
            String suffix = places ? "Indices" : "";
            o.put("maxPool1d" + suffix, (c, in) -> part(places, max(1, c, in[0])));
            o.put("maxPool2d" + suffix, (c, in) -> part(places, max(2, c, in[0])));
            o.put("maxPool3d" + suffix, (c, in) -> part(places, max(3, c, in[0])));
            o.put(
                    "adaptiveMaxPool1d" + suffix,
                    (c, in) -> part(places, Tensors.adaptiveMaxPool1dWithIndices(in[0], size(c)[0])));
            o.put(
                    "adaptiveMaxPool2d" + suffix,
                    (c, in) -> part(places, Tensors.adaptiveMaxPool2dWithIndices(in[0], size(c)[0], size(c)[1])));
            o.put(
                    "adaptiveMaxPool3d" + suffix,
                    (c, in) ->
                            part(
                                    places,
                                    Tensors.adaptiveMaxPool3dWithIndices(in[0], size(c)[0], size(c)[1], size(c)[2])));
        }
        o.put("avgPool1d", (c, in) -> Tensors.avgPool1d(in[0], kernel(c)[0], options(c)));
        o.put("avgPool2d", (c, in) -> Tensors.avgPool2d(in[0], kernel(c), options(c)));
        o.put("avgPool3d", (c, in) -> Tensors.avgPool3d(in[0], kernel(c), options(c)));
        o.put("adaptiveAvgPool1d", (c, in) -> Tensors.adaptiveAvgPool1d(in[0], size(c)[0]));
        o.put("adaptiveAvgPool2d", (c, in) -> Tensors.adaptiveAvgPool2d(in[0], size(c)[0], size(c)[1]));
        o.put("adaptiveAvgPool3d", (c, in) -> Tensors.adaptiveAvgPool3d(in[0], size(c)[0], size(c)[1], size(c)[2]));
        o.put(
                "maxUnpool1d",
                (c, in) -> Tensors.maxUnpool1d(in[0], c.tensor("indices"), kernel(c), options(c), size(c)));
        o.put(
                "maxUnpool2d",
                (c, in) -> Tensors.maxUnpool2d(in[0], c.tensor("indices"), kernel(c), options(c), size(c)));
        o.put(
                "maxUnpool3d",
                (c, in) -> Tensors.maxUnpool3d(in[0], c.tensor("indices"), kernel(c), options(c), size(c)));
        o.put("lpPool1d", (c, in) -> Tensors.lpPool1d(in[0], c.getDouble("norm"), kernel(c), options(c)));
        o.put("lpPool2d", (c, in) -> Tensors.lpPool2d(in[0], c.getDouble("norm"), kernel(c), options(c)));
        layers(o);
        return o;
    }

    private static void layers(Map<String, Goldens.Operation> o) {
        o.put("Conv1d", (c, in) -> loaded(c, new Conv1d(2, 3, kernel(c)[0], s -> configure(c, s))).forward(in[0]));
        o.put("Conv2d", (c, in) -> loaded(c, new Conv2d(2, 3, kernel(c), s -> configure(c, s))).forward(in[0]));
        o.put("Conv3d", (c, in) -> loaded(c, new Conv3d(2, 3, kernel(c), s -> configure(c, s))).forward(in[0]));
        o.put("ConvTranspose1d", (c, in) -> sized(c, new ConvTranspose1d(2, 3, 3, s -> s.stride(3).padding(1)), in[0]));
        o.put("ConvTranspose2d", (c, in) -> sized(c, new ConvTranspose2d(2, 3, 3, s -> s.stride(3).padding(1)), in[0]));
        o.put("ConvTranspose3d", (c, in) -> sized(c, new ConvTranspose3d(2, 3, 3, s -> s.stride(3).padding(1)), in[0]));
        o.put("BatchNorm3d", (_, in) -> new BatchNorm3d(3).to(in[0].dtype()).forward(in[0]));
        o.put("InstanceNorm3d", (_, in) -> new InstanceNorm3d(3).forward(in[0]));
    }

    private static Tensor sized(GoldenCase c, ConvTransposeLayer layer, Tensor x) {
        loaded(c, layer);
        return layer.forward(x, size(c));
    }

    private static Layer loaded(GoldenCase c, ConvLayer layer) {
        layer.to(c.in(0).dtype());
        try (var off = Autograd.noGrad()) {
            layer.weight.copy_(c.tensor("weight"));
            layer.bias.copy_(c.tensor("bias"));
        }
        return layer;
    }

    private static Tensor bias(Tensor[] in) {
        return in.length > 2 ? in[2] : null;
    }

    private static void configure(GoldenCase c, AbstractConvOptions<?> s) {
        s.stride(Goldens.ints(c, "stride", 1))
                .dilation(Goldens.ints(c, "dilation", 1))
                .outputPadding(Goldens.ints(c, "outputPadding", 0))
                .groups(c.getInt("groups", 1));
        if (c.has("low")) {
            s.padding(Goldens.ints(c, "low"), Goldens.ints(c, "high"));
        } else if (c.get("padding", "0").matches("[a-z]+")) {
            s.padding(c.get("padding"));
        } else {
            s.padding(Goldens.ints(c, "padding", 0));
        }
        if (s instanceof ConvLayerOptions layer) {
            layer.paddingMode(PadMode.valueOf(c.get("mode").toUpperCase(Locale.ROOT)));
        }
    }

    private static ValuesAndIndices max(int rank, GoldenCase c, Tensor x) {
        return switch (rank) {
            case 1 -> Tensors.maxPool1dWithIndices(x, kernel(c)[0], options(c));
            case 2 -> Tensors.maxPool2dWithIndices(x, kernel(c), options(c));
            default -> Tensors.maxPool3dWithIndices(x, kernel(c), options(c));
        };
    }

    private static Tensor part(boolean places, ValuesAndIndices both) {
        return places ? both.indices() : both.values();
    }

    private static int[] kernel(GoldenCase c) {
        return Goldens.ints(c, "kernel");
    }

    private static long[] size(GoldenCase c) {
        return c.has("size") ? c.getLongs("size") : new long[0];
    }

    private static PoolOptions options(GoldenCase c) {
        var o = new PoolOptions();
        if (c.has("stride")) {
            o.stride(Goldens.ints(c, "stride"));
        }
        if (c.has("divisorOverride")) {
            o.divisorOverride(c.getInt("divisorOverride"));
        }
        return o.padding(Goldens.ints(c, "padding", 0))
                .dilation(Goldens.ints(c, "dilation", 1))
                .ceilMode(c.get("ceilMode", "false").equals("true"))
                .countIncludePad(c.get("countIncludePad", "true").equals("true"));
    }

    @TestFactory
    Stream<DynamicTest> cases() {
        return Goldens.tests("golden/windows.safetensors", operations());
    }

    private static Map<String, Object> blocks() {
        var b = new HashMap<String, Object>();
        b.put("Conv1d", new Conv1d(2, 4, 3, c -> c.padding("same")));
        b.put("Conv2d", new Conv2d(2, 4, 3, c -> c.padding("valid").paddingMode(PadMode.CIRCULAR)));
        b.put("Conv3d", new Conv3d(3, 4, 5, c -> c.stride(2).padding(1)));
        b.put(
                "Conv3d/options",
                new Conv3d(
                        4,
                        8,
                        new int[] {3, 5, 1},
                        c -> c.stride(1, 2, 1).padding(0, 2, 1).dilation(2).groups(2).bias(false)));
        b.put("ConvTranspose3d", new ConvTranspose3d(3, 4, 3, c -> c.stride(2).padding(1).outputPadding(1)));
        b.put("MaxPool3d", new MaxPool3d(2));
        b.put("MaxPool3d/options", new MaxPool3d(new int[] {3, 2, 2}, p -> p.stride(2).padding(1).ceilMode(true)));
        b.put("AvgPool3d", new AvgPool3d(2));
        b.put("AvgPool3d/options", new AvgPool3d(new int[] {3, 2, 4}, p -> p.stride(2, 1, 1).padding(1, 0, 2)));
        b.put("AdaptiveAvgPool3d", new AdaptiveAvgPool3d(4));
        b.put("AdaptiveAvgPool3d/sizes", new AdaptiveAvgPool3d(1, 2, 0));
        b.put("AdaptiveMaxPool3d", new AdaptiveMaxPool3d(3, 5, 7));
        b.put("MaxUnpool1d", new MaxUnpool1d(2));
        b.put("MaxUnpool2d", new MaxUnpool2d(3, p -> p.stride(2).padding(1)));
        b.put("MaxUnpool3d", new MaxUnpool3d(new int[] {2, 3, 2}, p -> {}));
        b.put("LPPool1d", new LPPool1d(2, 3));
        b.put("LPPool2d", new LPPool2d(1.5, 2, p -> p.stride(1).ceilMode(true)));
        b.put("BatchNorm3d", new BatchNorm3d(7));
        b.put("InstanceNorm3d", new InstanceNorm3d(5));
        b.put("Dropout1d", new Dropout1d(0.2));
        b.put("Dropout3d", new Dropout3d());
        return b;
    }

    @TestFactory
    Stream<DynamicTest> printAsInPyTorch() {
        var blocks = blocks();
        return Golden.texts("golden/window-modules.txt").entrySet().stream()
                .map(e ->
                        DynamicTest.dynamicTest(
                                e.getKey(),
                                () -> assertThat(blocks.get(e.getKey())).hasToString(e.getValue().strip())));
    }
}
