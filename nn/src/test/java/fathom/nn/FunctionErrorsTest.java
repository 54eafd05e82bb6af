package fathom.nn;

import static fathom.Tensors.ones;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.options.InterpolateOptions;
import fathom.options.PadMode;
import fathom.options.Reduction;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What functions of layers say when arguments do not fit, and what they do at the edges. */
class FunctionErrorsTest {
    private static Arguments of(ThrowingCallable call, String message) {
        return Arguments.of(call, message);
    }

    static Stream<Arguments> refused() {
        return Stream.of(
                of(
                        () -> Tensors.linear(ones(2, 3), ones(4, 5), null),
                        "linear: input [2, 3] and weight [4, 5]: expected [..., in] and [out, in]"),
                of(
                        () -> Tensors.conv2d(ones(1, 3, 5, 5), ones(4, 2, 3, 3), null),
                        "conv2d: input [1, 3, 5, 5] has 3 channels, weight [4, 2, 3, 3] expects 2"),
                of(
                        () -> Tensors.conv2d(ones(1, 2, 5, 5), ones(4, 2, 3, 3), null, c -> c.groups(2)),
                        "conv2d: input [1, 2, 5, 5] has 2 channels, weight [4, 2, 3, 3] with 2 groups expects 4"),
                of(
                        () -> Tensors.conv2d(ones(1, 2, 5, 5), ones(3, 1, 3, 3), null, c -> c.groups(2)),
                        "conv2d: the first dimension of weight [3, 1, 3, 3] is not a multiple of 2 groups"),
                of(
                        () -> Tensors.conv2d(ones(1, 1, 3, 3), ones(1, 1, 5, 5), null),
                        "conv2d: input [1, 1, 3, 3] with padding 0 is smaller (3) than the kernel of weight [1, 1, 5, 5] with dilation 1 (5)"),
                of(() -> Tensors.conv2d(ones(5), ones(1, 1, 5, 5), null), "conv2d: input [5] and weight [1, 1, 5, 5]"),
                of(() -> Tensors.conv2d(ones(1, 1, 5, 5), ones(2, 1, 3, 3), ones(3)), "the bias has shape [3]"),
                of(() -> Tensors.conv1d(ones(1, 3, 5), ones(4, 2, 3), null), "conv1d: input [1, 3, 5] has 3 channels"),
                of(
                        () ->
                                Tensors.convTranspose2d(
                                        ones(1, 3, 5, 5), ones(3, 1, 3, 3), null, c -> c.outputPadding(1)),
                        "convTranspose2d: outputPadding 1 must be less than the stride 1 or the dilation 1"),
                of(
                        () -> Tensors.conv2d(ones(1, 1, 5, 5), ones(1, 1, 3, 3), null, c -> c.stride(0)),
                        "stride: expected at least 1, not [0]"),
                of(
                        () -> Tensors.conv2d(ones(1, 1, 5, 5), ones(1, 1, 3, 3), null, c -> c.padding(1, 2, 3)),
                        "padding: expected one number, or one for each of 2 axes, not [1, 2, 3]"),
                of(
                        () -> Tensors.maxPool2d(ones(1, 1, 5, 5), 3, p -> p.padding(2)),
                        "maxPool2d: padding 2 is more than half of the window of 3"),
                of(
                        () -> Tensors.maxPool2d(ones(1, 1, 2, 2), 3),
                        "maxPool2d: a window of 3 with dilation 1 is larger than input [1, 1, 2, 2] with padding 0"),
                of(
                        () -> Tensors.avgPool2d(ones(1, 1, 5, 5), 2, p -> p.dilation(2)),
                        "avgPool2d: average pooling does not support dilation"),
                of(
                        () -> Tensors.maxPool2d(ones(5, 5), 2),
                        "maxPool2d: input [5, 5]: expected [N, C, H, W] or [C, H, W]"),
                of(
                        () -> Tensors.maxPool2d(ones(DType.INT64, 1, 4, 4), 2),
                        "maxPool2d: expected a floating type, not INT64"),
                of(() -> Tensors.layerNorm(ones(2, 3), 4), "layerNorm: input [2, 3] of FLOAT32 does not end in [4]"),
                of(
                        () -> Tensors.groupNorm(ones(2, 3, 4), 2, null, null, 1e-5),
                        "groupNorm: expected an input [N, C, ...]"),
                of(
                        () -> Tensors.batchNorm(ones(2, 3), null, null, o -> {}),
                        "batchNorm: runningMean and runningVar are required unless training"),
                of(
                        () -> Tensors.crossEntropy(ones(2, 3), Tensors.tensor(0L, 1, 2)),
                        "crossEntropy: logits [2, 3] and target [3] of INT64 do not fit"),
                of(
                        () -> Tensors.crossEntropy(ones(2, 3), ones(2)),
                        "crossEntropy: target probabilities [2] must have the shape of the logits [2, 3]"),
                of(
                        () -> Tensors.crossEntropy(ones(2, 3), Tensors.tensor(0L, 7)),
                        "crossEntropy: class index 7 is not one of the 3 classes, nor ignoreIndex -100"),
                of(
                        () -> Tensors.nllLoss(ones(2, 3), Tensors.tensor(-1L, 0)),
                        "nllLoss: class index -1 is not one of the 3 classes"),
                of(
                        () -> Tensors.crossEntropy(ones(2, 3), Tensors.tensor(0L, 1), o -> o.weight(ones(2))),
                        "crossEntropy: weight [2] expects one number for each of the 3 classes of [2, 3]"),
                of(
                        () -> Tensors.crossEntropy(ones(2, 3), Tensors.tensor(0L, 1), o -> o.labelSmoothing(2)),
                        "labelSmoothing: expected a number from 0 to 1"),
                of(() -> Tensors.mseLoss(ones(2, 3), ones(2, 4)), "mseLoss: shapes [2, 3] and [2, 4] do not broadcast"),
                of(() -> Tensors.bceLoss(ones(2, 3), ones(2)), "bceLoss: shapes [2, 3] and [2] differ"),
                of(
                        () -> Tensors.huberLoss(ones(2), ones(2), 0, Reduction.MEAN),
                        "huberLoss: delta must be positive, not 0.0"),
                of(
                        () -> Tensors.mseLoss(Tensors.arange(2), Tensors.arange(2)),
                        "mseLoss: expected a floating type, not INT64"),
                of(
                        () -> Tensors.pad(ones(2, 3), new long[] {3, 0}, PadMode.REFLECT),
                        "pad: REFLECT of 3 and 0 does not fit dimension 1 of input [2, 3]"),
                of(() -> Tensors.pad(ones(2), 1, 2, 3), "pad: expected two numbers for each"),
                of(() -> Tensors.pad(ones(2), -2, -1), "[-2, -1] crops more of dimension 0"),
                of(
                        () -> Tensors.interpolate(ones(1, 1, 2, 2), o -> {}),
                        "interpolate: expected either a size or factors"),
                of(
                        () -> Tensors.interpolate(ones(2, 2), o -> o.size(3)),
                        "interpolate: expected [N, C, L], [N, C, H, W] or [N, C, D, H, W], not [2, 2]"),
                of(
                        () -> Tensors.bilinear(ones(2, 3), ones(2, 4), ones(5, 4, 3), null),
                        "bilinear: inputs [2, 3] and [2, 4] and weight [5, 4, 3]"));
    }

    @ParameterizedTest
    @MethodSource("refused")
    void namesOperationAndShapes(ThrowingCallable call, String message) {
        assertThatThrownBy(call)
                .isInstanceOfAny(IllegalArgumentException.class, IndexOutOfBoundsException.class)
                .hasMessageContaining(message);
    }

    @Test
    void anIgnoredClassMayBeNone() {
        Tensor x = Tensors.randn(3, 4);
        Tensor some = Tensors.crossEntropy(x, Tensors.tensor(1L, 255, 2), o -> o.ignoreIndex(255));
        Tensor same = Tensors.crossEntropy(x.indexSelect(0, Tensors.tensor(0L, 2)), Tensors.tensor(1L, 2));
        assertThat(some.allclose(same, 1e-6, 1e-6)).isTrue();
        Tensor none = Tensors.crossEntropy(x, Tensors.tensor(-100L, -100, -100));
        assertThat(none.item()).isNaN();
        assertThat(Tensors.crossEntropy(x, Tensors.tensor(-100L, -100, -100), o -> o.reduction(Reduction.SUM)).item())
                .isZero();
    }

    @Test
    void crossEntropyTakesSmallIntegersAndManyClassesAndBfloat16() {
        Tensor x = Tensors.randn(5, 3000);
        Tensor target = Tensors.tensor(7L, 0, 2999, 1, 55);
        double expected = x.logSoftmax(1).gather(1, target.unsqueeze(1)).mean().neg().item();
        assertThat(Tensors.crossEntropy(x, target).item())
                .isCloseTo(expected, org.assertj.core.api.Assertions.within(1e-4));
        assertThat(Tensors.crossEntropy(x, target.to(DType.INT32)).item())
                .isCloseTo(expected, org.assertj.core.api.Assertions.within(1e-4));
        Tensor half = x.to(DType.BFLOAT16).requiresGrad_();
        Tensor loss = Tensors.crossEntropy(half, target);
        assertThat(loss.dtype()).isEqualTo(DType.BFLOAT16);
        assertThat(loss.item()).isCloseTo(expected, org.assertj.core.api.Assertions.within(0.05));
        loss.backward();
        assertThat(half.grad().dtype()).isEqualTo(DType.BFLOAT16);
    }

    @Test
    void emptyBatches() {
        assertThat(Tensors.conv2d(Tensors.ones(0, 1, 5, 5), ones(2, 1, 3, 3), null).shape().dims())
                .containsExactly(0, 2, 3, 3);
        assertThat(Tensors.maxPool2d(ones(0, 1, 4, 4), 2).shape().dims()).containsExactly(0, 1, 2, 2);
        assertThat(Tensors.linear(ones(0, 3), ones(2, 3), ones(2)).shape().dims()).containsExactly(0, 2);
        assertThat(Tensors.mseLoss(ones(0), ones(0)).item()).isNaN();
        assertThat(Tensors.mseLoss(ones(0), ones(0), Reduction.SUM).item()).isZero();
        assertThat(Tensors.layerNorm(ones(0, 3), 3).shape().dims()).containsExactly(0, 3);
        assertThat(Tensors.dropout(ones(0), 0.5, true).numel()).isZero();
    }

    @Test
    void interpolatingOneAxisMore() {
        Tensor x = Tensors.arange(4, DType.FLOAT32).reshape(1, 1, 4);
        Tensor y = Tensors.interpolate(x, o -> o.size(7).mode(InterpolateOptions.Mode.LINEAR).alignCorners(true));
        assertThat(y.flatten().toFloatArray()).containsExactly(0, 0.5f, 1, 1.5f, 2, 2.5f, 3);
    }
}
