package fathom.train.recipe;

import fathom.DType;
import fathom.Device;
import fathom.Generator;
import fathom.Tensor;
import fathom.Tensors;
import fathom.data.DataLoader;
import fathom.data.Dataset;
import fathom.data.TensorDataset;
import fathom.nn.Init;
import fathom.nn.Layer;
import fathom.nn.Linear;
import fathom.nn.Sequential;
import fathom.nn.loss.Loss;
import fathom.nn.loss.MSELoss;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Linear regression on synthetic points: a known linear function with Gaussian noise.
 *
 * @see <a href="https://d2l.ai/chapter_linear-regression/linear-regression-concise.html">Dive into Deep Learning,
 *     Concise Implementation of Linear Regression</a>
 */
public final class LinearRegression implements Recipe {
    private static final int POINTS = 1000;
    private static final double[] TRUE_WEIGHT = {2, -3.4};
    private static final double TRUE_BIAS = 4.2;
    private static final double NOISE = 0.01;

    /** For {@code fathom train linear}. */
    public LinearRegression() {}

    @Override
    public RecipeCard card() {
        return RecipeCard.of("linear", "linear regression on 1,000 synthetic points")
                .withSection("3.3")
                .withData("synthetic points", "");
    }

    @Override
    public HyperParameters hyperParameters() {
        return HyperParameters.of("sgd", 0.03).withBatchSize(10).withEpochs(3);
    }

    @Override
    public Loss loss() {
        return new MSELoss();
    }

    @Override
    public RecipeExample example(int batchSize) {
        return new RecipeExample(net(), Tensors.randn(batchSize, 2), Tensors.randn(batchSize, 1));
    }

    private static Layer net() {
        var layer = new Linear(2, 1);
        Init.normal_(layer.weight, 0, 0.01);
        Tensor bias = layer.bias;
        if (bias != null) {
            Init.zeros_(bias);
        }
        return new Sequential(layer);
    }

    private static Dataset points(long count) {
        Tensor x = Tensors.randn(count, 2);
        Tensor y =
                x.matmul(Tensors.tensor(TRUE_WEIGHT).unsqueeze(1))
                        .add(TRUE_BIAS)
                        .add(Tensors.normal(0, NOISE, count, 1));
        return new TensorDataset(x.keep(), y.keep());
    }

    @Override
    public RecipeTask open(TaskOptions options) {
        if (options.data() != null) {
            throw new RecipeException("data", "linear generates its own data");
        }
        if (options.limit() != TaskOptions.ALL) {
            throw new RecipeException("limit", "linear generates its own data");
        }
        return new Task(options);
    }

    private static final class Task implements RecipeTask {
        private final TaskOptions options;
        private @Nullable DataLoader train;

        Task(TaskOptions options) {
            this.options = options;
        }

        @Override
        public Layer network() {
            return net();
        }

        @Override
        public DataLoader train() {
            if (train == null) {
                train = DataLoader.of(points(POINTS), options.hyperParameters().batchSize()).shuffle(true);
            }
            return train;
        }

        @Override
        public DataLoader evaluation() {
            return DataLoader.of(testPoints(), options.hyperParameters().batchSize());
        }

        /** Points that differ from the training points. */
        private Dataset testPoints() {
            try (var _ = new Generator(options.seed() + 1).open()) {
                return points(POINTS);
            }
        }

        @Override
        public String data() {
            return String.format(Locale.ROOT, "%,d points", POINTS);
        }

        /** Inputs are pairs of numbers: {@code 1.5,-2}. */
        @Override
        public List<String> predict(Layer net, PredictionOptions asked) {
            Dataset points;
            if (asked.inputs().isEmpty()) {
                Dataset all = testPoints();
                points = all.range(0, Math.min(asked.count(), all.size()));
            } else {
                Tensor x = Tensors.tensor(asked.inputs().stream().map(Task::pair).toArray(double[][]::new));
                points = new TensorDataset(x.to(DType.FLOAT32), x.to(DType.FLOAT32));
            }
            var lines = new ArrayList<String>();
            Device device = net.parameters().getFirst().device();
            for (int i = 0; i < points.size(); i++) {
                var point = points.get(i);
                float[] x = point.x().toFloatArray();
                double y = net.call(point.x().unsqueeze(0).to(device)).item();
                lines.add(
                        String.format(Locale.ROOT, "(%.3f, %.3f): %.3f", x[0], x[1], y)
                                + (asked.inputs().isEmpty()
                                        ? String.format(Locale.ROOT, " (is %.3f)", point.y().item())
                                        : ""));
            }
            return lines;
        }

        private static double[] pair(String text) {
            String[] parts = text.split(",", -1);
            try {
                if (parts.length == 2) {
                    return new double[] {Double.parseDouble(parts[0]), Double.parseDouble(parts[1])};
                }
            } catch (NumberFormatException e) {
                // refused below
            }
            throw new RecipeException("linear predicts for pairs of numbers such as 1.5,-2, not " + text);
        }
    }
}
