package fathom.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import fathom.Autograd;
import fathom.Captured;
import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.activation.ReLU;
import fathom.nn.norm.BatchNorm;
import fathom.nn.norm.BatchNorm1d;
import fathom.nn.norm.BatchNorm2d;
import fathom.nn.transformer.TransformerEncoder;
import fathom.nn.transformer.TransformerEncoderLayer;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Freezing by name. */
class FreezeTest {
    private static final class Net extends Layer {
        final Sequential body = new Sequential(new Linear(3, 4), new BatchNorm1d(4), new ReLU());
        final BatchNorm1d norm = new BatchNorm1d(4);
        final Linear head = new Linear(4, 2);

        @Override
        public Tensor forward(Tensor x) {
            return head.call(norm.call(body.call(x)));
        }
    }

    private static List<String> trainable(Block net) {
        return net.namedParameters().entrySet().stream()
                .filter(e -> e.getValue().requiresGrad())
                .map(java.util.Map.Entry::getKey)
                .toList();
    }

    @Test
    void aBlocksNameFreezesAllItsParameters() {
        var net = new Net();
        assertThat(net.freeze("body", "norm.bias"))
                .containsExactly("body.0.weight", "body.0.bias", "body.1.weight", "body.1.bias", "norm.bias");
        assertThat(trainable(net)).containsExactly("norm.weight", "head.weight", "head.bias");
        assertThat(net.unfreeze("body.0")).containsExactly("body.0.weight", "body.0.bias");
        assertThat(trainable(net)).contains("body.0.weight").doesNotContain("body.1.weight");
        assertThat(net.freeze()).hasSize(8);
        assertThat(trainable(net)).isEmpty();
        assertThat(net.unfreeze()).hasSize(8);
        assertThat(net.freeze(f -> f.except("head"))).hasSize(6);
        assertThat(trainable(net)).containsExactly("head.weight", "head.bias");
    }

    @Test
    void oneAsteriskStandsForOneComponentTwoForAny() {
        var net = new TransformerEncoder(new TransformerEncoderLayer(8, 2), 2);
        assertThat(net.freeze("layers.*.linear1"))
                .containsExactly(
                        "layers.0.linear1.weight",
                        "layers.0.linear1.bias",
                        "layers.1.linear1.weight",
                        "layers.1.linear1.bias");
        assertThat(net.namedParameters("**.norm*.weight")).hasSize(4);
        assertThat(net.namedParameters("**.bias")).hasSize(10);
        assertThatThrownBy(() -> net.namedParameters("*.linear1")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aNameThatSelectsNothingIsRefusedBeforeAnythingIsFrozen() {
        var net = new Net();
        assertThatThrownBy(() -> net.freeze("body", "fc"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "freeze: Net has no parameter named fc or in a block of that name; its parts are body, norm, head");
        assertThatThrownBy(() -> net.freeze(f -> f.except("haed"))).hasMessageContaining("except: Net has no");
        assertThat(trainable(net)).hasSize(8);
    }

    @Test
    void normsOfFrozenPartsStayInEvaluationModeOnlyIfAsked() {
        var net = new Net();
        net.freeze("body");
        net.train();
        assertThat(net.block("body.1").isTraining()).isTrue();

        net.freeze(f -> f.parts("body").normsInEvaluation(true));
        net.train();
        assertThat(net.isTraining()).isTrue();
        assertThat(net.block("body.1").isTraining()).isFalse();
        assertThat(net.norm.isTraining()).isTrue();
        var norm = net.block("body.1", BatchNorm.class);
        var before = norm.runningMean.toFloatArray();
        net.call(Tensors.randn(8, 3));
        assertThat(norm.runningMean.toFloatArray()).isEqualTo(before);
        assertThat(net.norm.runningMean.toFloatArray()).isNotEqualTo(before);
        BatchNorm.recompute(net, () -> net.call(Tensors.randn(8, 3)));
        assertThat(norm.runningMean.toFloatArray()).isEqualTo(before);

        net.unfreeze("body");
        assertThat(norm.isTraining()).isTrue();
        net.call(Tensors.randn(8, 3));
        assertThat(norm.runningMean.toFloatArray()).isNotEqualTo(before);
    }

    @Test
    void aNormWithoutParametersStaysInEvaluationModeWithItsBlock() {
        var net = new Sequential(new Linear(4, 4), new BatchNorm2d(4, b -> b.affine(false)));
        net.freeze(f -> f.parts("0").normsInEvaluation(true));
        assertThat(net.train().block("1").isTraining()).isTrue();
        net.freeze(f -> f.except("0").normsInEvaluation(true));
        assertThat(net.train().block("1").isTraining()).isFalse();
    }

    @Test
    void aCapturedStepFollowsFreezingAndUnfreezing() {
        var net = new Net();
        var step =
                Captured.of((Tensor x) -> {
                    net.zeroGrad();
                    net.call(x).square().mean().backward();
                    return x.sum();
                });
        Tensor x = Tensors.randn(8, 3);
        for (int i = 0; i < 5; i++) {
            step.call(x);
        }
        assertThat(net.block("body.0", Linear.class).weight.grad()).isNotNull();
        net.freeze(f -> f.parts("body").normsInEvaluation(true));
        net.zeroGrad();
        float[] before = net.block("body.1", BatchNorm.class).runningMean.toFloatArray();
        for (int i = 0; i < 5; i++) {
            step.call(x);
        }
        assertThat(net.block("body.0", Linear.class).weight.grad()).isNull();
        assertThat(net.head.weight.grad()).isNotNull();
        assertThat(net.block("body.1", BatchNorm.class).runningMean.toFloatArray()).isEqualTo(before);
        net.unfreeze();
        for (int i = 0; i < 5; i++) {
            step.call(x);
        }
        try (var _ = Autograd.noGrad()) {
            assertThat(net.block("body.0", Linear.class).weight.grad()).isNotNull();
        }
        assertThat(net.block("body.1", BatchNorm.class).runningMean.toFloatArray()).isNotEqualTo(before);
    }
}
