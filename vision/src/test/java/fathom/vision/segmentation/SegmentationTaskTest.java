package fathom.vision.segmentation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.data.DataLoader;
import fathom.data.TensorDataset;
import fathom.optim.Adam;
import fathom.train.Epochs;
import fathom.train.Run;
import fathom.train.Trainer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SegmentationTaskTest {
    @BeforeEach
    void seed() {
        Tensors.manualSeed(3);
    }

    /** Squares of two textures, with borders that have no class. */
    private static TensorDataset squares(int n) {
        Tensor x = Tensors.randn(n, 3, 32, 32).mul(0.1);
        Tensor y = Tensors.zeros(DType.INT64, n, 32, 32);
        Tensor stripes = Tensors.arange(32).remainder(2).mul(2).sub(1).to(DType.FLOAT32);
        for (int i = 0; i < n; i++) {
            int top = i * 7 % 16;
            int left = i * 5 % 16;
            boolean isUpright = i % 2 == 0;
            Tensor texture = (isUpright ? stripes.unsqueeze(0) : stripes.unsqueeze(1)).expand(32, 32);
            x.select(0, i).narrow(1, top, 16).narrow(2, left, 16).add_(texture.narrow(0, 0, 16).narrow(1, 0, 16));
            y.select(0, i).narrow(0, top, 16).narrow(1, left, 16).fill_(255);
            y.select(0, i).narrow(0, top + 1, 14).narrow(1, left + 1, 14).fill_(isUpright ? 1 : 2);
        }
        return new TensorDataset(x, y);
    }

    @Test
    void aUNetLearnsTexturesAndVoidPixelsDoNotCount() {
        var net = new UNet(o -> o.width(4).depth(2).classes(3));
        DataLoader train = DataLoader.of(squares(32), 8).shuffle(true);
        DataLoader test = DataLoader.of(squares(16), 8);
        Run run =
                new Trainer(new SegmentationTask(net), t -> t.optimizer(p -> new Adam(p, 0.01)).progress(false))
                        .fit(train, test, Epochs.of(15));
        assertThat(run.last().test().keySet()).containsExactly("loss", "mean iou", "acc");
        assertThat(run.last().test().get("mean iou")).isGreaterThan(0.85);
    }

    /** The mean over counted pixels, and the auxiliary classifier's part. */
    @Test
    void theLossIsThatOfBothClassifiers() {
        var net = SegmentationModel.fcn_resnet50(o -> o.width(2).auxiliary().classes(3));
        Tensor x = Tensors.randn(2, 3, 32, 32);
        Tensor y = Tensors.randint(0, 3, 2, 32, 32);
        y.select(0, 0).fill_(255);
        net.eval();
        double loss = new SegmentationTask(net).step(fathom.data.Batch.of(x, y)).sum().item();
        Tensor counted = y.narrow(0, 1, 1);
        SegmentationModel.Output output = net.output(x.narrow(0, 1, 1));
        double expected =
                Tensors.crossEntropy(output.out(), counted).item()
                        + 0.4 * Tensors.crossEntropy(output.auxiliary(), counted).item();
        assertThat(loss).isEqualTo(expected, within(1e-4));
    }
}
