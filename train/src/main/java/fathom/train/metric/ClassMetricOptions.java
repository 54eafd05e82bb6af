package fathom.train.metric;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Options of the metrics of classifiers, such as {@link Metrics#f1(java.util.function.Consumer)}. */
public final class ClassMetricOptions {
    Average average;
    @Nullable Integer only;
    int positive = 1;
    double threshold;
    @Nullable Long ignored;
    boolean isLogits = true;

    ClassMetricOptions(Average average) {
        this.average = average;
    }

    /** How the metrics of the classes become one number. Default: as stated at the metric. */
    public ClassMetricOptions average(Average average) {
        this.average = Objects.requireNonNull(average);
        return this;
    }

    /** Reports the metric of one class alone, whatever the average. Default: none. */
    public ClassMetricOptions ofClass(int index) {
        this.only = notNegative("ofClass", index);
        return this;
    }

    /** The positive class, for {@link Average#BINARY}. Default: 1. */
    public ClassMetricOptions positive(int index) {
        if (index != 0 && index != 1) {
            throw new IllegalArgumentException("positive: must be one of the two classes, 0 or 1, is " + index);
        }
        this.positive = index;
        return this;
    }

    /**
     * The score above which an example is positive, where there is one score per example or label. Default: 0, for
     * logits; probabilities need 0.5.
     */
    public ClassMetricOptions threshold(double threshold) {
        this.threshold = threshold;
        return this;
    }

    /** The target whose examples are not counted, such as 255 for the borders in segmentation. Default: none. */
    public ClassMetricOptions ignore(long target) {
        this.ignored = target;
        return this;
    }

    /**
     * Whether scores of classes are logits, of which the metrics of rankings take the softmax. Default: yes; otherwise
     * they are probabilities, and used as they are.
     */
    public ClassMetricOptions logits(boolean logits) {
        this.isLogits = logits;
        return this;
    }

    private static int notNegative(String name, int index) {
        if (index < 0) {
            throw new IllegalArgumentException("%s: must not be negative, is %s".formatted(name, index));
        }
        return index;
    }
}
