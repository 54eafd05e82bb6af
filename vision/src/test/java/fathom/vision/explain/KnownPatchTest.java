package fathom.vision.explain;

import static fathom.Tensors.manualSeed;
import static fathom.Tensors.tensor;
import static org.assertj.core.api.Assertions.assertThat;

import fathom.Autograd;
import fathom.DType;
import fathom.Tensor;
import fathom.data.DataLoader;
import fathom.nn.Flatten;
import fathom.nn.Layer;
import fathom.nn.Linear;
import fathom.nn.Sequential;
import fathom.nn.activation.ReLU;
import fathom.nn.conv.Conv2d;
import fathom.nn.loss.CrossEntropyLoss;
import fathom.nn.pool.AdaptiveAvgPool2d;
import fathom.nn.pool.MaxPool2d;
import fathom.optim.Adam;
import fathom.train.Epochs;
import fathom.train.Trainer;
import fathom.vision.datasets.PatchedImages;
import org.junit.jupiter.api.Test;

/**
 * Maps of a network that has learnt images whose class depends on one known patch: how much of their mass is in the
 * patch, whose area is a tenth of the image.
 */
class KnownPatchTest {
    private static final int COUNT = 1000;
    private static final int EXPLAINED = 20;

    @Test
    void theMapsPointAtThePatchThatDecidesTheClass() {
        manualSeed(0);
        PatchedImages train = PatchedImages.generate(COUNT, 1);
        PatchedImages test = PatchedImages.generate(100, 2);
        assertThat(test.patchArea()).isEqualTo(100.0 / (32 * 32), org.assertj.core.api.Assertions.within(1e-6));
        Layer net =
                new Sequential(
                        new Conv2d(3, 16, 5, c -> c.padding(2)),
                        new ReLU(),
                        new MaxPool2d(2),
                        new Conv2d(16, 32, 5, c -> c.padding(2)),
                        new ReLU(),
                        new MaxPool2d(2),
                        new Conv2d(32, 32, 3, c -> c.padding(1)),
                        new ReLU(),
                        new AdaptiveAvgPool2d(1, 1),
                        new Flatten(),
                        new Linear(32, 3));
        new Trainer(net, t -> t.loss(new CrossEntropyLoss()).optimizer(p -> new Adam(p, 4e-3)).progress(false))
                .fit(DataLoader.of(train.dataset(), 50).shuffle(true), Epochs.of(4));

        assertThat(accuracy(net, test)).isGreaterThan(0.9); // seen: 0.99

        Tensor x = test.images().narrow(0, 0, EXPLAINED);
        Tensor y = test.labels().narrow(0, 0, EXPLAINED);
        Tensor patches = test.patches().narrow(0, 0, EXPLAINED);
        // seen with this seed: the mass in the patch, and the fraction of images whose hottest pixel is in it.
        // Gradients
        // also lie on the patches of random pixels, whose cells could become a texture
        var integrated = new IntegratedGradients(o -> o.steps(16).baseline(tensor(0.5f)));
        var occlusion = new Occlusion(o -> o.window(6).stride(4).value(0.5));
        assertThat(mass(new Saliency().explain(net, x, y).map(), patches)).isGreaterThan(0.15); // 0.23, 0.30
        assertThat(mass(new SmoothGrad(o -> o.samples(8)).explain(net, x, y).map(), patches))
                .isGreaterThan(0.17); // 0.25, 0.35
        Tensor last = new GradCam().explain(net, x, y).map();
        assertThat(mass(last, patches)).isGreaterThan(0.25); // 0.35, 1.00: the map has 8 x 8 positions
        assertThat(hottest(last, patches)).isGreaterThan(0.8);
        assertThat(mass(new GradCam(o -> o.layer("3")).explain(net, x, y).map(), patches))
                .isGreaterThan(0.33); // 0.48, 1.00
        assertThat(mass(integrated.explain(net, x, y).evidence(), patches)).isGreaterThan(0.33); // 0.52, 0.50
        Tensor drops = occlusion.explain(net, x, y).evidence();
        assertThat(mass(drops, patches)).isGreaterThan(0.4); // 0.57, 1.00
        assertThat(hottest(drops, patches)).isGreaterThan(0.8);
    }

    private static double accuracy(Layer net, PatchedImages test) {
        try (var _ = Autograd.noGrad()) {
            return net.eval().call(test.images()).argmax(1).eq(test.labels()).to(DType.FLOAT32).mean().item();
        }
    }

    /** {@return the fraction of images whose hottest pixel is in the patch} */
    private static double hottest(Tensor map, Tensor patches) {
        Tensor at = map.flatten(1).argmax(1).unsqueeze(1);
        return patches.flatten(1).to(DType.FLOAT32).gather(1, at).mean().item();
    }

    private static double mass(Tensor map, Tensor patches) {
        return Attribution.massInside(map, patches).mean().item();
    }
}
