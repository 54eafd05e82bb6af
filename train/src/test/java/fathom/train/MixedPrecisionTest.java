package fathom.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import fathom.DType;
import fathom.Precision;
import fathom.Tensor;
import fathom.Tensors;
import fathom.data.DataLoader;
import fathom.data.TensorDataset;
import fathom.nn.Flatten;
import fathom.nn.Layer;
import fathom.nn.Linear;
import fathom.nn.Sequential;
import fathom.nn.activation.ReLU;
import fathom.nn.conv.Conv2d;
import fathom.nn.loss.CrossEntropyLoss;
import fathom.nn.norm.BatchNorm2d;
import fathom.nn.pool.AdaptiveAvgPool2d;
import fathom.nn.pool.MaxPool2d;
import fathom.optim.Adam;
import fathom.train.metric.Metric;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;

/** Training with {@link Precision#BFLOAT16}. */
@ResourceLock(Resources.SYSTEM_PROPERTIES)
class MixedPrecisionTest {
    private static final String PROPERTY = "fathom.bfloat16";
    private static final int SIDE = 12;

    private String before = "auto";

    @BeforeEach
    void allow() {
        before = System.getProperty(PROPERTY, "auto");
        System.setProperty(PROPERTY, "always");
    }

    @AfterEach
    void restore() {
        System.setProperty(PROPERTY, before);
    }

    private static Layer net() {
        Tensors.manualSeed(1);
        return new Sequential(
                new Conv2d(1, 8, 3, c -> c.padding(1)),
                new BatchNorm2d(8),
                new ReLU(),
                new MaxPool2d(2),
                new Conv2d(8, 16, 3, c -> c.padding(1).bias(false)),
                new BatchNorm2d(16),
                new ReLU(),
                new AdaptiveAvgPool2d(1),
                new Flatten(),
                new Linear(16, 4));
    }

    /** Noisy stripes: lying, standing, and slanting in both directions. */
    private static TensorDataset stripes(int n, long seed) {
        var random = new SplittableRandom(seed);
        var x = new float[n][SIDE * SIDE];
        var y = new long[n];
        for (int i = 0; i < n; i++) {
            y[i] = i % 4;
            int phase = random.nextInt(4);
            for (int p = 0; p < SIDE * SIDE; p++) {
                int row = p / SIDE;
                int column = p % SIDE;
                int along =
                        switch (i % 4) {
                            case 0 -> row;
                            case 1 -> column;
                            case 2 -> row + column;
                            default -> row - column + SIDE;
                        };
                x[i][p] = ((along + phase) % 4 < 2 ? 1 : -1) + (float) random.nextDouble(-1.5, 1.5);
            }
        }
        return new TensorDataset(
                Tensors.tensor(x, DType.FLOAT32).reshape(n, 1, SIDE, SIDE).keep(), Tensors.tensor(y).keep());
    }

    private static Run train(Layer net, Precision precision) {
        return new Trainer(
                        net,
                        t ->
                                t.loss(new CrossEntropyLoss())
                                        .optimizer(p -> new Adam(p, 0.01))
                                        .precision(precision)
                                        .seed(0)
                                        .progress(false))
                .fit(
                        DataLoader.of(stripes(256, 1), 32).shuffle(true),
                        DataLoader.of(stripes(128, 2), 64),
                        Epochs.of(6));
    }

    @Test
    void aConvolutionalNetworkWithBatchNormLearnsAsWell() {
        Layer wide = net();
        Layer narrow = net();
        double inFloat32 = train(wide, Precision.FLOAT32).last().test().get("acc");
        double inBfloat16 = train(narrow, Precision.BFLOAT16).last().test().get("acc");
        assertThat(inFloat32).isGreaterThan(0.9);
        assertThat(inBfloat16).isGreaterThan(inFloat32 - 0.05);
        assertThat(narrow.parameters().stream().map(Tensor::dtype)).containsOnly(DType.FLOAT32);
        assertThat(narrow.parameters().getFirst().toFloatArray())
                .isNotEqualTo(wide.parameters().getFirst().toFloatArray());
    }

    @Test
    void evaluationComputesInIt() {
        Layer net = net();
        var types = new ArrayList<DType>();
        Metric spy = new Spy(types);
        var data = DataLoader.of(stripes(64, 3), 32);
        Evaluation narrow = new Trainer(net, t -> t.precision(Precision.BFLOAT16).metrics(spy)).evaluate(data);
        Evaluation wide = new Trainer(net, t -> t.metrics(spy)).evaluate(data);
        assertThat(types).containsOnly(DType.FLOAT32);
        assertThat(narrow.loss()).isNotEqualTo(wide.loss()).isCloseTo(wide.loss(), within(0.02));
        assertThat(Precision.current()).isEqualTo(Precision.FLOAT32);
    }

    @Test
    void isRefusedWhereItWouldBeSlower() {
        System.setProperty(PROPERTY, "never");
        assertThatThrownBy(() -> new Trainer(net(), t -> t.precision(Precision.BFLOAT16)))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageStartingWith("precision BFLOAT16: bfloat16 would be slower than float32 here");
    }

    /** Notes the types of what it is given. */
    private record Spy(List<DType> types) implements Metric, Metric.Tally {
        @Override
        public String name() {
            return "spy";
        }

        @Override
        public boolean higherIsBetter() {
            return true;
        }

        @Override
        public Tally start() {
            return this;
        }

        @Override
        public void add(Tensor output, Tensor target) {
            types.add(output.dtype());
        }

        @Override
        public double value() {
            return types.size();
        }

        @Override
        public double[] state() {
            return new double[0];
        }

        @Override
        public void restore(double[] state) {
            // nothing to go on from
        }
    }
}
