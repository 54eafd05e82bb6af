package fathom.vision.pretraining;

import static fathom.testkit.TensorAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.data.TensorDataset;
import fathom.testkit.Golden;
import fathom.testkit.GoldenCase;
import fathom.vision.Formula;
import fathom.vision.models.VisionTransformer;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The masked autoencoder against one written in PyTorch, and what must hold of patches and masks. */
class MaskedAutoencoderTest {
    private static final GoldenCase GOLDEN = Golden.load("golden/masked_autoencoder.safetensors").cases().getFirst();

    private static VisionTransformer encoder(int side) {
        return VisionTransformer.vit_tiny(
                o -> o.imageSize(side).patchSize(4).layers(2).heads(2).hidden(16).mlp(32).classes(5));
    }

    private static MaskedAutoencoder network() {
        return new MaskedAutoencoder(encoder(12), o -> o.decoderWidth(12));
    }

    @ParameterizedTest
    @CsvSource({"FLOAT64, 1e-9", "FLOAT32, 1e-3"})
    void predictionsLossAndGradientsArePyTorchs(DType type, double tolerance) {
        MaskedAutoencoder net = network();
        net.to(type);
        Formula.fill(net);
        Tensor x = Formula.of("images", 2, 3, 12, 12).to(type);
        var reconstruction = net.reconstruct(x, Formula.of("order", 2, 9).to(type));
        assertThat(reconstruction.hidden().equal(GOLDEN.tensor("hidden"))).isTrue();
        close("predicted", reconstruction.patches(), tolerance);
        Tensor loss = net.loss(x, reconstruction);
        close("loss", loss, tolerance);
        loss.backward();
        int compared = 0;
        for (var p : net.namedParameters().entrySet()) {
            String key = "grad:" + p.getKey();
            if (GOLDEN.hasTensor(key)) {
                Tensor grad = Objects.requireNonNull(p.getValue().grad(), key).flatten();
                close(key, grad.narrow(0, 0, Math.min(64, grad.numel())), tolerance);
                compared++;
            }
        }
        assertThat(compared).isEqualTo(8);
    }

    private static void close(String name, Tensor actual, double tolerance) {
        Tensor expected = GOLDEN.tensor(name);
        assertThat(actual.detach().to(DType.FLOAT64))
                .as(name)
                .isCloseTo(expected, 0, tolerance * expected.abs().max().item());
    }

    @Test
    void positionsAreTheAuthors() {
        assertThat(MaskedAutoencoder.positions(3, 16).to(DType.FLOAT64)).isCloseTo(GOLDEN.tensor("positions"), 0, 1e-6);
        Tensor learned = Objects.requireNonNull(network().namedParameters().get("encoder.encoder.pos_embedding"));
        assertThat(learned.detach().equal(MaskedAutoencoder.positions(3, 16))).isTrue();
    }

    @Test
    void patchesAreRowByRowAndChannelsLast() {
        MaskedAutoencoder net = network();
        Tensor x = Tensors.arange(2 * 3 * 12 * 12).to(DType.FLOAT32).reshape(2, 3, 12, 12);
        Tensor patches = net.patchify(x);
        assertThat(patches).hasShape(2, 9, 48);
        // patch 5 is in the second row and the third column; its pixel 7 is in row 1, column 3
        assertThat(patches.get(1, 5, 3 * 7 + 2).item()).isEqualTo(x.get(1, 2, 4 + 1, 8 + 3).item());
        assertThat(net.unpatchify(patches).equal(x)).isTrue();
    }

    @Test
    void hiddenPixelsReachNeitherTheEncoderNorTheLossOfOthers() {
        MaskedAutoencoder net = network();
        net.eval();
        Tensor x = Tensors.rand(1, 3, 12, 12);
        Tensor order = Tensors.tensor(new float[] {5, 4, 0, 3, 8, 1, 7, 6, 2}).reshape(1, 9);
        var before = net.reconstruct(x, order);
        assertThat(net.visible()).isEqualTo(2);
        assertThat(before.hidden().logicalNot().nonzero().select(1, 1).toLongArray()).containsExactly(2, 5);
        Tensor other = x.clone();
        other.narrow(2, 8, 4).fill_(0.3); // the last row, all of which is hidden
        assertThat(net.reconstruct(other, order).patches().equal(before.patches())).isTrue();
        Tensor masked = net.masked(x, before, 0.5);
        assertThat(masked.get("0, :, 8:, :").ne(0.5).any().item()).isZero();
        assertThat(masked.get("0, :, :4, 8:").equal(x.get("0, :, :4, 8:"))).isTrue();

        // what is predicted for a visible patch is no error
        Tensor predicted = before.patches().clone();
        predicted.select(1, 5).fill_(1000);
        var changed = new MaskedAutoencoder.Reconstruction(predicted, before.hidden());
        assertThat(net.loss(x, changed).item()).isCloseTo(net.loss(x, before).item(), within(1e-6));
        predicted.select(1, 4).fill_(1000);
        assertThat(net.loss(x, changed).item()).isGreaterThan(1e4);
    }

    @Test
    void aPerfectPredictionIsTheImage() {
        for (boolean normalizes : new boolean[] {true, false}) {
            var net = new MaskedAutoencoder(encoder(12), o -> o.decoderWidth(12).normalizePixels(normalizes));
            Tensor x = Tensors.rand(2, 3, 12, 12);
            Tensor pixels = net.patchify(x);
            Tensor mean = pixels.mean(2, fathom.KeepDim.KEEP_DIM);
            Tensor std = pixels.std(2, fathom.KeepDim.KEEP_DIM);
            Tensor hidden = net.reconstruct(x).hidden();
            assertThat(hidden.sum().item()).isEqualTo(2 * 7);
            var perfect = new MaskedAutoencoder.Reconstruction(normalizes ? pixels.sub(mean).div(std) : pixels, hidden);
            assertThat(net.loss(x, perfect).item()).isLessThan(1e-8);
            assertThat(net.reconstructed(x, perfect)).isCloseTo(x, 0, 1e-4);
        }
    }

    @Test
    void theEncoderOfAllPatchesInAnyOrderIsThatOfTheImage() {
        VisionTransformer vit = encoder(12);
        vit.eval();
        Tensor x = Tensors.rand(2, 3, 12, 12);
        Tensor order = Tensors.tensor(new long[][] {{8, 2, 5, 0, 1, 3, 7, 6, 4}, {0, 1, 2, 3, 4, 5, 6, 7, 8}});
        Tensor whole = vit.encode(x);
        Tensor some = vit.encode(x, order);
        assertThat(some.select(1, 0)).isCloseTo(whole.select(1, 0), 1e-4, 1e-5);
        assertThat(some.get("0, 1")).isCloseTo(whole.get("0, 9"), 1e-4, 1e-5);
        assertThat(some.get("0, 4")).isCloseTo(whole.get("0, 1"), 1e-4, 1e-5);
        assertThat(some.get("1")).isCloseTo(whole.get("1"), 1e-4, 1e-5);
        assertThat(vit.encode(x, order.narrow(1, 0, 0))).hasShape(2, 1, 16);
        assertThatThrownBy(() -> vit.encode(x, order.select(0, 0)))
                .hasMessage("VisionTransformer: expected patches [N, K] for images [2, 3, 12, 12], got [9]");
    }

    @Test
    void refusesWhatItCannotMask() {
        assertThatThrownBy(() -> new MaskedAutoencoder(encoder(12), o -> o.decoderWidth(12).maskRatio(0.95)))
                .hasMessage(
                        "MaskedAutoencoder: a mask ratio of 0.95 leaves 0 of 9 patches visible; at least one must be, and one hidden");
        assertThatThrownBy(() -> new MaskedAutoencoder(encoder(12), o -> o.maskRatio(1)))
                .hasMessage("MaskedAutoencoder: the mask ratio must be above 0 and below 1, is 1.0");
        assertThatThrownBy(() -> new MaskedAutoencoder(encoder(12), o -> o.decoderWidth(14)))
                .hasMessageContaining("multiples of 4, and the decoder's of its 3 heads, are 16 and 14");
        MaskedAutoencoder net = network();
        assertThatThrownBy(() -> net.reconstruct(Tensors.rand(2, 3, 12, 12), Tensors.rand(2, 8)))
                .hasMessage("MaskedAutoencoder: expected an order of shape [2, 9], got [2, 8]");
    }

    @Test
    void aLinearProbeFindsWhatIsLinear() {
        Tensors.manualSeed(1);
        Tensor x = Tensors.randn(300, 4);
        Tensor y = x.select(1, 0).add(x.select(1, 2)).gt(0).to(DType.INT64);
        var data = new TensorDataset(x, y);
        var found = LinearProbe.of(t -> t.mul(100).add(7), data.range(0, 200), data.range(200, 300));
        assertThat(found.train()).isGreaterThan(0.98);
        assertThat(found.test()).isGreaterThan(0.9);
        var noise = LinearProbe.of(t -> t.narrow(1, 1, 1), data.range(0, 200), data.range(200, 300));
        assertThat(noise.test()).isLessThan(0.7);
        assertThatThrownBy(() -> LinearProbe.of(t -> t, data.range(0, 0), data))
                .hasMessage("LinearProbe: there are no images");
        assertThat(List.of(found.toString().split(" "))).startsWith("train", "acc");
    }
}
