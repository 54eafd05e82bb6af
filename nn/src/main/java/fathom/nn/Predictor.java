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
 * <p>Calls record no gradients, give back what they used when they end, and replay a {@linkplain Captured captured
 * plan} once three calls have had inputs of the same shape, with the same numbers as the model's own {@code forward}.
 * Each call leases a lane, which holds the memory that a plan computes in. There are as many lanes as threads may
 * compute at a time; further calls wait for one, so memory does not grow with the number of callers.
 *
 * <p>The model's parameters may be written between calls, {@code loadStateDict} for instance, and later calls see the
 * new values; a call that runs meanwhile may see some of either. A model that keeps a state from call to call, such as
 * the hidden state of a recurrent network, is not for a predictor.
 */
public final class Predictor {
    private final Layer model;
    private final int lanes;
    private final Semaphore free;

    /** Lanes that nobody leases; the one used last comes first, as its memory is still in the cache. */
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

    /** {@return a predictor with a lane for each processor; puts {@code model} in evaluation mode} */
    public static Predictor of(Layer model) {
        return of(model, Runtime.getRuntime().availableProcessors());
    }

    /**
     * {@return a predictor; puts {@code model} in evaluation mode}
     *
     * @param lanes how many calls compute at a time, at least 1
     */
    public static Predictor of(Layer model, int lanes) {
        return new Predictor(model, lanes);
    }

    /**
     * {@return the model's result for one input, without history}
     *
     * @param x a batch of whatever shape the model takes; it is not written
     * @throws IllegalStateException if the model was put back into training mode
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

    /** {@return how many calls compute at a time} */
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
