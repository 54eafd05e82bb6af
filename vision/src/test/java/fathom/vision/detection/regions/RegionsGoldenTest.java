package fathom.vision.detection.regions;

import static fathom.testkit.TensorAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.testkit.Golden;
import fathom.testkit.GoldenCase;
import fathom.vision.Formula;
import fathom.vision.detection.pyramid.BackboneWithFPN;
import fathom.vision.detection.pyramid.FeaturePyramidNetwork;
import fathom.vision.detection.pyramid.LastLevelMaxPool;
import fathom.vision.detection.pyramid.LastLevelP6P7;
import fathom.vision.models.ResNet;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The parts of detectors: what torchvision's compute, and edge cases. */
class RegionsGoldenTest {
    private static final Golden GOLDEN = Golden.load("golden/regions.safetensors");

    private static GoldenCase golden(String name) {
        return GOLDEN.cases().stream().filter(c -> c.name().equals(name)).findFirst().orElseThrow();
    }

    private static List<Tensor> maps() {
        return List.of(
                Formula.of("map0", 2, 3, 16, 20), Formula.of("map1", 2, 3, 8, 10), Formula.of("map2", 2, 3, 4, 5));
    }

    @Test
    void codersOfBoxes() {
        var coder = new BoxCoder(10, 20, 5, 2.5);
        golden("encode").checkOne(t -> coder.encode(t[0], t[1]), 1e-12, 1e-12);
        golden("decode").checkOne(t -> coder.decode(t[0], t[1]), 1e-12, 1e-12);
        golden("encode_linear").checkOne(t -> BoxLinearCoder.encode(t[0], t[1]), 1e-12, 1e-12);
        golden("decode_linear").checkOne(t -> BoxLinearCoder.decode(t[0], t[1]), 1e-12, 1e-12);
        Tensor box = Tensors.tensor(new double[][] {{3, 4, 10, 30}}, DType.FLOAT64);
        Tensor from = Tensors.tensor(new double[][] {{1, 2, 21, 12}}, DType.FLOAT64);
        assertThat(coder.decode(coder.encode(box, from), from)).isCloseTo(box, 1e-12, 1e-12);
        assertThat(coder.encode(Tensors.zeros(0, 4), Tensors.zeros(0, 4))).hasShape(0, 4);
    }

    @Test
    void matchers() {
        check("match_strict", ProposalMatcher.of(0.5, 0.3, false));
        check("match_low", ProposalMatcher.of(0.5, 0.3, true));
        check("match_low_without_far", ProposalMatcher.of(0.5, 0.3, true));
        check("match_ssd", ProposalMatcher.ssd(0.4));
        assertThatThrownBy(() -> ProposalMatcher.ssd(0.4).match(Tensors.zeros(0, 3))).hasMessageContaining("[0, 3]");
        assertThatThrownBy(() -> ProposalMatcher.of(0.3, 0.5, true)).hasMessageContaining("0.5 and 0.3");
    }

    /** The same alone, and in a batch with a padded row. */
    private static void check(String name, ProposalMatcher matcher) {
        GoldenCase c = golden(name);
        assertThat(matcher.match(c.in(0))).as(name).isEqualToTensor(c.out(0));
        Tensor padding = c.in(0).newFull(-1, DType.FLOAT64, 1, c.in(0).size(1));
        Tensor padded = Tensors.cat(List.of(c.in(0), padding), 0);
        Tensor none = padded.newFull(-1, DType.FLOAT64, padded.size(0), padded.size(1));
        Tensor both = matcher.match(Tensors.stack(List.of(padded, none), 0));
        assertThat(both.select(0, 0)).as(name).isEqualToTensor(c.out(0));
        assertThat(both.select(0, 1).eq(-1).all().item()).as(name).isOne();
    }

    @Test
    void anchors() {
        var generator = new AnchorGenerator(new double[][] {{8, 11}, {16, 23}, {32, 45}}, 0.5, 1, 2);
        assertThat(Tensors.cat(generator.anchors(maps(), 64, 80), 0)).isEqualToTensor(golden("anchors").out(0));
        assertThat(generator.perLocation()).containsExactly(6, 6, 6);
        var boxes =
                new DefaultBoxGenerator(
                        new double[][] {{2}, {2, 3}, {2}}, new double[] {0.1, 0.3, 0.6, 0.95}, new double[] {4, 8, 16});
        assertThat(Tensors.cat(boxes.anchors(maps(), 64, 80), 0))
                .isCloseTo(golden("default_boxes").out(0), 1e-12, 1e-12);
        assertThat(boxes.perLocation()).containsExactly(4, 6, 4);
        assertThatThrownBy(() -> generator.anchors(maps().subList(0, 2), 64, 80)).hasMessageContaining("got 2");
        assertThatThrownBy(() -> new DefaultBoxGenerator(new double[1][1], new double[1], new double[1]))
                .hasMessageContaining("one scale more");
    }

    @Test
    void poolingOverAPyramid() {
        GoldenCase c = golden("pool");
        List<Tensor> regions = List.of(c.tensor("r0"), c.tensor("r1"));
        List<ImageSize> sizes = List.of(new ImageSize(60, 77), new ImageSize(64, 80));
        var pool = new MultiScaleRoIAlign(3, 2, 32, 4);
        c.checkOne(t -> pool.pool(List.of(t), regions, sizes), 1e-9, 1e-9);
        assertThat(pool.pool(maps(), List.of(regions.getFirst().narrow(0, 0, 0)), sizes)).hasShape(0, 3, 3, 3);
        assertThat(pool.pool(maps().subList(0, 1), regions, sizes)).hasShape(11, 3, 3, 3);
    }

    @Test
    void featurePyramids() {
        var fpn = new FeaturePyramidNetwork(List.of(3, 3, 3), 4, new LastLevelP6P7(3, 4));
        fpn.to(DType.FLOAT64);
        try (var off = fathom.Autograd.noGrad()) {
            fpn.stateDict().entries().forEach((name, t) -> t.copy_(Formula.weights(name, t.shape().dims())));
        }
        List<Tensor> out = fpn.pyramid(maps());
        GoldenCase c = golden("pyramid");
        assertThat(out).hasSize(c.outputCount());
        for (int i = 0; i < out.size(); i++) {
            assertThat(out.get(i).detach()).as("map %s", i).isCloseTo(c.out(i), 1e-11, 1e-11);
        }
        assertThatThrownBy(() -> fpn.pyramid(maps().subList(0, 2))).hasMessageContaining("expected 3 feature maps");
        var backbone =
                BackboneWithFPN.resnet(ResNet.resnet18(r -> r.width(4)), List.of(2, 4), 8, new LastLevelMaxPool());
        List<Tensor> maps = backbone.features(Tensors.rand(1, 3, 64, 96));
        assertThat(maps).hasSize(3).allMatch(m -> m.size(1) == 8);
        assertThat(maps.get(0)).hasShape(1, 8, 8, 12);
        assertThat(maps.get(2)).hasShape(1, 8, 1, 2);
        assertThat(backbone.stateDict().names()).noneMatch(n -> n.contains("fc"));
        assertThatThrownBy(() ->
                        BackboneWithFPN.resnet(ResNet.resnet18(r -> r.width(4)), List.of(0), 8, new LastLevelMaxPool()))
                .hasMessageContaining("stages from 1 to 4");
    }

    @Test
    void imagesOfDifferentSizes() {
        GoldenCase c = golden("transform");
        var transform =
                GeneralizedRCNNTransform.resizing(
                        40, 60, new double[] {0.4, 0.5, 0.6}, new double[] {0.2, 0.3, 0.25}, 16);
        List<Tensor> pictures = List.of(Formula.of("picture0", 3, 37, 50), Formula.of("picture1", 3, 61, 30));
        ImageBatch batch = transform.batch(pictures);
        assertThat(batch.height()).isEqualTo(c.getInt("height"));
        assertThat(batch.width()).isEqualTo(c.getInt("width"));
        int[] sizes = c.getInts("sizes");
        assertThat(batch.sizes()).containsExactly(new ImageSize(sizes[0], sizes[1]), new ImageSize(sizes[2], sizes[3]));
        assertThat(batch.tensors().get(":, :, ::5, ::5")).isCloseTo(c.out(0), 1e-6, 1e-6);
        PaddedTargets targets =
                transform.targets(
                        pictures,
                        List.of(
                                new BoxTarget(c.tensor("b0"), Tensors.tensor(new long[] {1, 2})),
                                new BoxTarget(c.tensor("b1"), Tensors.tensor(new long[] {3}))),
                        DType.FLOAT64);
        assertThat(targets.boxes().select(0, 0)).isCloseTo(c.out(1), 1e-12, 1e-12);
        assertThat(targets.boxes().select(0, 1).narrow(0, 0, 1)).isCloseTo(c.out(2), 1e-12, 1e-12);
        assertThat(targets.labels()).isEqualToTensor(Tensors.tensor(new long[][] {{1, 2}, {3, -1}}, DType.INT64));
        Tensor back = GeneralizedRCNNTransform.resizeBoxes(c.out(1), batch.sizes().getFirst(), new ImageSize(37, 50));
        assertThat(back).isCloseTo(c.tensor("b0"), 1e-6, 1e-6);
        assertThat(GeneralizedRCNNTransform.square(300, new double[3], new double[] {1, 1, 1}).resizedSize(7, 900))
                .isEqualTo(new ImageSize(300, 300));
    }

    @Test
    void samplesAreOfFixedSizeAndBalanced() {
        Tensors.manualSeed(1);
        Tensor labels = Tensors.full(0, DType.INT64, 3, 100);
        labels.select(0, 0).narrow(0, 10, 30).fill_(2); // more positives than are wanted
        labels.select(0, 1).narrow(0, 10, 3).fill_(1); // fewer
        labels.select(0, 2).fill_(-1); // neither
        labels.select(0, 2).narrow(0, 0, 4).fill_(0);
        var sampler = new BalancedSampler(20, 0.25);
        BalancedSampler.Sample s = sampler.sample(labels);
        assertThat(s.positive().to(DType.INT64).sum(1).toLongArray()).containsExactly(5, 3, 0);
        assertThat(s.negative().to(DType.INT64).sum(1).toLongArray()).containsExactly(15, 17, 4);
        assertThat(s.positive().logicalAnd(labels.lt(1)).any().item()).isZero();
        assertThat(s.negative().logicalAnd(labels.ne(0)).any().item()).isZero();
        assertThat(sampler.sample(labels).positive().equal(s.positive())).isFalse();
        assertThat(new BalancedSampler(1000, 1).sample(labels).positive().equal(labels.ge(1))).isTrue();
        assertThatThrownBy(() -> new BalancedSampler(0, 0.5)).hasMessageContaining("got 0 and 0.5");
    }
}
