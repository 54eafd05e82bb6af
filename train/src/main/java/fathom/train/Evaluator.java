package fathom.train;

import fathom.Autograd;
import fathom.DType;
import fathom.Device;
import fathom.Generator;
import fathom.Precision;
import fathom.Scope;
import fathom.Tensor;
import fathom.data.Batch;
import fathom.data.DataLoader;
import fathom.nn.Layer;
import fathom.train.metric.Metric;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.function.BinaryOperator;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Evaluates a network on a data set. It restores the network's mode and the state of the random generator.
 *
 * @param device the device that batches are copied to; null for no copy
 * @param warn receives one line on the cause of the first NaN or infinite loss
 */
record Evaluator(
        Layer net,
        BinaryOperator<Tensor> loss,
        List<Metric> metrics,
        Precision precision,
        @Nullable Device device,
        Consumer<String> warn) {
    /** {@return a batch, copied to the device if it is not null} */
    static Batch on(@Nullable Device device, Batch batch) {
        return device == null ? batch : batch.to(device);
    }

    /** {@return the output as passed to metrics: metrics accumulate, so bfloat16 is converted to float32} */
    static Tensor forMetrics(Tensor output) {
        return output.dtype() == DType.BFLOAT16 ? output.to(DType.FLOAT32) : output;
    }

    private static String warning(double loss, long number, long batches, String cause) {
        return String.format(
                Locale.ROOT, "the loss of batch %d of %d in the evaluation is %s, %s", number, batches, loss, cause);
    }

    Evaluation run(DataLoader data) {
        boolean mode = net.isTraining();
        // a copy: numbers drawn in evaluation must not advance the generator of training or of other threads
        var generator = new Generator().setState(Generator.current().getState());
        var tallies = metrics.stream().map(Metric::start).toList();
        double sum = 0;
        long examples = 0;
        long number = 0;
        net.eval();
        try (var _ = Autograd.noGrad();
                var _ = generator.open();
                var batches = data.iterator()) {
            while (batches.hasNext()) {
                try (var _ = Scope.open()) {
                    Batch batch = on(device, batches.next());
                    Tensor output;
                    double l;
                    try (var _ = precision.open()) {
                        output = net.call(batch.x());
                        l = loss.apply(output, batch.y()).item();
                    }
                    number++;
                    if (!Double.isFinite(l) && Double.isFinite(sum)) {
                        warn.accept(warning(l, number, data.size(), NonFinite.cause(batch, output)));
                    }
                    sum += l * batch.size();
                    examples += batch.size();
                    for (Metric.Tally t : tallies) {
                        t.add(forMetrics(output), batch.y());
                    }
                }
            }
        } finally {
            net.train(mode);
        }
        var values = new LinkedHashMap<String, Double>();
        for (int i = 0; i < metrics.size(); i++) {
            values.put(metrics.get(i).name(), tallies.get(i).value());
        }
        return new Evaluation(examples == 0 ? Double.NaN : sum / examples, values, examples);
    }
}
