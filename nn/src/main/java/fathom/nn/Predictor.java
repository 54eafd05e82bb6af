package fathom.nn;

import fathom.Autograd;
import fathom.Captured;
import fathom.Tensor;
import java.util.ArrayDeque;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Semaphore;
import java.util.function.UnaryOperator;

/**
 * A trained model for inference from any number of threads, as a server needs it.
 *
 * {@snippet :
 * var predictor = Predictor.of(net);                    // puts net in evaluation mode
 * // on any thread, platform or virtual:
 * float[] scores = predictor.predict(tensor(request)).toFloatArray();
 * }
 *
 * <p>Calls record no gradients, free their intermediate memory when they return, and replay a {@linkplain Captured
 * captured plan} after three calls with inputs of the same shape, with results bit for bit those of the model's own
 * {@code forward}. Each call leases a lane, which owns the memory that a plan computes in. The number of lanes bounds
 * the number of calls that may compute at a time; further calls wait for a free one, so memory does not grow with the
 * number of callers.
 *
 * <p>The model's parameters may be written between calls, by {@code loadStateDict} for instance, and later calls see
 * the new values; a call that runs meanwhile may see a mixture. A model that keeps state from call to call, such as the
 * hidden state of a recurrent network, must not be used with a predictor.
 */
public final class Predictor {
    private final Layer model;
    private final int lanes;
    private final Semaphore free;

    /** Free lanes, the most recently used first, because its memory is still in the cache. */
    private final ArrayDeque<Captured> idle = new ArrayDeque<>();

    private Predictor(Layer model, int lanes) {
        this.model = Objects.requireNonNull(model, "model");
        if (lanes < 1) {
            throw new IllegalArgumentException("Predictor: lanes must be at least 1, got " + lanes);
        }
        this.lanes = lanes;
        this.free = new Semaphore(lanes);
        model.eval();
        UnaryOperator<Tensor> forward = model::call;
        for (int i = 0; i < lanes; i++) {
            idle.add(Captured.of(forward));
        }
    }

    /** {@return a predictor with a lane per processor; puts {@code model} into evaluation mode} */
    public static Predictor of(Layer model) {
        return of(model, Runtime.getRuntime().availableProcessors());
    }

    /**
     * {@return a predictor; puts {@code model} into evaluation mode}
     *
     * @param lanes the number of calls that may compute at a time, at least 1
     */
    public static Predictor of(Layer model, int lanes) {
        return new Predictor(model, lanes);
    }

    /**
     * {@return the model's result for one input, detached from any graph}
     *
     * @param x a batch of any shape that the model accepts; it is not modified
     * @throws IllegalStateException if the model is in training mode again
     */
    public Tensor predict(Tensor x) {
        if (model.isTraining()) {
            throw new IllegalStateException(
                    "predict: %s is in training mode; call eval() on it when training has ended"
                            .formatted(model.getClass().getSimpleName()));
        }
        free.acquireUninterruptibly();
        try (var off = Autograd.noGrad()) {
            Captured lane = lease();
            try {
                return lane.call(x.detach());
            } finally {
                giveBack(lane);
            }
        } finally {
            free.release();
        }
    }

    private Captured lease() {
        synchronized (idle) {
            return idle.removeFirst();
        }
    }

    private void giveBack(Captured lane) {
        synchronized (idle) {
            idle.addFirst(lane);
        }
    }

    /** {@return the number of calls that may compute at a time} */
    public int lanes() {
        return lanes;
    }

    /** {@return the model} */
    public Layer model() {
        return model;
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "Predictor(%s, lanes=%d)", model.getClass().getSimpleName(), lanes);
    }
}
