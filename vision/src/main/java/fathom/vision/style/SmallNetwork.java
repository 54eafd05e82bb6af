package fathom.vision.style;

import fathom.Autograd;
import fathom.DType;
import fathom.Generator;
import fathom.Tensor;
import fathom.Tensors;
import fathom.data.DataLoader;
import fathom.data.Example;
import fathom.nn.Flatten;
import fathom.nn.Init;
import fathom.nn.Layer;
import fathom.nn.Linear;
import fathom.nn.Sequential;
import fathom.nn.activation.ReLU;
import fathom.nn.conv.Conv2d;
import fathom.nn.loss.CrossEntropyLoss;
import fathom.nn.pool.AdaptiveAvgPool2d;
import fathom.nn.pool.AvgPool2d;
import fathom.optim.Adam;
import fathom.train.Epochs;
import fathom.train.SupervisedTask;
import fathom.train.Trainer;
import fathom.vision.datasets.Textures;
import fathom.vision.transforms.Transforms;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * A small stand-in of VGG-19 for style transfer without weights: eight convolutions in four stages, trained to tell
 * generated textures apart. Its stages pool by means, with which Gatys et al. found pictures to be more pleasing.
 */
final class SmallNetwork {
    private static final int[] WIDTHS = {32, 64, 96, 128};
    private static final int SIDE = 40;
    private static final int IMAGES = 1152;
    private static final int CALIBRATION = 64;
    private static final int BATCH = 32;
    private static final int EPOCHS = 3;

    /** Found by eye. */
    private static final StyleFeatures.Weights WEIGHTS = new StyleFeatures.Weights(20, 3e6, 10);

    /** Layers of a stage: two convolutions, each with a ReLU, and the pooling. */
    private static final int STAGE = 5;

    /**
     * A trained network.
     *
     * @param accuracy its accuracy on textures that it was not trained on
     */
    record Trained(StyleFeatures features, double accuracy) {}

    private SmallNetwork() {}

    /** Trains the network from a fixed seed: the same one on every call. */
    static Trained train() {
        return new Generator(13_12).with(SmallNetwork::trained);
    }

    private static Trained trained() {
        var layers = new Sequential();
        int channels = 3;
        for (int width : WIDTHS) {
            if (channels > 3) {
                layers.add(new AvgPool2d(2));
            }
            layers.add(convolution(channels, width)).add(new ReLU());
            layers.add(convolution(width, width)).add(new ReLU());
            channels = width;
        }
        var net =
                new Sequential(
                        layers, new AdaptiveAvgPool2d(1, 1), new Flatten(), new Linear(channels, Textures.CLASSES));
        var normalized = Transforms.normalizeImagenet();
        var data = Textures.of(IMAGES + 256, SIDE, 12).map(e -> Example.of(normalized.apply(e.x()), e.y()));
        var run =
                new Trainer(
                                new SupervisedTask(net, new CrossEntropyLoss()),
                                t -> t.optimizer(p -> new Adam(p, 2e-3)).progress(false))
                        .fit(
                                DataLoader.of(data.range(0, IMAGES), BATCH).shuffle(true).seed(1),
                                DataLoader.of(data.range(IMAGES, IMAGES + 256), 64),
                                Epochs.of(EPOCHS));
        var sample = new ArrayList<Tensor>();
        for (int i = 0; i < CALIBRATION; i++) {
            sample.add(data.get(i).x());
        }
        balance(layers, Tensors.stack(sample, 0));
        var content = List.of(2 * STAGE + 2);
        var style = List.of(1, 1 + STAGE, 1 + 2 * STAGE, 1 + 3 * STAGE);
        double accuracy = Objects.requireNonNull(run.last().test().get("acc"));
        return new Trained(new StyleFeatures(layers, content, style, WEIGHTS), accuracy);
    }

    private static Conv2d convolution(int in, int out) {
        var convolution = new Conv2d(in, out, 3, c -> c.padding(1));
        Init.kaimingNormal_(convolution.weight, k -> k.nonlinearity(Init.Nonlinearity.RELU));
        return convolution;
    }

    /**
     * Scales the convolutions so that the features of each have a mean square of 1, without changing what the network
     * tells apart: its layers are positively homogeneous.
     */
    private static void balance(Sequential layers, Tensor images) {
        try (var _ = Autograd.noGrad()) {
            double before = 1;
            Tensor y = images;
            for (Layer layer : layers) {
                if (layer instanceof Conv2d c) {
                    Tensor bias = Objects.requireNonNull(c.bias);
                    bias.mul_(before);
                    double factor = 1 / c.forward(y).to(DType.FLOAT64).square().mean().sqrt().item();
                    c.weight.mul_(factor);
                    bias.mul_(factor);
                    before *= factor;
                }
                y = layer.call(y);
            }
        }
    }
}
