package fathom.interop.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import fathom.DType;
import fathom.KeepDim;
import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.Flatten;
import fathom.nn.Linear;
import fathom.nn.Sequential;
import fathom.nn.activation.GELU;
import fathom.nn.activation.ReLU;
import fathom.nn.activation.Softmax;
import fathom.nn.conv.Conv2d;
import fathom.nn.norm.BatchNorm2d;
import fathom.nn.norm.LayerNorm;
import fathom.nn.pool.MaxPool2d;
import fathom.options.GridSampleOptions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Each kind of operation, exported and run by onnxruntime and by our reader, for a batch of 1, 2 and 4. */
final class ExportedOperationsTest {
    private static Tensor random(long... shape) {
        return Tensors.randn(shape);
    }

    private static Stream<DynamicTest> all(Map<String, UnaryOperator<Tensor>> functions, Function<Long, Tensor> input) {
        return functions.entrySet().stream()
                .map(e ->
                        dynamicTest(
                                e.getKey(),
                                () -> Exported.check(e.getValue(), input.apply(2L), input.apply(1L), input.apply(4L))));
    }

    @TestFactory
    Stream<DynamicTest> elementwise() {
        var f = new LinkedHashMap<String, UnaryOperator<Tensor>>();
        f.put("relu", Tensor::relu);
        f.put("relu6", Tensor::relu6);
        f.put("leakyRelu", x -> x.leakyRelu(0.1));
        f.put("gelu", x -> x.gelu());
        f.put("silu", Tensor::silu);
        f.put("mish", Tensor::mish);
        f.put("elu", x -> x.elu(0.5));
        f.put("selu", Tensor::selu);
        f.put("softplus", Tensor::softplus);
        f.put("hardswish", Tensor::hardswish);
        f.put("hardsigmoid", Tensor::hardsigmoid);
        f.put("hardtanh", x -> x.hardtanh(-0.3, 0.4));
        f.put("clamp below", x -> x.clampMin(-0.2));
        f.put("clamp above", x -> x.clampMax(0.2));
        f.put("sigmoid", Tensor::sigmoid);
        f.put("tanh", Tensor::tanh);
        f.put("exp", Tensor::exp);
        f.put("expm1", Tensor::expm1);
        f.put("log1p", x -> x.abs().log1p());
        f.put("log2", x -> x.abs().add(1).log2());
        f.put("rsqrt", x -> x.abs().add(1).rsqrt());
        f.put("floor", Tensor::floor);
        f.put("round", Tensor::round);
        f.put("trunc", Tensor::trunc);
        f.put("sin", Tensor::sin);
        f.put("atan", Tensor::atan);
        f.put("sinh", Tensor::sinh);
        f.put("erf", Tensor::erf);
        f.put("erfc", Tensor::erfc);
        f.put("pow", x -> x.abs().pow(1.5));
        f.put("remainder", x -> x.remainder(0.7));
        f.put("fmod", x -> x.fmod(0.7));
        f.put("floor division", x -> x.floorDivide(0.7));
        f.put("integer division", x -> x.mul(10).toLong().floorDivide(3));
        f.put("integer remainder", x -> x.mul(10).toLong().remainder(3));
        f.put("maximum", x -> x.maximum(x.neg()));
        f.put("where", x -> x.where(x.gt(0.1), 7));
        f.put("comparison", x -> x.ge(0).logicalAnd(x.ne(0.5)).logicalOr(x.isnan()));
        f.put("to bool", x -> x.round().toBool());
        f.put("to double", Tensor::toDouble);
        f.put("broadcast", x -> x.add(Tensors.arange(5)).mul(x.size(1)));
        f.put("number by batch", x -> x.mul(x.size(0)).div(x.size(0) + 1));
        f.put("clone", Tensor::clone);
        return all(f, n -> random(n, 5));
    }

    @TestFactory
    Stream<DynamicTest> reductions() {
        var f = new LinkedHashMap<String, UnaryOperator<Tensor>>();
        f.put("sum", x -> x.sum(1));
        f.put("sum over the batch", x -> x.sum(0));
        f.put("sum of all", Tensor::sum);
        f.put("mean", x -> x.mean(new int[] {1, 2}, KeepDim.KEEP_DIM));
        f.put("mean over the batch", x -> x.mean(0));
        f.put("mean of all", Tensor::mean);
        f.put("max", x -> x.max(1).values());
        f.put("argmax", x -> x.max(2).indices());
        f.put("min", x -> x.amin(2));
        f.put("prod", x -> x.prod(2));
        f.put("any", x -> x.gt(1).any(2));
        f.put("all", x -> x.gt(-1).all(2));
        f.put("variance", x -> x.var(2));
        f.put("std over the batch and rows", x -> x.std(1));
        f.put("norm", x -> x.norm());
        f.put("softmax", x -> x.softmax(1));
        f.put("logSoftmax", x -> x.logSoftmax(-1));
        f.put("logsumexp", x -> x.logsumexp(2));
        f.put("cumsum", x -> x.cumsum(1));
        f.put("sort", x -> x.sort(2, true).values());
        f.put("topk", x -> x.topk(2, 1).values());
        f.put("topk, indices", x -> x.topk(2, 1).indices());
        return all(f, n -> random(n, 3, 4));
    }

    @TestFactory
    Stream<DynamicTest> movement() {
        var f = new LinkedHashMap<String, UnaryOperator<Tensor>>();
        f.put("reshape", x -> x.reshape(-1, 12));
        f.put("flatten batch", x -> x.flatten(0, 1));
        f.put("split batch", x -> x.flatten(0, 1).reshape(x.size(0), 12));
        f.put("two dynamic sizes", x -> x.flatten(1).expand(3, x.size(0), 12).reshape(3 * x.size(0), 12, 1));
        f.put("pairs of the batch", x -> x.flatten(1).unsqueeze(0).expand(x.size(0), x.size(0), 12).clone());
        f.put("transpose", x -> x.transpose(0, 2));
        f.put("permute twice", x -> x.permute(1, 2, 0).permute(2, 1, 0));
        f.put("contiguous", x -> x.transpose(1, 2).reshape(x.size(0), -1));
        f.put("select", x -> x.select(1, -1));
        f.put("select the last of the batch", x -> x.select(0, -1));
        f.put("slice", x -> x.get(":, 1:3, ::2"));
        f.put("slice of the batch", x -> x.narrow(0, 0, x.size(0) - 0).get(":-1"));
        f.put("flip", x -> x.flip(1, 2));
        f.put("flip the batch", x -> x.flip(0));
        f.put("roll", x -> x.roll(2, 1));
        f.put("roll the batch", x -> x.roll(-1, 0));
        f.put("cat", x -> x.cat(x.mul(2), 1));
        f.put("cat the batch", x -> x.cat(x.mul(2), 0));
        f.put("stack", x -> Tensors.stack(List.of(x, x.neg()), 1));
        f.put("chunk", x -> x.chunk(2, 2).get(1));
        f.put("repeat", x -> x.repeat(1, 2, 2));
        f.put("pad", x -> Tensors.pad(x, 1, 2, 0, 1));
        f.put("tril", x -> x.tril());
        f.put("diagonal", x -> x.diagonal(1, 1, 2));
        f.put("unfold", x -> x.unfold(2, 2, 1));
        f.put("gather", x -> x.gather(2, x.argsort(2)));
        f.put("indexSelect", x -> x.indexSelect(1, Tensors.tensor(new long[] {2, 0, 0})));
        f.put("scatter", x -> Tensors.zerosLike(x).scatter(2, x.argsort(2), x));
        f.put("indexAdd", x -> x.indexAdd(1, Tensors.tensor(new long[] {0, 2}), x.get(":, 1:")));
        f.put("oneHot", x -> Tensors.oneHot(x.argmax(2), 5));
        f.put("zeros of the batch", x -> Tensors.zeros(x.size(0), 2).cat(x.select(2, 0), 1));
        f.put("arange of the batch", x -> Tensors.arange(x.size(0)).unsqueeze(1).add(x.select(2, 0)));
        f.put(
                "in place",
                x -> {
                    Tensor y = x.mul(2);
                    Tensor row = y.select(1, 1);
                    y.get(":, :, 1:3").add_(10);
                    row.mul_(3);
                    return y.add(row.unsqueeze(1));
                });
        f.put(
                "write all",
                x -> {
                    Tensor y = Tensors.empty(x.shape().dims());
                    y.get(":, :2").copy_(x.get(":, 1:"));
                    y.select(1, 2).fill_(4);
                    return y;
                });
        f.put("detach", x -> x.mul(2).detach().add(1));
        return all(f, n -> random(n, 3, 4));
    }

    @TestFactory
    Stream<DynamicTest> images() {
        var f = new LinkedHashMap<String, UnaryOperator<Tensor>>();
        Tensor w = random(4, 3, 3, 2);
        Tensor grouped = random(6, 1, 3, 3);
        Tensor up = random(3, 2, 4, 4);
        f.put("conv", x -> Tensors.conv2d(x, w, Tensors.ones(4), c -> c.stride(2).padding(1)));
        f.put("dilated", x -> Tensors.conv2d(x, w, null, c -> c.dilation(2).padding(2, 1)));
        f.put("grouped", x -> Tensors.conv2d(x, grouped, null, c -> c.groups(3)));
        f.put("transposed", x -> Tensors.convTranspose2d(x, up, null, c -> c.stride(2).padding(1).outputPadding(1)));
        f.put("max", x -> Tensors.maxPool2d(x, 3, p -> p.stride(2).padding(1)));
        f.put("max, rounded up", x -> Tensors.maxPool2d(x, 2, p -> p.stride(2).ceilMode(true)));
        f.put("max, dilated", x -> Tensors.maxPool2d(x, 2, p -> p.stride(1).dilation(2)));
        f.put("average", x -> Tensors.avgPool2d(x, 3, p -> p.stride(2).padding(1)));
        f.put("average without padding", x -> Tensors.avgPool2d(x, 3, p -> p.padding(1).countIncludePad(false)));
        f.put("average, rounded up", x -> Tensors.avgPool2d(x, 2, p -> p.ceilMode(true)));
        f.put("average by a divisor", x -> Tensors.avgPool2d(x, 2, p -> p.divisorOverride(3)));
        f.put("adaptive average", x -> Tensors.adaptiveAvgPool2d(x, 4, 3));
        f.put("adaptive average of 1", x -> Tensors.adaptiveAvgPool2d(x, 1, 1));
        f.put("adaptive max", x -> Tensors.adaptiveMaxPool2d(x, 4, 3));
        for (String mode : List.of("nearest", "bilinear", "bicubic", "area")) {
            f.put("larger, " + mode, x -> Resizing.to(x, mode, false, 14, 27));
            f.put("smaller, " + mode, x -> Resizing.to(x, mode, false, 3, 4));
        }
        f.put("larger, corners", x -> Resizing.to(x, "bilinear", true, 13, 11));
        f.put("layer norm", x -> Tensors.layerNorm(x, 9));
        f.put("group norm", x -> Tensors.groupNorm(x, 3, null, null, 1e-5));
        f.put("pixel shuffle", x -> Tensors.pixelShuffle(x.repeat(1, 4, 1, 1), 2));
        return all(f, n -> random(n, 3, 7, 9));
    }

    /** Interpolation by the names of its modes. */
    private static final class Resizing {
        static Tensor to(Tensor x, String mode, boolean corners, long h, long w) {
            return Tensors.interpolate(
                    x,
                    o -> {
                        o.size(h, w)
                                .mode(
                                        fathom.options.InterpolateOptions.Mode.valueOf(
                                                mode.toUpperCase(java.util.Locale.ROOT)));
                        if (corners) {
                            o.alignCorners(true);
                        }
                    });
        }
    }

    @Test
    void attention() throws Exception {
        Tensor seen = Tensors.tensor(new boolean[][] {{true, false, true}, {false, false, false}, {true, true, true}});
        Tensor added = Tensors.full(0.5, DType.FLOAT32, 3, 3).where(seen, Double.NEGATIVE_INFINITY);
        var masks = new ArrayList<java.util.function.Consumer<fathom.options.AttentionOptions>>();
        masks.add(o -> {});
        masks.add(o -> o.causal(true));
        masks.add(o -> o.mask(seen));
        masks.add(o -> o.mask(added));
        for (var mask : masks) {
            Exported.check(
                    new Sequential(),
                    in -> List.of(Tensors.scaledDotProductAttention(in.get(0), in.get(1), in.get(1), mask)),
                    o -> o.inputNames("query", "key"),
                    List.of(
                            List.of(random(2, 2, 3, 4), random(2, 2, 3, 4)),
                            List.of(random(5, 2, 3, 4), random(5, 2, 3, 4))));
        }
    }

    @Test
    void products() throws Exception {
        Tensor w = random(4, 6);
        Exported.check(x -> x.matmul(w), random(2, 3, 4), random(5, 3, 4));
        Exported.check(x -> x.matmul(x.transpose(1, 2)), random(2, 3, 4), random(5, 3, 4));
        Exported.check(x -> Tensors.einsum("bij,bkj->bik", x, x), random(2, 3, 4), random(1, 3, 4));
        Exported.check(x -> x.select(1, 0).matmul(w.select(1, 0)), random(2, 3, 4), random(1, 3, 4));
    }

    @Test
    void indicesOfMaximaCountWithinAPlane() throws Exception {
        Exported.check(
                x -> Tensors.maxPool2dWithIndices(x, 2, p -> {}).indices(), random(2, 3, 4, 6), random(3, 3, 4, 6));
    }

    /** Points inside of the image and beyond its border. */
    @TestFactory
    Stream<DynamicTest> gridSample() {
        var all = new ArrayList<DynamicTest>();
        for (var mode : GridSampleOptions.Mode.values()) {
            for (var padding : GridSampleOptions.PaddingMode.values()) {
                for (boolean corners : new boolean[] {false, true}) {
                    all.add(
                            dynamicTest(
                                    "%s, %s, %s".formatted(mode, padding, corners),
                                    () ->
                                            Exported.check(
                                                    new Sequential(),
                                                    in ->
                                                            List.of(
                                                                    Tensors.gridSample(
                                                                            in.get(0),
                                                                            in.get(1),
                                                                            o ->
                                                                                    o.mode(mode)
                                                                                            .paddingMode(padding)
                                                                                            .alignCorners(corners))),
                                                    o -> o.inputNames("image", "grid"),
                                                    List.of(sampled(2), sampled(1), sampled(3)))));
                }
            }
        }
        return all.stream();
    }

    private static List<Tensor> sampled(long n) {
        return List.of(random(n, 2, 5, 7), Tensors.rand(n, 4, 6, 2).mul(3).sub(1.5));
    }

    @Test
    void gridSampleOfVolumesHasNoCounterpart() {
        assertThatThrownBy(() ->
                        Exported.check(
                                new Sequential(),
                                in -> List.of(Tensors.gridSample(in.get(0), in.get(1))),
                                o -> {},
                                List.of(List.of(random(1, 2, 3, 4, 5), random(1, 2, 2, 2, 3)))))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessage("Onnx.export: gridSample of volumes has no counterpart in ONNX");
    }

    /** Layers of 16-bit floating point, with weights of that type in the file. */
    @TestFactory
    Stream<DynamicTest> sixteenBits() {
        var all = new LinkedHashMap<String, Sequential>();
        all.put("conv", new Sequential(new Conv2d(3, 8, 3, c -> c.padding(1))));
        all.put("norm", new Sequential(new BatchNorm2d(3)));
        all.put("pool", new Sequential(new MaxPool2d(2), new ReLU()));
        all.put("linear", new Sequential(new Linear(8, 5)));
        all.put("gelu", new Sequential(new GELU()));
        all.put("layer norm", new Sequential(new LayerNorm(8)));
        all.put(
                "network",
                new Sequential(
                        new Conv2d(3, 8, 3, c -> c.padding(1)),
                        new BatchNorm2d(8),
                        new ReLU(),
                        new MaxPool2d(2),
                        new Flatten(),
                        new Linear(8 * 3 * 4, 5),
                        new GELU(),
                        new LayerNorm(5),
                        new Softmax(1)));
        return all.entrySet().stream()
                .map(e ->
                        dynamicTest(
                                e.getKey(),
                                () -> {
                                    Sequential net = e.getValue();
                                    net.to(DType.FLOAT16);
                                    Exported.check(
                                            net,
                                            in -> List.of(net.call(in.getFirst())),
                                            o -> {},
                                            List.of(List.of(half(2)), List.of(half(5))),
                                            5e-3);
                                }));
    }

    @Test
    void convolutionsOfBfloat16AreRefused() {
        var net = new Sequential(new Conv2d(3, 8, 3));
        net.to(DType.BFLOAT16);
        assertThatThrownBy(() ->
                        Exported.check(
                                net,
                                in -> List.of(net.call(in.getFirst())),
                                o -> {},
                                List.of(List.of(random(1, 3, 6, 8).to(DType.BFLOAT16)))))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageStartingWith("Onnx.export: ONNX does not define the operation")
                .hasMessageEndingWith("net.to(DType.FLOAT16) or net.to(DType.FLOAT32)");
    }

    private static Tensor half(long n) {
        return random(n, 3, 6, 8).to(DType.FLOAT16);
    }

    @Test
    void embeddings() throws Exception {
        Tensor table = random(10, 4);
        Exported.check(
                new Sequential(),
                in -> List.of(Tensors.embedding(in.getFirst(), table)),
                o -> o.dynamicAxis("input", 1, "length"),
                List.of(List.of(Tensors.randint(0, 10, 2, 5)), List.of(Tensors.randint(0, 10, 4, 9))));
    }

    @Test
    void equalNodesExistOnce() throws Exception {
        var made = Exported.check(x -> x.exp().add(x.exp()).mul(x.exp()), random(2, 3));
        assertThat(made.operators()).containsEntry("Exp", 1);
    }
}
