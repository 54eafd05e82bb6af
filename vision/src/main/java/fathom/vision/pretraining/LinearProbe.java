package fathom.vision.pretraining;

import fathom.Autograd;
import fathom.DType;
import fathom.Generator;
import fathom.KeepDim;
import fathom.Tensor;
import fathom.Tensors;
import fathom.data.DataLoader;
import fathom.data.Dataset;
import fathom.nn.Init;
import fathom.nn.Linear;
import fathom.optim.Adam;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;

/**
 * Measures features by a linear classifier that is trained on them, while the network that computes them stays as it
 * is. Features are standardised first, as with the batch norm without parameters of He et al. (2021).
 *
 * {@snippet :
 * var result = LinearProbe.of(x -> MaskedAutoencoder.features(vit.eval(), x), data.train(), data.test());
 * IO.println(result);   // train acc 0.861, test acc 0.842
 * }
 */
public final class LinearProbe {
    private static final int BATCH_SIZE = 250;
    private static final int STEPS = 400;
    private static final double RATE = 0.01;

    private LinearProbe() {}

    /**
     * The shares of right classes.
     *
     * @param train of the labelled images
     * @param test of the others
     */
    public record Accuracy(double train, double test) {
        /** {@return both, as a training shows them} */
        @Override
        public String toString() {
            return String.format(Locale.ROOT, "train acc %.3f, test acc %.3f", train, test);
        }
    }

    /** Features {@code [N, F]} and labels {@code [N]}. */
    private record Part(Tensor x, Tensor y) {}

    /**
     * {@return the accuracies of a linear classifier} It is trained by 400 updates on all features at once, with the
     * same initial weights always.
     *
     * @param features from a batch of images to {@code [N, F]}; called without recording gradients
     * @param train images with labels from 0
     * @param test images with the same labels
     */
    public static Accuracy of(UnaryOperator<Tensor> features, Dataset train, Dataset test) {
        if (train.size() == 0 || test.size() == 0) {
            throw new IllegalArgumentException("LinearProbe: there are no images");
        }
        Part a = part(features, train);
        Part b = part(features, test);
        Tensor mean = a.x.mean(0, KeepDim.KEEP_DIM);
        Tensor scale = a.x.sub(mean).square().mean(0, KeepDim.KEEP_DIM).add(1e-6).rsqrt();
        Tensor x = a.x.sub(mean).mul(scale);
        long classes = (long) Math.max(a.y.max().item(), b.y.max().item()) + 1;
        var net = new Linear(x.size(1), classes);
        Init.zeros_(net.weight);
        if (net.bias != null) {
            Init.zeros_(net.bias);
        }
        net.to(x.device());
        var optimizer = new Adam(net.parameters(), RATE);
        for (int i = 0; i < STEPS; i++) {
            optimizer.zeroGrad();
            Tensors.crossEntropy(net.call(x), a.y).backward();
            optimizer.step();
        }
        try (var _ = Autograd.noGrad()) {
            return new Accuracy(accuracy(net, x, a.y), accuracy(net, b.x.sub(mean).mul(scale), b.y));
        }
    }

    private static double accuracy(Linear net, Tensor x, Tensor y) {
        return net.call(x).argmax(1).eq(y).to(DType.FLOAT32).mean().item();
    }

    private static Part part(UnaryOperator<Tensor> features, Dataset data) {
        var x = new ArrayList<Tensor>();
        var y = new ArrayList<Tensor>();
        try (var _ = Autograd.noGrad();
                var _ = new Generator(0).open()) {
            for (var batch : DataLoader.of(data, BATCH_SIZE)) {
                x.add(features.apply(batch.x()).to(DType.FLOAT32).clone());
                y.add(batch.y().to(DType.INT64).clone());
            }
        }
        return new Part(Tensors.cat(x, 0), Tensors.cat(List.copyOf(y), 0));
    }
}
