package fathom.vision.explain;

import static fathom.Tensors.manualSeed;
import static fathom.Tensors.tensor;
import static org.assertj.core.api.Assertions.assertThat;

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
import fathom.train.Run;
import fathom.train.Trainer;
import fathom.vision.datasets.PatchedImages;
import java.util.LinkedHashMap;
import org.junit.jupiter.api.Test;

/**
 * Maps of a network that has learnt images whose class depends on one known patch: how much of their mass is in the
 * patch, whose area is a tenth of the image.
 */
class KnownPatchTest {
    private static final int COUNT = 1000;
    private static final int EXPLAINED = 24;

    @Test
    void theMapsPointAtThePatchThatDecidesTheClass() {
        manualSeed(0);
        PatchedImages train = PatchedImages.generate(COUNT, 1);
        PatchedImages test = PatchedImages.generate(200, 2);
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
        Run run =
                new Trainer(net, t -> t.loss(new CrossEntropyLoss()).optimizer(p -> new Adam(p, 4e-3)).progress(false))
                        .fit(
                                DataLoader.of(train.dataset(), 50).shuffle(true),
                                DataLoader.of(test.dataset(), 100),
                                Epochs.of(4));
        assertThat(run.last().toString()).contains("test acc");

        Tensor x = test.images().narrow(0, 0, EXPLAINED);
        Tensor y = test.labels().narrow(0, 0, EXPLAINED);
        Tensor patches = test.patches().narrow(0, 0, EXPLAINED);
        var mass = new LinkedHashMap<String, Double>();
        mass.put("saliency", of(new Saliency().explain(net, x, y), patches));
        mass.put("SmoothGrad", of(new SmoothGrad(o -> o.samples(8)).explain(net, x, y), patches));
        mass.put("Grad-CAM", of(new GradCam().explain(net, x, y), patches));
        mass.put("Grad-CAM of layer 3", of(new GradCam(o -> o.layer("3")).explain(net, x, y), patches));
        Attribution integrated = new IntegratedGradients(o -> o.steps(16).baseline(tensor(0.5f))).explain(net, x, y);
        mass.put("integrated gradients", of(integrated, patches));
        mass.put("occlusion", of(new Occlusion(o -> o.value(0.5)).explain(net, x, y), patches));
        System.out.println(run.last() + " " + mass);
    }

    private static double of(Attribution a, Tensor patches) {
        return a.massInside(patches).mean().item();
    }
}
