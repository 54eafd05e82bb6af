package fathom.vision.layers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import fathom.Captured;
import fathom.DType;
import fathom.Generator;
import fathom.Tensor;
import fathom.Tensors;
import fathom.vision.layers.StochasticDepth.Mode;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Branches are dropped as torchvision drops them. */
class StochasticDepthTest {
    /** {@return the factors of the rows, each of which must be the same for the whole row} */
    private static float[] factors(Tensor x, Tensor y) {
        Tensor ratio = y.div(x).flatten(1);
        assertThat(ratio.amax(1).equal(ratio.amin(1))).as("whole rows").isTrue();
        return ratio.select(1, 0).toFloatArray();
    }

    @Test
    void rowsAreZeroOrScaledInTheGivenProportion() {
        Tensors.manualSeed(3);
        Tensor x = Tensors.ones(4000, 2, 1, 3);
        float[] factors = factors(x, new StochasticDepth(0.25).forward(x));
        int kept = 0;
        for (float f : factors) {
            assertThat(f).isIn(0f, (float) (1 / 0.75));
            kept += f > 0 ? 1 : 0;
        }
        assertThat(kept / 4000.0).isBetween(0.72, 0.78); // 0.75, four standard deviations
    }

    @Test
    void aBatchIsKeptOrZeroedAsAWhole() {
        var layer = new StochasticDepth(0.5, Mode.BATCH);
        Tensor x = Tensors.rand(5, 3).add(1);
        Set<Float> seen = new HashSet<>();
        for (int i = 0; i < 40; i++) {
            float[] factors = factors(x, layer.forward(x));
            for (float f : factors) {
                assertThat(f).isEqualTo(factors[0]);
            }
            seen.add(factors[0]);
        }
        assertThat(seen).containsExactlyInAnyOrder(0f, 2f);
    }

    @Test
    void evaluationAndProbabilityZeroReturnTheInput() {
        Tensor x = Tensors.randn(3, 4);
        assertThat(new StochasticDepth(0).forward(x)).isSameAs(x);
        var layer = new StochasticDepth(1);
        assertThat(layer.forward(x).abs().sum().item()).isZero();
        layer.eval();
        assertThat(layer.forward(x)).isSameAs(x);
    }

    @Test
    void theGradientPassesTheKeptRows() {
        Tensor x = Tensors.rand(64, 3).add(1).requiresGrad_();
        Tensor y = new StochasticDepth(0.5).forward(x);
        y.sum().backward();
        Tensor expected = y.detach().div(x.detach());
        assertThat(x.grad()).isNotNull().satisfies(g -> assertThat(g.equal(expected)).isTrue());
    }

    @Test
    void theGeneratorDecides() {
        Tensor x = Tensors.ones(200, 2);
        var layer = new StochasticDepth(0.5);
        Tensor first = new Generator(5).with(() -> layer.forward(x));
        assertThat(new Generator(5).with(() -> layer.forward(x)).equal(first)).isTrue();
        assertThat(new Generator(6).with(() -> layer.forward(x)).equal(first)).isFalse();
    }

    @Test
    void capturedStepsDrawAnewEachTime() {
        var layer = new StochasticDepth(0.5);
        var step = Captured.of((Tensor x) -> layer.forward(x));
        Tensor x = Tensors.ones(100, 2);
        Set<String> draws = new HashSet<>();
        for (int i = 0; i < 8; i++) {
            draws.add(java.util.Arrays.toString(step.call(x).toFloatArray()));
        }
        assertThat(step.hasPlan(x)).as(String.valueOf(step.eagerReason())).isTrue();
        assertThat(draws).hasSize(8);
    }

    @Test
    void typesAndEmptyBatches() {
        var layer = new StochasticDepth(0.5);
        assertThat(layer.forward(Tensors.ones(4, 2).to(DType.BFLOAT16)).dtype()).isEqualTo(DType.BFLOAT16);
        assertThat(layer.forward(Tensors.ones(4, 2).to(DType.FLOAT64)).dtype()).isEqualTo(DType.FLOAT64);
        assertThat(layer.forward(Tensors.ones(0, 2)).shape().dims()).containsExactly(0, 2);
    }

    @Test
    void wrongArgumentsAreNamed() {
        assertThatThrownBy(() -> new StochasticDepth(1.5)).hasMessageContaining("probability from 0 to 1, got 1.5");
        assertThatThrownBy(() -> new StochasticDepth(Double.NaN)).hasMessageContaining("got NaN");
        assertThatThrownBy(() -> new StochasticDepth(0.5).forward(Tensors.tensor(1f)))
                .hasMessageContaining("expected [N, ...], got a scalar");
        assertThat(new StochasticDepth(0.2)).hasToString("StochasticDepth(p=0.2, mode=row)");
    }
}
