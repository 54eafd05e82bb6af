package fathom.nn;

import static fathom.Tensors.ones;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import fathom.Captured;
import fathom.DType;
import fathom.Shape;
import fathom.Tensor;
import fathom.Tensors;
import fathom.ValuesAndIndices;
import fathom.nn.conv.Conv2d;
import fathom.nn.conv.Conv3d;
import fathom.nn.conv.ConvTranspose1d;
import fathom.nn.conv.ConvTranspose2d;
import fathom.nn.conv.ConvTranspose3d;
import fathom.nn.norm.BatchNorm3d;
import fathom.nn.norm.InstanceNorm3d;
import fathom.nn.pool.MaxPool1d;
import fathom.nn.pool.MaxPool3d;
import fathom.nn.pool.MaxUnpool3d;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Layers of convolution and pooling of one to three dimensions: what they refuse, remember, and are captured as. */
class WindowLayersTest {
    private static final int CALLS = 6;

    @Test
    void parametersAreNamedAndSizedAsInPyTorch() {
        var c = new Conv3d(4, 6, new int[] {1, 2, 3}, o -> o.groups(2));
        var t = new ConvTranspose3d(4, 6, 3, o -> o.groups(2));
        assertThat(c.stateDict().names()).containsExactly("weight", "bias");
        assertThat(c.weight.shape()).isEqualTo(Shape.of(6, 2, 1, 2, 3));
        assertThat(t.weight.shape()).isEqualTo(Shape.of(4, 3, 3, 3, 3));
        double bound = 1 / Math.sqrt(2.0 * 6);
        assertThat(c.weight.abs().max().item()).isLessThanOrEqualTo(bound).isGreaterThan(bound / 2);
    }

    /** The gradient of a sum is one number everywhere, expanded: backends that want memory must get some. */
    @Test
    void theGradientOfASumIsThatOfOnes() {
        for (UnaryOperator<Tensor> f :
                Map.<String, UnaryOperator<Tensor>>of(
                                "conv", new Conv2d(32, 48, 3, o -> o.padding(1))::forward,
                                "transposed", new ConvTranspose2d(32, 16, 3)::forward,
                                "volumes", x -> Tensors.conv3d(x.unsqueeze(2), ones(4, 32, 1, 3, 3)),
                                "maxima", x -> Tensors.maxPool2d(x, 3),
                                "averages", x -> Tensors.avgPool2d(x, 3, o -> o.stride(1)))
                        .values()) {
            Tensor x = Tensors.randn(2, 32, 9, 9).requiresGrad_();
            f.apply(x).sum().backward();
            Tensor bySum = x.grad();
            x.setGrad(null);
            Tensor y = f.apply(x);
            y.backward(Tensors.onesLike(y));
            assertThat(bySum).isNotNull();
            assertThat(bySum.equal(x.grad())).isTrue();
        }
    }

    @Test
    void aSummaryCountsMultiplicationsOfVolumes() {
        var net =
                new Sequential(new Conv3d(2, 3, 3, o -> o.padding(1)), new ConvTranspose3d(3, 2, 2, o -> o.stride(2)));
        var summary = Summary.of(net, 1, 2, 4, 4, 4);
        long conv = 3L * 64 * 2 * 27;
        long transposed = 3L * 64 * 2 * 8;
        assertThat(summary.multiplyAdds()).isEqualTo(conv + transposed);
        assertThat(summary.parameters()).isEqualTo(3 * 2 * 27 + 3 + 3 * 2 * 8 + 2);
    }

    @Test
    void maximaGoBackWhereTheyWere() {
        var pool = new MaxPool3d(2);
        var x = Tensors.randn(2, 3, 4, 4, 6).requiresGrad_();
        ValuesAndIndices y = pool.forwardWithIndices(x);
        Tensor back = new MaxUnpool3d(2).forward(y.values(), y.indices());
        assertThat(back.shape()).isEqualTo(x.shape());
        assertThat(back.ne(0).sum().item()).isEqualTo(y.values().numel());
        assertThat(back.equal(back.ne(0).to(DType.FLOAT32).mul(x))).isTrue();
        back.sum().backward();
        assertThat(x.grad().equal(back.ne(0).to(DType.FLOAT32))).isTrue();
    }

    @Test
    void hooksSeeMaximaWithIndices() {
        var pool = new MaxPool1d(2);
        pool.registerForwardHook((_, _, y) -> y.mul(2));
        assertThat(pool.forwardWithIndices(Tensors.tensor(1.0, 3, 2, 0).reshape(1, 4)).values().toDoubleArray())
                .containsExactly(6, 4);
    }

    /** Of a sequence, and of the image of one row that has the same memory: the same bits. */
    @Test
    void sequencesAreImagesOfOneRow() {
        Tensor x = Tensors.randn(3, 6, 20).requiresGrad_();
        Tensor w = Tensors.randn(8, 3, 5).requiresGrad_();
        Tensor b = Tensors.randn(8).requiresGrad_();
        Tensor y = Tensors.conv1d(x, w, b, o -> o.stride(2).padding(3).dilation(2).groups(2));
        y.square().sum().backward();
        Tensor gx = x.grad();
        Tensor gw = w.grad();
        Tensor x2 = x.detach().unsqueeze(2).requiresGrad_();
        Tensor w2 = w.detach().unsqueeze(2).requiresGrad_();
        Tensor y2 = Tensors.conv2d(x2, w2, b, o -> o.stride(1, 2).padding(0, 3).dilation(1, 2).groups(2));
        y2.square().sum().backward();
        assertThat(y2.squeeze(2).equal(y)).isTrue();
        assertThat(x2.grad().squeeze(2).equal(gx)).isTrue();
        assertThat(w2.grad().squeeze(2).equal(gw)).isTrue();
    }

    private static Map<String, UnaryOperator<Tensor>> steps() {
        var s = new LinkedHashMap<String, UnaryOperator<Tensor>>();
        Tensor w1 = Tensors.randn(4, 3, 3);
        Tensor w3 = Tensors.randn(4, 3, 2, 3, 3);
        s.put("conv1d", x -> Tensors.conv1d(x.flatten(2), w1, null, o -> o.padding("same")).square().sum());
        s.put("conv3d", x -> Tensors.conv3d(x, w3, null, o -> o.padding(1, 0, 1)).square().sum());
        s.put(
                "conv3d asymmetric",
                x -> Tensors.conv3d(x, w3, null, o -> o.padding(new int[] {0}, new int[] {1})).square().sum());
        s.put(
                "convTranspose3d",
                x ->
                        Tensors.convTranspose3d(x, w3.transpose(0, 1).contiguous(), null, o -> o.stride(2))
                                .square()
                                .sum());
        s.put("maxPool3d", x -> Tensors.maxPool3d(x, 2).square().sum());
        s.put("avgPool3d", x -> Tensors.avgPool3d(x, 3, o -> o.padding(1).stride(2)).square().sum());
        s.put("adaptiveMaxPool3d", x -> Tensors.adaptiveMaxPool3d(x, 1, 2, 3).square().sum());
        s.put(
                "maxUnpool3d",
                x -> {
                    ValuesAndIndices y = Tensors.maxPool3dWithIndices(x, 2, o -> {});
                    return Tensors.maxUnpool3d(y.values(), y.indices(), 2).square().sum();
                });
        var layer = new Conv3d(3, 2, 2, o -> o.padding("same"));
        s.put("Conv3d", x -> layer.forward(x).square().sum());
        return s;
    }

    private static Tensor step(Tensor x, UnaryOperator<Tensor> function) {
        Tensor leaf = x.clone().requiresGrad_();
        Tensor y = function.apply(leaf);
        y.backward();
        return leaf.grad().add(y.detach());
    }

    @TestFactory
    Stream<DynamicTest> capturedStepsAreReplayedToTheBit() {
        return steps().entrySet().stream()
                .map(e ->
                        DynamicTest.dynamicTest(
                                e.getKey(),
                                () -> {
                                    Captured captured = Captured.of((Tensor x) -> step(x, e.getValue()));
                                    for (int i = 0; i < CALLS; i++) {
                                        Tensor x = Tensors.withSeed(i, () -> Tensors.randn(2, 3, 4, 4, 6));
                                        Tensor y = captured.call(x);
                                        assertThat(y.equal(step(x, e.getValue()))).as("call %d", i).isTrue();
                                    }
                                    assertThat(captured.eagerReason()).isNull();
                                }));
    }

    static Stream<Arguments> refusals() {
        Tensor y = ones(1, 1, 2, 2);
        Tensor places = Tensors.zeros(DType.INT64, 1, 1, 2, 2);
        return Stream.of(
                of(
                        () -> Tensors.conv3d(ones(1, 2, 3, 3, 3), ones(1, 1, 1, 1, 1), null),
                        "conv3d: input [1, 2, 3, 3, 3] has 2 channels, weight [1, 1, 1, 1, 1] expects 1"),
                of(
                        () -> Tensors.conv3d(ones(1, 2, 3), ones(1, 1, 1, 1, 1), null),
                        "conv3d: input [1, 2, 3] and weight [1, 1, 1, 1, 1]: expected [N, C, D, H, W] or [C, D, H, W]"),
                of(
                        () -> Tensors.conv3d(ones(1, 1, 2, 2, 2), ones(1, 1, 3, 1, 1), null),
                        "conv3d: input [1, 1, 2, 2, 2] with padding 0 is smaller (2) than the kernel"),
                of(
                        () ->
                                Tensors.conv2d(
                                        ones(1, 1, 4, 4), ones(1, 1, 2, 2), null, o -> o.padding("same").stride(2)),
                        "padding \"same\" requires a stride of 1, not [2, 2]"),
                of(() -> new Conv2d(1, 1, 2, o -> o.padding("full")), "expected \"same\", \"valid\" or numbers"),
                of(
                        () -> new Conv2d(1, 1, 2, o -> o.stride(1, 2, 3)),
                        "stride: expected one number, or one for each of 2"),
                of(() -> new Conv3d(1, 1, new int[] {2, 2}), "Conv3d: a kernel has one extent, or one for each of 3"),
                of(
                        () -> new MaxPool3d(2, o -> o.stride(1, 2)),
                        "stride: expected one number, or one for each of 3 axes"),
                of(
                        () -> new ConvTranspose1d(1, 1, 2, o -> o.padding("same")),
                        "ConvTranspose1d: padding \"same\" is not defined for transposed convolutions"),
                of(
                        () -> new ConvTranspose2d(1, 1, 2, o -> o.stride(2)).forward(ones(1, 1, 2, 2), 4, 6),
                        "outputSize [4, 6] of input [1, 1, 2, 2]: along dimension 3 it may be from 4 to 5"),
                of(
                        () -> Tensors.maxUnpool2d(y, places, 2, o -> {}, 4, 8),
                        "along dimension 3 there were between 3 and 5"),
                of(() -> Tensors.maxUnpool2d(y, places.to(DType.INT32), 2), "expected INT64 of the input's shape"),
                of(() -> Tensors.maxUnpool2d(y, places.add(16), 2), "maxUnpool2d: "),
                of(() -> Tensors.maxPool3d(ones(2, 2), 2), "maxPool3d: input [2, 2]: expected [N, C, D, H, W]"),
                of(
                        () -> Tensors.maxPool3d(ones(1, 1, 1, 4, 4), 2),
                        "maxPool3d: a window of 2 with dilation 1 is larger than input [1, 1, 1, 4, 4]"),
                of(
                        () -> Tensors.adaptiveAvgPool3d(ones(1, 1, 0, 4, 4), 1, 1, 1),
                        "cannot divide input [1, 1, 0, 4, 4]"),
                of(() -> new BatchNorm3d(2).forward(ones(2, 2, 3, 3)), "[N, C, D, H, W]"),
                of(() -> new InstanceNorm3d(2).forward(ones(2, 3)), "[N, C, D, H, W]"),
                of(() -> Tensors.dropout1d(ones(2), 0.5, true), "dropout1d: expected [N, C, L] or [C, L]"));
    }

    private static Arguments of(ThrowingCallable call, String message) {
        return Arguments.of(call, message);
    }

    @ParameterizedTest
    @MethodSource("refusals")
    void refused(ThrowingCallable call, String message) {
        assertThatThrownBy(call).hasMessageContaining(message);
    }

    @Test
    void emptyBatchesHaveEmptyResults() {
        Tensor w = ones(3, 2, 2, 2, 2).requiresGrad_();
        Tensor y = Tensors.conv3d(Tensors.zeros(0, 2, 3, 3, 3), w);
        assertThat(y.shape()).isEqualTo(Shape.of(0, 3, 2, 2, 2));
        y.sum().backward();
        assertThat(w.grad().equal(Tensors.zeros(3, 2, 2, 2, 2))).isTrue();
        assertThat(Tensors.maxPool3d(Tensors.zeros(0, 2, 4, 4, 4), 2).shape()).isEqualTo(Shape.of(0, 2, 2, 2, 2));
        assertThat(Tensors.avgPool1d(Tensors.zeros(0, 2, 4), 2).shape()).isEqualTo(Shape.of(0, 2, 2));
    }

    @Test
    void wholeChannelsOfVolumesDrop() {
        Tensor y = Tensors.withSeed(3, () -> new Dropout3d(0.5).forward(ones(8, 16, 2, 2, 2)));
        Tensor sums = y.sum(new int[] {2, 3, 4});
        assertThat(sums.eq(0).logicalOr(sums.eq(16)).all().itemBoolean()).isTrue();
        assertThat(sums.eq(0).sum().item()).isBetween(30.0, 98.0);
    }
}
