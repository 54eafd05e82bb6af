package fathom.vision.explain;

import static fathom.Tensors.full;
import static fathom.Tensors.manualSeed;
import static fathom.Tensors.ones;
import static fathom.Tensors.randn;
import static fathom.Tensors.tensor;
import static fathom.Tensors.zeros;
import static fathom.testkit.TensorAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import fathom.Autograd;
import fathom.DType;
import fathom.Tensor;
import fathom.nn.Flatten;
import fathom.nn.Layer;
import fathom.nn.Linear;
import fathom.nn.Sequential;
import fathom.nn.activation.ReLU;
import fathom.nn.conv.Conv2d;
import fathom.nn.norm.BatchNorm2d;
import fathom.nn.pool.AdaptiveAvgPool2d;
import fathom.nn.pool.MaxPool2d;
import fathom.vision.models.LeNet;
import fathom.vision.models.ResNet;
import fathom.vision.models.VisionTransformer;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Each method against a formula that does not use its code. */
class ExplainersTest {
    private static final List<Explainer> ALL =
            List.of(
                    new Saliency(),
                    new SmoothGrad(o -> o.samples(4)),
                    new GradCam(),
                    new IntegratedGradients(o -> o.steps(8)),
                    new Occlusion(o -> o.window(3).stride(2)));

    @BeforeEach
    void seed() {
        manualSeed(0);
    }

    /** {@return a classifier with convolution, batch norm and pooling, of images [N, 2, 9, 7]} */
    private static Sequential network() {
        var net =
                new Sequential(
                        new Conv2d(2, 4, 3, c -> c.padding(1)),
                        new BatchNorm2d(4),
                        new ReLU(),
                        new MaxPool2d(2),
                        new Conv2d(4, 5, 3, c -> c.padding(1)),
                        new ReLU(),
                        new AdaptiveAvgPool2d(1, 1),
                        new Flatten(),
                        new Linear(5, 3));
        try (var _ = Autograd.noGrad()) {
            for (int i = 0; i < 20; i++) {
                net.call(randn(16, 2, 9, 7).mul(2).add(1)); // running statistics that differ from a batch's
            }
        }
        return net;
    }

    @Test
    void theScoreOfALinearModelIsAttributedByItsWeights() {
        var linear = new Linear(24, 4);
        var net = new Sequential(new Flatten(), linear);
        Tensor x = randn(3, 2, 3, 4);
        Tensor classes = tensor(2L, 0L, 3L);
        Tensor w = linear.weight.detach().indexSelect(0, classes).reshape(3, 2, 3, 4);
        assertThat(new Saliency().explain(net, x, classes).values()).isCloseTo(w, 1e-6, 1e-6);
        assertThat(new SmoothGrad(o -> o.samples(3)).explain(net, x, classes).values()).isCloseTo(w, 1e-6, 1e-6);

        Tensor b = randn(2, 3, 4);
        Attribution a = new IntegratedGradients(o -> o.steps(5).baseline(b).batchSize(4)).explain(net, x, classes);
        assertThat(a.values()).isCloseTo(w.mul(x.sub(b)), 1e-5, 1e-5);
        assertThat(a.completenessError()).isCloseTo(zeros(3), 1e-5, 1e-5);
        Tensor scores = net.call(x).detach().gather(1, classes.unsqueeze(1)).squeeze(1);
        assertThat(a.scores()).isCloseTo(scores, 1e-6, 1e-6);

        // covering single pixels with 0.5 lowers the score by the weights times the change, over both channels
        Attribution o = new Occlusion(c -> c.window(1).stride(1).value(0.5).batchSize(5)).explain(net, x, classes);
        assertThat(o.values().squeeze(1)).isCloseTo(w.mul(x.sub(0.5)).sum(1), 1e-5, 1e-5);
    }

    @Test
    void occlusionIsTheMeanDropOverTheWindowsThatCoverAPixel() {
        Layer net = network().eval();
        Tensor x = randn(2, 2, 9, 7);
        Attribution a = new Occlusion(o -> o.window(4).stride(3).value(-1).batchSize(3)).explain(net, x, 1);
        float[][][][] values = a.values().toArray(float[][][][].class);
        for (int i = 0; i < 2; i++) {
            var sum = new double[9][7];
            var count = new int[9][7];
            Tensor image = x.narrow(0, i, 1);
            double score = net.call(image).get(0, 1).item();
            for (int top : new int[] {0, 3, 5}) { // the last window ends at the edge
                for (int left : new int[] {0, 3}) {
                    Tensor hidden = image.clone();
                    hidden.narrow(2, top, 4).narrow(3, left, 4).mul_(0).add_(-1);
                    double drop = score - net.call(hidden).get(0, 1).item();
                    for (int r = top; r < top + 4; r++) {
                        for (int c = left; c < left + 4; c++) {
                            sum[r][c] += drop;
                            count[r][c]++;
                        }
                    }
                }
            }
            for (int r = 0; r < 9; r++) {
                for (int c = 0; c < 7; c++) {
                    assertThat(count[r][c]).isPositive();
                    assertThat(values[i][0][r][c]).isCloseTo((float) (sum[r][c] / count[r][c]), within(1e-5f));
                }
            }
        }
    }

    @Test
    void gradCamIsThePositivePartOfTheWeightedFeatureMaps() {
        var conv = new Conv2d(1, 3, 3, c -> c.padding(1));
        var head = new Linear(3, 2);
        var net = new Sequential(conv, new ReLU(), new AdaptiveAvgPool2d(1, 1), new Flatten(), head);
        Tensor x = randn(2, 1, 5, 4);
        Tensor a = conv.forward(x).detach();
        // the score is the sum over channels of w[c] times the mean of relu(a[c]) over 20 positions
        Tensor w = head.weight.detach().select(0, 1).div(20).reshape(1, 3, 1, 1);
        Attribution atReLU = new GradCam(o -> o.layer("1")).explain(net, x, 1);
        assertThat(atReLU.values()).isCloseTo(a.relu().mul(w).sum(1).unsqueeze(1).relu(), 1e-6, 1e-6);

        // at the convolution, the gradient is w where it is positive and else 0
        Tensor share = a.gt(0).to(DType.FLOAT32).mean(new int[] {2, 3}).reshape(2, 3, 1, 1);
        Attribution byDefault = new GradCam().explain(net, x, 1);
        assertThat(byDefault.values()).isCloseTo(a.mul(w).mul(share).sum(1).unsqueeze(1).relu(), 1e-6, 1e-6);
        assertThat(GradCam.lastConvolution(net, x)).isEqualTo("0");
    }

    @Test
    void gradCamLooksAtTheLastStageOfANetworkUnlessALayerIsNamed() {
        Layer resnet = ResNet.resnet18(o -> o.width(4).classes(3));
        Tensor x = randn(1, 3, 64, 64);
        assertThat(GradCam.lastConvolution(resnet, x)).isEqualTo("layer4");
        assertThat(GradCam.lastConvolution(resnet, randn(1, 3, 32, 32))).isEqualTo("layer3"); // layer4 is 1 x 1
        assertThat(GradCam.lastConvolution(new LeNet(), randn(1, 1, 28, 28))).isEqualTo("3");
        assertThat(resnet.isTraining()).isTrue();
        Attribution inner = new GradCam(o -> o.layer("layer2.0.conv1")).explain(resnet, x, 1);
        assertThat(inner.values().shape().dims()).containsExactly(1, 1, 64, 64);
    }

    @Test
    void integratedGradientsAreCompleteUpToTheIntegrationError() {
        Layer net = network().to(DType.FLOAT64);
        Tensor x = randn(DType.FLOAT64, 4, 2, 9, 7).mul(2);
        Tensor b = full(0.3, DType.FLOAT64, 2, 1, 1);
        Attribution coarse = new IntegratedGradients(o -> o.steps(8).baseline(b)).explain(net, x);
        Attribution fine = new IntegratedGradients(o -> o.steps(512).baseline(b).batchSize(100)).explain(net, x);
        double difference = fine.scores().sub(fine.baselineScores()).abs().min().item();
        assertThat(difference).isGreaterThan(0.01);
        assertThat(fine.completenessError().abs().max().item()).isLessThan(0.01 * difference);
        assertThat(fine.completenessError().abs().max().item())
                .isLessThan(0.2 * coarse.completenessError().abs().max().item());
    }

    @Test
    void smoothGradIsTheMeanGradientUnderNoiseOfTheImagesRange() {
        // the score is half the sum of squares, so the gradient is the noisy image itself
        Layer net = new Squares();
        Tensor x = tensor(new float[] {-1, 0, 2, 3}).reshape(1, 1, 2, 2);
        Tensor many = new SmoothGrad(o -> o.samples(1000).noise(0.25).seed(5)).explain(net, x, 0).values();
        assertThat(many).isCloseTo(x, 0, 5 / Math.sqrt(1000)); // the noise has the standard deviation 0.25 * 4
        Tensor one = new SmoothGrad(o -> o.samples(1).noise(0.25).seed(5)).explain(net, x, 0).values();
        assertThat(one.sub(x).abs().max().item()).isBetween(0.1, 5.0);
        assertThat(new SmoothGrad(o -> o.samples(1).noise(0.25).seed(5)).explain(net, x, 0).values())
                .isEqualToTensor(one);
        assertThat(new SmoothGrad(o -> o.noise(0)).explain(net, x, 0).values()).isCloseTo(x, 1e-6, 1e-6);
    }

    /** Half the sum of squares, as the score of one class. */
    private static final class Squares extends Layer {
        @Override
        public Tensor forward(Tensor x) {
            return x.square().sum(new int[] {1, 2, 3}).div(2).unsqueeze(1);
        }
    }

    @Test
    void anImageIsExplainedInABatchAsAlone() {
        Layer net = network();
        Tensor x = randn(35, 2, 9, 7); // more than one batch
        for (Explainer method : ALL) {
            if (method instanceof SmoothGrad) {
                continue; // draws other noise
            }
            Attribution all = method.explain(net, x);
            Attribution one = method.explain(net, x.narrow(0, 33, 1));
            assertThat(all.values().narrow(0, 33, 1)).isCloseTo(one.values(), 1e-5, 1e-5);
            assertThat(all.scores().narrow(0, 33, 1)).isCloseTo(one.scores(), 1e-5, 1e-5);
            assertThat(all.classes().toLongArray()[33]).isEqualTo(one.classes().toLongArray()[0]);
        }
    }

    @Test
    void theNetworkIsLeftAsItWas() {
        Sequential net = network();
        net.train();
        net.block("1").eval(); // one layer in another mode
        Tensor x = randn(2, 2, 9, 7);
        Tensor mean = net.namedBuffers().get("1.running_mean").clone();
        for (Explainer method : ALL) {
            Attribution a;
            try (var _ = Autograd.noGrad()) { // as in a trainer's pictures
                a = method.explain(net, x);
            }
            assertThat(a.values().requiresGrad()).isFalse();
            assertThat(a.map().shape().dims()).containsExactly(2, 9, 7);
            assertThat(net.block("0").isTraining()).isTrue();
            assertThat(net.block("1").isTraining()).isFalse();
            assertThat(net.parameters()).allMatch(p -> p.grad() == null);
        }
        assertThat(net.namedBuffers().get("1.running_mean")).isEqualToTensor(mean);
    }

    @Test
    void massIsCountedInsideARegion() {
        Tensor values = tensor(new float[] {1, -3, 0, 4, 0, 2, 0, 0}).reshape(1, 2, 2, 2);
        var a = new Attribution(values, tensor(0L).reshape(1), tensor(1f).reshape(1), null);
        assertThat(a.map()).isEqualToTensor(tensor(new float[] {1, 5, 0, 4}).reshape(1, 2, 2));
        assertThat(a.evidence()).isEqualToTensor(tensor(new float[] {1, 0, 0, 4}).reshape(1, 2, 2));
        Tensor region = tensor(new boolean[] {true, true, false, false}).reshape(1, 2, 2);
        assertThat(a.massInside(region).item()).isCloseTo(0.6, within(1e-6));
        assertThat(Attribution.massInside(a.evidence(), region).item()).isCloseTo(0.2, within(1e-6));
        assertThat(
                        new Attribution(values.mul(0), tensor(0L).reshape(1), tensor(1f).reshape(1), null)
                                .massInside(region)
                                .item())
                .isZero();
        assertThatThrownBy(() -> a.massInside(region.narrow(1, 0, 1)))
                .hasMessageContaining("massInside: expected a bool");
        assertThatThrownBy(a::completenessError).hasMessageContaining("a baseline");
    }

    @Test
    void wrongInputIsRefused() {
        Sequential net = network();
        Tensor x = randn(2, 2, 9, 7);
        assertThatThrownBy(() -> new Saliency().explain(net, x.select(0, 0), 0))
                .hasMessage(
                        "Saliency: expected floating images of shape [N, C, H, W] with N of at least 1, got FLOAT32 [2, 9, 7]");
        assertThatThrownBy(() -> new Saliency().explain(net, x, 3))
                .hasMessage("Saliency: class 3 does not exist; the network has the classes 0 to 2");
        assertThatThrownBy(() -> new Saliency().explain(net, x, tensor(1L).reshape(1)))
                .hasMessageContaining("expected integer classes of shape [2], one per image, got INT64 [1]");
        assertThatThrownBy(() -> new Occlusion().explain(net.get(0), x, 0))
                .hasMessageContaining("expected a classifier, from images [2, 2, 9, 7] to logits [2, classes]");
        assertThatThrownBy(() -> new Occlusion(o -> o.window(2).stride(3)).explain(net, x, 0))
                .hasMessageContaining("leaves pixels uncovered");
        assertThatThrownBy(() -> new GradCam(o -> o.layer("9")).explain(net, x, 0)).hasMessageContaining("no block 9");
        assertThatThrownBy(() -> new GradCam(o -> o.layer("8")).explain(net, x, 0))
                .hasMessage("GradCam: expected a layer with output [N, C, h, w], got [2, 3] from 8");
        var dense = new Sequential(new Flatten(), new Linear(126, 2));
        assertThatThrownBy(() -> new GradCam().explain(dense, x, 0)).hasMessageContaining("has no convolution");
        assertThatThrownBy(() -> new IntegratedGradients(o -> o.steps(0)))
                .hasMessage("IntegratedGradients: steps: expected at least 1, got 0");
        assertThatThrownBy(() -> new SmoothGrad(o -> o.noise(-1))).hasMessageContaining("a noise of at least 0");
        assertThat(net.isTraining()).isTrue(); // restored after each failure
    }

    @Test
    void aMapIsDrawnOverThePicture() {
        Tensor map = zeros(8, 8);
        map.set(2, 3, 4);
        Tensor drawn = HeatOverlay.of(ones(1, 8, 8).mul(0.5), map);
        assertThat(drawn.shape().dims()).containsExactly(3, 8, 8);
        assertThat(drawn.select(1, 0)).isCloseTo(full(0.5, DType.FLOAT32, 3, 8), 1e-6, 1e-6);
        assertThat(drawn.get(0, 3, 4).item()).isGreaterThan(0.7); // yellow
        assertThat(drawn.get(2, 3, 4).item()).isLessThan(0.3);
        assertThatThrownBy(() -> HeatOverlay.of(ones(1, 8, 7), map)).hasMessageContaining("got [1, 8, 7] and [8, 8]");
    }

    @Test
    void attentionRolloutIsTheProductOfHalfAttentionAndHalfShortcut() {
        var vit = VisionTransformer.vit_tiny(o -> o.imageSize(12).channels(1).classes(3).hidden(12).heads(3).layers(2));
        try (var _ = Autograd.noGrad()) {
            vit.parameters().forEach(p -> p.add_(randn(p.shape().dims()).mul(0.3)));
        }
        Tensor x = randn(2, 1, 12, 12);
        Attribution a = new AttentionRollout().explain(vit, x, 1);
        assertThat(a.values()).hasShape(2, 1, 12, 12);
        vit.eval();
        var weights = vit.attentionWeights(x);
        assertThat(weights).hasSize(2);
        for (int i = 0; i < 2; i++) {
            double[][] flow = new double[10][10];
            for (int t = 0; t < 10; t++) {
                flow[t][t] = 1;
            }
            for (Tensor block : weights) {
                double[][] next = new double[10][10];
                for (int to = 0; to < 10; to++) {
                    for (int from = 0; from < 10; from++) {
                        double mean = 0;
                        for (int head = 0; head < 3; head++) {
                            mean += block.get(i, head, to, from).item() / 3;
                        }
                        double mixed = 0.5 * mean + (to == from ? 0.5 : 0);
                        for (int k = 0; k < 10; k++) {
                            next[to][k] += mixed * flow[from][k];
                        }
                    }
                }
                flow = next;
            }
            double whole = 0;
            for (int k = 1; k < 10; k++) {
                whole += flow[0][k];
            }
            // the centre of the middle patch of 3 x 3 is between pixels 5 and 6
            double middle = a.values().select(0, i).select(0, 0).narrow(0, 5, 2).narrow(1, 5, 2).mean().item();
            double corner = a.values().get(i, 0, 11, 11).item();
            assertThat(corner).isCloseTo(flow[0][9] / whole, within(1e-6));
            double expected = 0;
            for (int r = 0; r < 3; r++) {
                for (int c = 0; c < 3; c++) {
                    expected +=
                            0.25
                                    * flow[0][1 + 3 * r + c]
                                    / whole
                                    * (weight(r, 5) + weight(r, 6))
                                    * (weight(c, 5) + weight(c, 6));
                }
            }
            assertThat(middle).isCloseTo(expected, within(1e-6));
        }
        assertThatThrownBy(() -> new AttentionRollout().explain(network(), x, 0))
                .hasMessage("AttentionRollout: expected a network with attention among patches, got Sequential");
        assertThatThrownBy(() -> AttentionRollout.rollout(List.of())).hasMessageContaining("no attention weights");
    }

    /** {@return the weight of a patch, of 4 pixels, in the bilinear value of a pixel} */
    private static double weight(int patch, int pixel) {
        return Math.max(0, 1 - Math.abs((pixel + 0.5) / 4 - 0.5 - patch));
    }
}
