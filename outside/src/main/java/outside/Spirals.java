package outside;

import fathom.DType;
import fathom.PointwiseFunction;
import fathom.Tensor;
import fathom.Tensors;
import fathom.data.DataLoader;
import fathom.data.TensorDataset;
import fathom.nn.Layer;
import fathom.nn.Linear;
import fathom.nn.loss.CrossEntropyLoss;
import fathom.nn.loss.Loss;
import fathom.optim.Optimizer;
import fathom.optim.Optimizers;
import fathom.train.metric.Metric;
import fathom.train.metric.Metrics;
import fathom.train.recipe.HyperParameters;
import fathom.train.recipe.PredictionOptions;
import fathom.train.recipe.Recipe;
import fathom.train.recipe.RecipeCard;
import fathom.train.recipe.RecipeExample;
import fathom.train.recipe.RecipeException;
import fathom.train.recipe.RecipeTask;
import fathom.train.recipe.TaskOptions;
import java.util.List;

/** A recipe: two spirals, told apart by a network of squared ReLUs, which Lion trains. */
public final class Spirals implements Recipe {
    private static final PointwiseFunction SQUARED_RELU = PointwiseFunction.of("squaredRelu", x -> x.max(0).square());

    private static final int HIDDEN = 64;
    private static final long POINTS = 400;

    /** Found as a service. */
    public Spirals() {}

    /** Points of the plane, {@code [N, 2]}, to scores of the two spirals. */
    static final class Net extends Layer {
        private final Linear first = new Linear(2, HIDDEN);
        private final Linear second = new Linear(HIDDEN, HIDDEN);
        private final Linear last = new Linear(HIDDEN, 2);

        @Override
        public Tensor forward(Tensor x) {
            return last.call(SQUARED_RELU.apply(second.call(first.call(x).tanh())));
        }
    }

    @Override
    public RecipeCard card() {
        return RecipeCard.of("spirals", "two spirals, told apart by squared ReLUs").withData("synthetic points", "");
    }

    @Override
    public HyperParameters hyperParameters() {
        return HyperParameters.of("lion", 0.003).withBatchSize(40).withEpochs(30);
    }

    @Override
    public Loss loss() {
        return new CrossEntropyLoss();
    }

    @Override
    public List<Metric> metrics() {
        return List.of(Metrics.accuracy());
    }

    @Override
    public List<String> classes() {
        return List.of("first", "second");
    }

    @Override
    public Optimizer optimizer(String name, List<Tensor> parameters, double lr) {
        return name.equals("lion") ? new Lion(parameters, lr) : Optimizers.create(name, parameters, lr);
    }

    @Override
    public RecipeExample example(int batchSize) {
        return new RecipeExample(new Net(), Tensors.randn(batchSize, 2), Tensors.randint(0, 2, batchSize));
    }

    @Override
    public RecipeTask open(TaskOptions options) {
        if (options.data() != null) {
            throw new RecipeException("data", "spirals makes its data itself");
        }
        return new Task(Math.min(options.limit(), POINTS), options.hyperParameters().batchSize());
    }

    private record Task(long points, int batchSize) implements RecipeTask {
        @Override
        public Layer network() {
            return new Net();
        }

        private TensorDataset spirals() {
            Tensor label = Tensors.randint(0, 2, points);
            Tensor turn = Tensors.rand(points).mul(4).add(0.5);
            Tensor angle = turn.add(label.to(DType.FLOAT32).mul(Math.PI));
            Tensor x = Tensors.stack(List.of(angle.cos().mul(turn), angle.sin().mul(turn)), 1);
            return new TensorDataset(x.div(4).keep(), label.keep());
        }

        @Override
        public DataLoader train() {
            return DataLoader.of(spirals(), batchSize).shuffle(true);
        }

        @Override
        public DataLoader test() {
            return DataLoader.of(spirals(), batchSize);
        }

        @Override
        public String data() {
            return points + " points";
        }

        /** Inputs are points: {@code 0.5,1}. */
        @Override
        public List<String> predict(Layer net, PredictionOptions asked) {
            return asked.inputs().stream().map(point -> point + ": " + of(net, point)).toList();
        }

        private static String of(Layer net, String point) {
            String[] xy = point.split(",", -1);
            Tensor x = Tensors.tensor(Float.parseFloat(xy[0]), Float.parseFloat(xy[1]));
            return net.call(x.unsqueeze(0)).argmax(1).itemLong() == 0 ? "first" : "second";
        }
    }
}
