package outside;

import fathom.Tensor;
import fathom.nn.Linear;
import fathom.train.Losses;
import fathom.train.Task;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A task of two networks, with batches and losses of its own: points pass through one dimension, with their weights.
 */
final class Reconstruction extends Task<Reconstruction.Points> {
    /** How often the step ran in Java. */
    static final AtomicInteger RUNS = new AtomicInteger();

    /**
     * A batch.
     *
     * @param at {@code [N, 2]}
     * @param weight {@code [N]}
     */
    record Points(Tensor at, Tensor weight) {}

    private final Linear encoder;
    private final Linear decoder;

    Reconstruction(Linear encoder, Linear decoder) {
        super(encoder, decoder);
        this.encoder = encoder;
        this.decoder = decoder;
    }

    @Override
    public Losses step(Points p) {
        RUNS.incrementAndGet();
        Tensor code = encoder.forward(p.at());
        Tensor distance = decoder.forward(code).sub(p.at()).square().sum(1);
        return Losses.of("distance", distance.mul(p.weight()).mean()).and("code", code.square().mean().mul(1e-3));
    }
}
