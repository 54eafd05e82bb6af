package fathom.train;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * The results of one epoch. Prints as the course does: {@code loss 0.469, train acc 0.823, test acc 0.779}.
 *
 * @param epoch counted from 1
 * @param loss the mean training loss over the epoch's batches, each with the weights at that time
 * @param train the metrics on the training data, likewise
 * @param test the mean loss (named {@code loss}) and the metrics on the test data after the epoch; empty without test
 *     data
 * @param lr the learning rate at the end of the epoch
 * @param seconds the training time in seconds, without evaluation
 * @param examples the number of training examples processed
 */
public record EpochResult(
        int epoch,
        double loss,
        Map<String, Double> train,
        Map<String, Double> test,
        double lr,
        double seconds,
        long examples) {
    /** Takes copies of the maps, in their order. */
    public EpochResult {
        train = Collections.unmodifiableMap(new LinkedHashMap<>(train));
        test = Collections.unmodifiableMap(new LinkedHashMap<>(test));
    }

    /** {@return the training throughput in examples per second} */
    public double examplesPerSecond() {
        return examples / seconds;
    }

    /** {@return all losses and metrics by name, as printed: {@code train loss}, {@code test acc}} */
    public Map<String, Double> scores() {
        var scores = new LinkedHashMap<String, Double>();
        scores.put("train loss", loss);
        train.forEach((name, value) -> scores.put("train " + name, value));
        test.forEach((name, value) -> scores.put("test " + name, value));
        return scores;
    }

    @Override
    public String toString() {
        var text = new StringBuilder(format("loss", loss));
        train.forEach((name, value) -> text.append(", ").append(format("train " + name, value)));
        if (train.isEmpty() && test.containsKey("loss")) {
            text.append(", ").append(format("test loss", test.get("loss")));
        }
        test.forEach((name, value) -> {
            if (!name.equals("loss")) {
                text.append(", ").append(format("test " + name, value));
            }
        });
        return text.toString();
    }

    static String format(String name, Double value) {
        // three decimals, unless they would all be zeros
        String digits = value != 0 && Math.abs(value) < 0.0005 ? "%.2e" : "%.3f";
        return name + " " + String.format(Locale.ROOT, digits, value);
    }
}
