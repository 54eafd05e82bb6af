package fathom.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.Block;
import fathom.nn.Layer;
import fathom.nn.Linear;
import fathom.nn.ModuleList;
import fathom.nn.Sequential;
import fathom.nn.activation.ReLU;
import fathom.nn.norm.LayerNorm;
import fathom.nn.transformer.TransformerEncoder;
import fathom.nn.transformer.TransformerEncoderLayer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Learning rates per part, layer-wise decay. */
class ParameterGroupsTest {
    private static final class Residual extends Layer {
        final Linear fc1 = new Linear(8, 8);
        final LayerNorm norm = new LayerNorm(8);
        final Sequential shortcut = new Sequential(new Linear(8, 8), new LayerNorm(8));

        @Override
        public Tensor forward(Tensor x) {
            return norm.call(fc1.call(x)).add(shortcut.call(x));
        }
    }

    private static final class Net extends Layer {
        final Tensor token = parameter(Tensors.zeros(1, 8));
        final Linear stem = new Linear(8, 8);
        final LayerNorm norm1 = new LayerNorm(8);
        final Sequential layer1 = new Sequential(new Residual(), new Residual());
        final Linear fc = new Linear(8, 2);

        @Override
        public Tensor forward(Tensor x) {
            return fc.call(layer1.call(norm1.call(stem.call(x.add(token)))));
        }
    }

    /** {@return each parameter's rate} */
    private static Map<String, Double> rates(Block net, Optimizer optimizer) {
        var rates = new LinkedHashMap<String, Double>();
        net.namedParameters()
                .forEach((name, p) -> {
                    for (ParameterGroup g : optimizer.groups()) {
                        if (g.parameters().stream().anyMatch(q -> q == p)) {
                            assertThat(rates.put(name, g.lr())).isNull();
                        }
                    }
                });
        return rates;
    }

    @Test
    void aHeadLearnsTenTimesAsFast() {
        var net = new Net();
        var sgd = new SGD(ParameterGroups.of(net, g -> g.lrScale(10, "fc")), 0.01, o -> o.momentum(0.9));
        assertThat(sgd.groups()).hasSize(2);
        Map<String, Double> rates = rates(net, sgd);
        assertThat(rates).hasSize(net.namedParameters().size());
        rates.forEach((name, lr) -> assertThat(lr).as(name).isEqualTo(name.startsWith("fc.") ? 0.1 : 0.01));
        assertThat(sgd.groups()).allSatisfy(g -> assertThat(g.get("momentum")).isEqualTo(0.9));
    }

    @Test
    void schedulesAndNewRatesKeepTheRatio() {
        var net = new Net();
        var sgd = new SGD(ParameterGroups.of(net, g -> g.lrScale(10, "fc")), 0.01);
        for (LRScheduler schedule :
                List.of(
                        new CosineAnnealingLR(sgd, 10),
                        new StepLR(sgd, 2, 0.5),
                        new OneCycleLR(sgd, 0.05, 20, o -> o.cycleMomentum(false)))) {
            for (int i = 0; i < 3; i++) {
                schedule.step();
                assertThat(sgd.groups().get(1).lr()).isCloseTo(10 * sgd.groups().getFirst().lr(), within(1e-12));
            }
            schedule.setLr(0.02);
            assertThat(sgd.lr()).isEqualTo(0.02);
            assertThat(sgd.groups().get(1).lr()).isEqualTo(0.2);
        }
        sgd.setLr(0.5);
        assertThat(sgd.groups()).extracting(ParameterGroup::lr).containsExactly(0.5, 5.0);
    }

    @Test
    void theLastSettingOfAPartDecides() {
        var net = new Net();
        var adam =
                new AdamW(
                        ParameterGroups.of(
                                net,
                                g ->
                                        g.lrScale(0.1, "")
                                                .lrScale(1, "fc")
                                                .weightDecay(0.5, "fc")
                                                .decayVectors(false)
                                                .weightDecay(0.25, "fc.bias")),
                        1,
                        o -> o.weightDecay(0.01));
        assertThat(rates(net, adam)).containsEntry("stem.weight", 0.1).containsEntry("fc.weight", 1.0);
        assertThat(decay(adam, net.stem.weight)).isEqualTo(0.01);
        assertThat(decay(adam, net.norm1.weight)).isZero();
        assertThat(decay(adam, net.fc.weight)).isEqualTo(0.5);
        assertThat(decay(adam, net.fc.bias)).isEqualTo(0.25);
    }

    private static double decay(Optimizer optimizer, Tensor of) {
        return optimizer.groups().stream()
                .filter(g -> g.parameters().stream().anyMatch(p -> p == of))
                .findFirst()
                .orElseThrow()
                .get("weightDecay");
    }

    @Test
    void ratesDecreaseTowardsTheInput() {
        var net = new Net();
        // stem and its norm, two residual blocks, the head
        var sgd = new SGD(ParameterGroups.of(net, g -> g.layerDecay(0.5)), 1);
        assertThat(rates(net, sgd))
                .containsEntry("token", 0.125)
                .containsEntry("stem.weight", 0.125)
                .containsEntry("norm1.bias", 0.125)
                .containsEntry("layer1.0.fc1.weight", 0.25)
                .containsEntry("layer1.0.shortcut.0.weight", 0.25)
                .containsEntry("layer1.1.norm.weight", 0.5)
                .containsEntry("fc.bias", 1.0);
        assertThat(sgd.groups()).hasSize(4);

        var named =
                new SGD(
                        ParameterGroups.of(
                                net,
                                g ->
                                        g.layerDecay(0.5)
                                                .layers(List.of("stem", "norm1"), List.of("layer1"), List.of("fc"))
                                                .lrScale(4, "fc")),
                        1);
        assertThat(rates(net, named))
                .containsEntry("token", 0.25)
                .containsEntry("layer1.1.fc1.weight", 0.5)
                .containsEntry("fc.bias", 4.0);
    }

    @Test
    void theLayersOfATransformerAreLayers() {
        var net =
                new Sequential(
                        new Linear(8, 8),
                        new TransformerEncoder(new TransformerEncoderLayer(8, 2), 3),
                        new Linear(8, 2));
        var sgd = new SGD(ParameterGroups.of(net, g -> g.layerDecay(0.5)), 16);
        assertThat(rates(net, sgd))
                .containsEntry("0.weight", 1.0)
                .containsEntry("1.layers.0.self_attn.in_proj_weight", 2.0)
                .containsEntry("1.layers.2.norm2.weight", 8.0)
                .containsEntry("2.weight", 16.0);
        var plain = new Sequential(new Linear(2, 2), new ReLU(), new Linear(2, 2), new ReLU(), new Linear(2, 2));
        assertThat(rates(plain, new SGD(ParameterGroups.of(plain, g -> g.layerDecay(0.5)), 4)))
                .containsEntry("0.bias", 1.0)
                .containsEntry("2.bias", 2.0)
                .containsEntry("4.bias", 4.0);
        var list = new ModuleList<>(new Linear(2, 2), new Linear(2, 2));
        assertThat(rates(list, new SGD(ParameterGroups.of(list, g -> g.layerDecay(0.5)), 4)))
                .containsEntry("0.weight", 2.0);
    }

    @Test
    void aFrozenPartIsNotUpdatedUntilItIsUnfrozen() {
        var net = new Net();
        net.freeze(f -> f.except("fc"));
        var sgd = new SGD(ParameterGroups.of(net, g -> g.lrScale(10, "fc")), 0.1);
        float[] stem = net.stem.weight.toFloatArray();
        float[] head = net.fc.weight.toFloatArray();
        step(net, sgd);
        assertThat(net.stem.weight.toFloatArray()).isEqualTo(stem);
        assertThat(net.fc.weight.toFloatArray()).isNotEqualTo(head);
        net.unfreeze("stem");
        step(net, sgd);
        assertThat(net.stem.weight.toFloatArray()).isNotEqualTo(stem);
    }

    private static void step(Layer net, Optimizer optimizer) {
        optimizer.zeroGrad();
        net.call(Tensors.randn(4, 8)).square().mean().backward();
        optimizer.step();
    }

    @Test
    void wrongSettingsAreRefused() {
        var net = new Net();
        assertThatThrownBy(() -> ParameterGroups.of(net, g -> g.lrScale(10, "head")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("its parts are token, stem, norm1, layer1, fc");
        assertThatThrownBy(() -> ParameterGroups.of(net, g -> g.lrScale(10)))
                .hasMessage("lrScale: of which parts? Name blocks or parameters");
        assertThatThrownBy(() -> ParameterGroups.of(net, g -> g.lrScale(-1, "fc"))).hasMessageContaining("-1");
        assertThatThrownBy(() -> ParameterGroups.of(net, g -> g.layerDecay(1.5))).hasMessageContaining("1.5");
    }
}
