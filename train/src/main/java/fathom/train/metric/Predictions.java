package fathom.train.metric;

import fathom.Tensor;
import fathom.Tensors;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The predicted and the actual classes of a batch, as indices.
 *
 * @param classes the number of classes
 */
record Predictions(long[] predicted, long[] actual, int classes) {
    /** The upper bound of class indices that are given without scores, and so without a number of classes. */
    static final int MOST_CLASSES = 1 << 20;

    /** What outputs and targets are. */
    enum Kind {
        /** Scores {@code [N, classes, ...]} and classes {@code [N, ...]}. */
        CLASSES,
        /** One score for each target, which is 0 or 1. */
        BINARY,
        /** Scores {@code [N, labels]} and targets of the same shape, each 0 or 1. */
        LABELS,
        /** Classes, predicted and actual, of the same shape. */
        INDICES
    }

    /**
     * {@return what they are, judged by their shapes}
     *
     * @throws IllegalArgumentException if they are none of them
     */
    static Kind kind(String metric, Tensor output, Tensor target) {
        boolean isSame = output.shape().equals(target.shape());
        if (!output.dtype().isFloating()) {
            if (isSame && output.dim() > 0) {
                return Kind.INDICES;
            }
        } else if (isScoresOf(output, target)) {
            return output.size(1) == 1 ? Kind.BINARY : Kind.CLASSES;
        } else if (isSame && output.dim() > 0) {
            return output.dim() == 2 && output.size(1) > 1 ? Kind.LABELS : Kind.BINARY;
        } else if (target.dim() == 2 && output.dim() == 1 && target.size(1) == 1 && target.size(0) == output.size(0)) {
            return Kind.BINARY;
        }
        throw new IllegalArgumentException(
                "%s: expected scores [N, classes, ...] and classes [N, ...], got %s and %s; or one score or class for each target, in the same shape"
                        .formatted(metric, output.shape(), target.shape()));
    }

    private static boolean isScoresOf(Tensor output, Tensor target) {
        if (output.dim() < 2 || target.dim() != output.dim() - 1 || target.size(0) != output.size(0)) {
            return false;
        }
        for (int d = 1; d < target.dim(); d++) {
            if (target.size(d) != output.size(d + 1)) {
                return false;
            }
        }
        return true;
    }

    /** {@return whether the predictions are undefined: a maximum score is NaN or infinite, or a single score NaN} */
    static boolean isUndefined(Kind kind, Tensor scores) {
        if (kind == Kind.INDICES || scores.numel() == 0) {
            return false;
        }
        if (kind != Kind.CLASSES) {
            return scores.isnan().any().itemBoolean();
        }
        // rows are checked one by one only if some score is minus infinity, as for masked classes
        return !Double.isFinite(scores.amax().item())
                || scores.amin().item() == Double.NEGATIVE_INFINITY
                        && scores.amax(1).amin().item() == Double.NEGATIVE_INFINITY;
    }

    /** {@return where scores exceed the threshold} */
    static Tensor positive(Tensor scores, double threshold) {
        return scores.gt(threshold);
    }

    /** {@return which targets of 0 and 1 are 1} */
    static Tensor truth(Tensor target) {
        return target.dtype().isFloating() ? target.gt(0.5) : target.ne(0);
    }

    /**
     * {@return the classes of a batch, without those whose target is ignored; null if the predictions are undefined}
     *
     * @param threshold the score above which an example is positive, where there is one score for each
     * @throws IllegalArgumentException if the shapes do not fit, or a class is out of range
     */
    static @Nullable Predictions of(
            String metric, Kind kind, Tensor output, Tensor target, double threshold, @Nullable Long ignored) {
        if (isUndefined(kind, output)) {
            return null;
        }
        long[] predicted =
                switch (kind) {
                    case CLASSES -> output.argmax(1).reshape(-1).toLongArray();
                    case BINARY, LABELS -> positive(output, threshold).to(Tensors.INT64).reshape(-1).toLongArray();
                    case INDICES -> output.to(Tensors.INT64).reshape(-1).toLongArray();
                };
        long[] actual = actual(kind, target, ignored);
        int classes =
                switch (kind) {
                    case CLASSES -> Math.toIntExact(output.size(1));
                    case BINARY, LABELS -> 2;
                    case INDICES -> MOST_CLASSES;
                };
        int n = 0;
        long greatest = -1;
        for (int i = 0; i < actual.length; i++) {
            if (ignored != null && actual[i] == ignored) {
                continue;
            }
            check(metric, "target", actual[i], classes);
            check(metric, "prediction", predicted[i], classes);
            greatest = Math.max(greatest, Math.max(actual[i], predicted[i]));
            actual[n] = actual[i];
            predicted[n++] = predicted[i];
        }
        return new Predictions(
                Arrays.copyOf(predicted, n),
                Arrays.copyOf(actual, n),
                kind == Kind.INDICES ? (int) greatest + 1 : classes);
    }

    private static long[] actual(Kind kind, Tensor target, @Nullable Long ignored) {
        if (kind == Kind.CLASSES || kind == Kind.INDICES) {
            return target.to(Tensors.INT64).reshape(-1).toLongArray();
        }
        Tensor truth = truth(target).to(Tensors.INT64);
        return (ignored == null ? truth : truth.maskedFill(target.eq(ignored), ignored)).reshape(-1).toLongArray();
    }

    private static void check(String metric, String what, long index, int classes) {
        if (index < 0 || index >= classes) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "%s: a %s is %d, and the classes are 0 to %d; the option ignore leaves out a target",
                            metric,
                            what,
                            index,
                            classes - 1));
        }
    }
}
