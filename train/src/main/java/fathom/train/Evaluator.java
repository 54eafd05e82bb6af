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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.function.BinaryOperator;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A pass through data without learning. It leaves the network's mode and the random generator as they were.
 *
 * @param device where batches are copied to; null to leave them where they are
 * @param warn told, in one line, where the first loss came from that is NaN or infinite
 */
record Evaluator(
        Layer net,
        BinaryOperator<Tensor> loss,
        List<Metric> metrics,
        Precision precision,
        @Nullable Device device,
        Consumer<String> warn) {
    /** {@return a batch on the device that the options name, if they name one} */
    static Batch on(@Nullable Device device, Batch batch) {
        return device == null ? batch : batch.to(device);
    }

    /** What metrics are computed from: metrics add up, so they are given no narrow type. */
    static Tensor measured(Tensor output) {
        return output.dtype() == DType.BFLOAT16 ? output.to(DType.FLOAT32) : output;
    }

    private static String warning(double loss, long number, long batches, String cause) {
        return String.format(
                Locale.ROOT, "the loss of batch %d of %d in the evaluation is %s, %s", number, batches, loss, cause);
    }

    Evaluation run(DataLoader data) {
        boolean mode = net.isTraining();
        // a copy: what evaluation draws is no part of the training's sequence, nor of other threads'
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
                        t.add(measured(output), batch.y());
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
