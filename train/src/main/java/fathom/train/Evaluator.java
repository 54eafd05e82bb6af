package fathom.train;

import fathom.Autograd;
import fathom.Generator;
import fathom.Scope;
import fathom.Tensor;
import fathom.Tensors;
import fathom.data.Batch;
import fathom.data.DataLoader;
import fathom.nn.Block;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Runs a task on data without training it. It restores the network's mode and the state of the random generator. */
final class Evaluator<B> {
    private final Task<B> task;
    private final TrainerOptions options;

    Evaluator(Task<B> task, TrainerOptions options) {
        this.task = task;
        this.options = options;
    }

    /** {@return what {@code body} returns in evaluation mode, without gradients} */
    <T> T inEvaluation(Supplier<T> body) {
        Block net = task.net();
        boolean mode = net.isTraining();
        // a copy: numbers drawn in evaluation must not advance the generator of training or of other threads
        var generator = new Generator().setState(Generator.current().getState());
        net.eval();
        try (var _ = Autograd.noGrad();
                var _ = generator.open()) {
            return body.get();
        } finally {
            net.train(mode);
        }
    }

    /**
     * {@return the means over a data set, the metrics, and the task's own results}
     *
     * @param warn receives one line on the cause of the first NaN or infinite loss
     */
    Evaluation run(DataLoader data, Consumer<String> warn) {
        return inEvaluation(() -> evaluate(data, warn));
    }

    private Evaluation evaluate(DataLoader data, Consumer<String> warn) {
        MetricTallies tallies = MetricTallies.start(options.metricsOf(task));
        TaskTally<B> own = task.evaluation();
        var means = new StepResult.Means();
        // results of a task's own cannot be merged, so every process computes all of them
        var peers = new Peers(own == null ? options.group : null);
        data.shardOrSkip(peers.rank(), peers.size());
        var examples = new TrainingState();
        long number = 0;
        boolean isFinite = true;
        try (var batches = data.iterator()) {
            while (batches.hasNext()) {
                try (var _ = Scope.open()) {
                    Batch batch = options.onDevice(batches.next());
                    B b = task.batch(batch);
                    StepResult result = result(b, batch);
                    number++;
                    if (isFinite && !Double.isFinite(result.loss())) {
                        isFinite = false;
                        warn.accept(warning(result, number, data.size(), batch));
                    }
                    means.add(result.loss(), result.losses(), result.weight());
                    examples.examples += batch.size();
                    tallies.add(result.output(), result.target());
                    if (own != null) {
                        own.add(b);
                    }
                }
            }
        }
        data.shardOrSkip(0, 1);
        peers.merge(means, tallies, examples);
        var values = new LinkedHashMap<>(means.means());
        values.putAll(tallies.values());
        if (own != null) {
            values.putAll(own.values());
        }
        return new Evaluation(means.mean(), values, examples.examples);
    }

    private StepResult result(B b, Batch batch) {
        var results = new StepResult.Collector();
        try (var _ = options.precision.open()) {
            Losses losses = task.evaluate(b);
            results.add(losses, losses.sum());
        }
        List<Tensor> in = batch.tensors();
        StepResult.Layout layout = results.layout(in);
        return layout.read(results.tensors(), in, batch.size());
    }

    /** {@return the predictions for all batches, concatenated along dimension 0} */
    Tensor predict(DataLoader data) {
        return inEvaluation(() -> {
            var predictions = new ArrayList<Tensor>();
            try (var batches = data.iterator();
                    var _ = options.precision.open()) {
                while (batches.hasNext()) {
                    predictions.add(Scope.returning(() -> task.predict(task.batch(options.onDevice(batches.next())))));
                }
            }
            if (predictions.isEmpty()) {
                throw new IllegalArgumentException("predict: the data has no batch");
            }
            return predictions.size() == 1 ? predictions.getFirst() : Tensors.cat(predictions, 0);
        });
    }

    private static String warning(StepResult result, long number, long batches, Batch batch) {
        return String.format(
                Locale.ROOT,
                "the loss of batch %d of %d in the evaluation is %s, %s",
                number,
                batches,
                result.loss(),
                NonFinite.cause(batch, result.output()));
    }
}
