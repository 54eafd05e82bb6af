package fathom.vision.models;

import static org.assertj.core.api.Assertions.assertThat;

import fathom.Autograd;
import fathom.Tensor;
import fathom.Tensors;
import fathom.data.DataLoader;
import fathom.nn.Layer;
import fathom.optim.Adam;
import fathom.vision.FashionMnist;
import fathom.vision.transforms.Transforms;
import org.junit.jupiter.api.Test;

/** The networks learn. */
class LearningTest {
    /** Losses of some steps on one batch of enlarged clothes. */
    private static double[] fit(Layer net, int size, int examples, int steps, double lr) {
        var data = FashionMnist.sample().train().with(Transforms.resize(size, size));
        var batch = data.batch(java.util.stream.LongStream.range(0, examples).toArray());
        var adam = new Adam(net.parameters(), lr);
        var losses = new double[steps];
        for (int i = 0; i < steps; i++) {
            Tensor loss = Tensors.crossEntropy(net.forward(batch.x()), batch.y());
            adam.zeroGrad();
            loss.backward();
            adam.step();
            losses[i] = loss.item();
        }
        return losses;
    }

    @Test
    void aNarrowAlexNetFitsABatch() {
        Tensors.manualSeed(1);
        var net = new CourseAlexNet(o -> o.ratio(8).hidden(64).dropout(0.1));
        double[] losses = fit(net, 224, 16, 40, 1e-3);
        assertThat(losses[0]).isBetween(1.5, 4.0);
        assertThat(losses[losses.length - 1]).isLessThan(0.5);
    }

    @Test
    void aNarrowResidualNetworkLearnsClothes() {
        Tensors.manualSeed(2);
        var clothes = FashionMnist.sample();
        var net = new CourseResNet18(o -> o.ratio(8));
        var adam = new Adam(net.parameters(), 5e-3);
        for (var batch : DataLoader.of(clothes.train().range(0, 1280), 32).shuffle(true).seed(3)) {
            adam.zeroGrad();
            Tensors.crossEntropy(net.forward(batch.x()), batch.y()).backward();
            adam.step();
        }
        net.eval();
        try (var off = Autograd.noGrad()) {
            var test = clothes.test().batch(java.util.stream.LongStream.range(0, 300).toArray());
            double right = net.forward(test.x()).argmax(1).eq(test.y()).to(Tensors.FLOAT32).mean().item();
            assertThat(right).isGreaterThan(0.5);
        }
    }
}
