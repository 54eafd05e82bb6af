package fathom.conformance;

import static fathom.Tensors.bceLoss;
import static fathom.Tensors.crossEntropy;
import static fathom.Tensors.huberLoss;
import static fathom.Tensors.l1Loss;
import static fathom.Tensors.mseLoss;
import static fathom.Tensors.smoothL1Loss;
import static fathom.Tensors.tensor;
import static fathom.testkit.TensorAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import fathom.Autograd;
import fathom.Captured;
import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.options.Reduction;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;

/** Losses for certain predictions, large numbers, empty tensors, and shapes that do not match. */
class LossEdgesTest {
    private static Tensor gradient(UnaryOperator<Tensor> f, Tensor at) {
        Tensor x = at.detach().clone().requiresGrad_();
        f.apply(x).sum().backward();
        return x.grad();
    }

    @Test
    void certainProbabilities() {
        Tensor p = tensor(1f, 0, 1, 0);
        Tensor y = tensor(1f, 0, 0, 1);
        assertThat(bceLoss(p, y, o -> o.reduction(Reduction.NONE))).hasValues(0, 0, 100, 100);
        float steep = (float) (1 / 1e-12);
        assertThat(gradient(x -> bceLoss(x, y, o -> o.reduction(Reduction.SUM)), p))
                .isCloseTo(tensor(0f, 0, steep, -steep), 1e-6, 0);
        Tensor second =
                gradient(
                        x -> Autograd.grad(bceLoss(x, y), List.of(x), o -> o.createGraph(true)).getFirst(),
                        tensor(0.5f, 0.25f, 0.5f, 0.25f));
        // for y = 1: 1 / p^2, for y = 0: 1 / (1 - p)^2, and the mean of four
        assertThat(second).isCloseTo(tensor(1f, 4 / 9f, 1f, 4f), 1e-5, 0);
    }

    @Test
    void invalidProbabilitiesAreRejected() {
        Tensor y = tensor(1f, 0);
        assertThatThrownBy(() -> bceLoss(tensor(0.5f, 1.5f), y))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("bceLoss: probability 1.5 ")
                .hasMessageContaining("bceWithLogits");
        assertThatThrownBy(() -> bceLoss(tensor(-0.25f, 0.5f), y)).hasMessageContaining("probability -0.25 ");
        assertThatThrownBy(() -> bceLoss(tensor(0.5f, Float.NaN), y)).hasMessageContaining("probability NaN ");
        Captured captured = Captured.of((Tensor p) -> bceLoss(p, y));
        for (int i = 0; i < 6; i++) {
            assertThat(captured.call(tensor(0.5f, 0.5f))).isCloseTo(tensor((float) Math.log(2)), 1e-6, 0);
        }
        assertThatThrownBy(() -> captured.call(tensor(2f, 0.5f))).hasMessageContaining("is not between 0 and 1");
    }

    @Test
    void largeLogitsKeepTheirPrecision() {
        float half = (float) Math.log(2);
        Tensor first = tensor(0L);
        assertThat(crossEntropy(tensor(1e4f, 1e4f, 0), first)).hasValues(half);
        assertThat(gradient(x -> crossEntropy(x, first), tensor(1e4f, 1e4f, 0))).hasValues(-.5, .5, 0);
        assertThat(crossEntropy(tensor(1e9f, 0, 1e9f), first)).hasValues(half);
        assertThat(gradient(x -> crossEntropy(x, first), tensor(1e9f, 0, 1e9f))).hasValues(-.5, 0, .5);
        Tensor wide = tensor(1e16, 1e16, 0);
        assertThat(crossEntropy(wide, first)).isCloseTo(tensor(Math.log(2)), 1e-15, 0);
        assertThat(gradient(x -> crossEntropy(x, first), wide)).hasValues(-.5, .5, 0);
        Tensor soft = tensor(new float[][] {{0.5f, 0.5f, 0}});
        Tensor row = tensor(new float[][] {{1e9f, 1e9f, 0}});
        assertThat(crossEntropy(row, soft)).hasValues(half);
        assertThat(gradient(x -> crossEntropy(x, soft), row)).hasValues(0, 0, 0);
        // the spatial layout, in which classes are not contiguous
        Tensor image = row.reshape(1, 3, 1).expand(1, 3, 50).clone();
        Tensor zeros = Tensors.zeros(DType.INT64, 1, 50);
        assertThat(crossEntropy(image, zeros)).isCloseTo(tensor(half), 1e-6, 0);
        UnaryOperator<Tensor> step =
                given -> {
                    Tensor x = given.detach().requiresGrad_();
                    crossEntropy(x, first, o -> o.labelSmoothing(0.1)).backward();
                    return x.grad();
                };
        Captured captured = Captured.of(step);
        for (int i = 0; i < 6; i++) {
            assertThat(captured.call(tensor(1e4f, 1e4f, i))).isEqualToTensor(step.apply(tensor(1e4f, 1e4f, i)));
        }
        assertThat(captured.eagerReason()).isNull();
    }

    @Test
    void meansOfNoElements() {
        Tensor x = tensor(new float[][] {{1, 2}, {3, 4}});
        Tensor ignored = tensor(1L, 1);
        Tensor[] weights = {null, tensor(1f, 2)};
        for (Tensor w : weights) {
            for (double smoothing : new double[] {0, 0.1}) {
                UnaryOperator<Tensor> loss =
                        t -> crossEntropy(t, ignored, o -> o.ignoreIndex(1).weight(w).labelSmoothing(smoothing));
                assertThat(loss.apply(x)).hasValues(Double.NaN);
                assertThat(gradient(loss, x)).hasValues(0, 0, 0, 0);
                UnaryOperator<Tensor> twice =
                        t -> Autograd.grad(loss.apply(t), List.of(t), o -> o.createGraph(true)).getFirst();
                assertThat(gradient(twice, x)).hasValues(0, 0, 0, 0);
            }
            UnaryOperator<Tensor> sum =
                    t -> crossEntropy(t, ignored, o -> o.ignoreIndex(1).weight(w).reduction(Reduction.SUM));
            assertThat(sum.apply(x)).hasValues(0);
            assertThat(gradient(sum, x)).hasValues(0, 0, 0, 0);
            UnaryOperator<Tensor> nll = t -> Tensors.nllLoss(t, ignored, o -> o.ignoreIndex(1).weight(w));
            assertThat(nll.apply(x)).hasValues(Double.NaN);
            assertThat(gradient(nll, x)).hasValues(0, 0, 0, 0);
        }
        // ignored rows contribute nothing, whatever their values
        Tensor odd = tensor(new float[][] {{1, 1}, {Float.NaN, Float.POSITIVE_INFINITY}});
        UnaryOperator<Tensor> loss = t -> crossEntropy(t, tensor(0L, -100));
        assertThat(loss.apply(odd)).hasValues((float) Math.log(2));
        assertThat(gradient(loss, odd)).hasValues(-.5, .5, 0, 0);
        assertThat(crossEntropy(Tensors.zeros(0, 2), Tensors.zeros(DType.INT64, 0))).hasValues(Double.NaN);
        assertThat(crossEntropy(Tensors.zeros(0, 2), Tensors.zeros(0, 2))).hasValues(Double.NaN);
    }

    @Test
    void infiniteDistances() {
        Tensor x = tensor(Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY);
        Tensor y = tensor(0f, 0);
        assertThat(gradient(t -> smoothL1Loss(t, y, 1, Reduction.SUM), x)).hasValues(1, -1);
        assertThat(gradient(t -> huberLoss(t, y, 2, Reduction.SUM), x)).hasValues(2, -2);
        assertThat(gradient(t -> l1Loss(t, y, Reduction.SUM), x)).hasValues(1, -1);
    }

    @Test
    void differentShapesAreWarnedAbout() {
        var warnings = new ArrayList<String>();
        Handler handler =
                new Handler() {
                    @Override
                    public void publish(LogRecord r) {
                        warnings.add(r.getMessage());
                    }

                    @Override
                    public void flush() {}

                    @Override
                    public void close() {}
                };
        Logger logger = Logger.getLogger("fathom.functional.SizeWarnings");
        logger.addHandler(handler);
        logger.setUseParentHandlers(false);
        try {
            Tensor x = tensor(1f, 2, 3, 4).reshape(4, 1);
            Tensor y = tensor(1f, 2, 3, 4);
            for (int i = 0; i < 3; i++) {
                assertThat(mseLoss(x, y)).hasValues(2.5); // all pairs
            }
            assertThat(warnings).hasSize(1);
            assertThat(warnings.getFirst()).startsWith("mseLoss: ").contains("[4, 1]", "[4]", "LossEdgesTest.java:");
            List<BinaryOperator<Tensor>> others =
                    List.of(Tensors::l1Loss, Tensors::smoothL1Loss, Tensors::huberLoss, Tensors::mseLoss);
            for (var loss : others) {
                warnings.clear();
                loss.apply(x, y);
                assertThat(warnings).hasSize(1);
                loss.apply(y, y);
                assertThat(warnings).hasSize(1);
            }
            warnings.clear();
            assertThatThrownBy(() -> mseLoss(Tensors.zeros(2), Tensors.zeros(3))).hasMessageContaining("mseLoss");
            assertThat(warnings).isEmpty();
        } finally {
            logger.removeHandler(handler);
            logger.setUseParentHandlers(true);
        }
    }

    /** Short rows of logits, one for each pixel, are transposed; those of planes are not. */
    @Test
    void layoutOfTheLogitsDoesNotMatter() {
        Tensors.manualSeed(5);
        Tensor logits = Tensors.randn(2, 21, 13, 17);
        Tensor weight = Tensors.rand(21);
        Tensor target = Tensors.randint(0, 21, new long[] {2, 13, 17});
        target.narrow(1, 3, 2).fill_(-100);
        UnaryOperator<Tensor> loss = x -> crossEntropy(x, target, c -> c.weight(weight).labelSmoothing(0.1));
        Tensor pixels = logits.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2);
        for (var f : List.<UnaryOperator<Tensor>>of(loss, x -> crossEntropy(x, target))) {
            assertThat(f.apply(pixels)).isCloseTo(f.apply(logits), 1e-6, 1e-6);
            assertThat(gradient(f, pixels)).isCloseTo(gradient(f, logits), 1e-8, 1e-8);
        }
        UnaryOperator<Tensor> each = x -> crossEntropy(x, target, c -> c.reduction(Reduction.NONE));
        assertThat(each.apply(pixels)).isCloseTo(each.apply(logits), 1e-5, 1e-5);
    }
}
