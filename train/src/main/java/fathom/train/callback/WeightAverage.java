package fathom.train.callback;

import fathom.Autograd;
import fathom.Scope;
import fathom.Tensor;
import fathom.io.StateDict;
import fathom.nn.Block;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;

/**
 * An average of a network's weights over the steps of a training, with the semantics of PyTorch's {@code
 * AveragedModel}: the first update copies the weights, later ones average. Buffers, such as the statistics of batch
 * norms, are the network's own.
 *
 * {@snippet :
 * var average = WeightAverage.exponential(net, 0.999);
 * for (var batch : loader) {
 *     step(batch);
 *     average.update();
 * }
 * double loss = average.with(() -> evaluate(net));
 * average.stateDict().save(Path.of("ema.safetensors"));
 * }
 */
public final class WeightAverage {
    private final Block net;
    private final double decay;
    private final Map<String, Tensor> weights;
    private final Map<String, Tensor> averages = new LinkedHashMap<>();
    private long updates;

    private WeightAverage(Block net, double decay) {
        this.net = net;
        this.decay = decay;
        this.weights = net.namedParameters();
        try (var _ = Autograd.noGrad()) {
            weights.forEach((name, w) -> averages.put(name, w.detach().clone().keep()));
        }
    }

    /**
     * {@return an exponential moving average: {@code average = decay * average + (1 - decay) * weight}}
     *
     * @throws IllegalArgumentException unless the decay is in [0, 1]
     */
    public static WeightAverage exponential(Block net, double decay) {
        if (!(decay >= 0 && decay <= 1)) {
            throw new IllegalArgumentException("exponential: expected a decay from 0 to 1, got " + decay);
        }
        return new WeightAverage(net, decay);
    }

    /** {@return an average in which all updates have the same weight} */
    public static WeightAverage equal(Block net) {
        return new WeightAverage(net, Double.NaN);
    }

    /** Adds the network's current weights. */
    public void update() {
        double share = updates == 0 ? 1 : Double.isNaN(decay) ? 1.0 / (updates + 1) : 1 - decay;
        try (var _ = Autograd.noGrad()) {
            weights.forEach((name, w) -> {
                Tensor average = average(name);
                if (updates == 0 || !w.dtype().isFloating()) {
                    average.copy_(w);
                } else {
                    average.lerp_(w.detach(), share);
                }
            });
        }
        updates++;
    }

    private Tensor average(String name) {
        return Objects.requireNonNull(averages.get(name));
    }

    /** {@return the number of updates} */
    public long updates() {
        return updates;
    }

    /** {@return the result of a function that runs with the averaged weights in the network} */
    public <T> T with(Supplier<T> function) {
        exchange();
        try {
            return function.get();
        } finally {
            exchange();
        }
    }

    /** Exchanges the network's weights and the averages, in place; a second call restores both. */
    void exchange() {
        try (var _ = Autograd.noGrad();
                var _ = Scope.open()) {
            weights.forEach((name, w) -> {
                Tensor average = average(name);
                Tensor before = w.detach().clone();
                w.copy_(average);
                average.copy_(before);
            });
        }
    }

    /** Copies the averages into the network. */
    public void copyToNetwork() {
        try (var _ = Autograd.noGrad()) {
            weights.forEach((name, w) -> w.copy_(average(name)));
        }
    }

    /** {@return the network's state dictionary with the averages as weights, as copies} */
    public StateDict stateDict() {
        return with(() -> net.stateDict().copy());
    }

    /** {@return the averages alone and the number of updates, for checkpoints} */
    StateDict state() {
        var state = new StateDict();
        averages.forEach(state::put);
        state.metadata().put("updates", Long.toString(updates));
        return state;
    }

    /**
     * Restores a {@link #state}.
     *
     * @throws IllegalArgumentException if it is of another network
     */
    void restore(StateDict state) {
        String count = state.metadata().getOrDefault("updates", "");
        if (!count.matches("\\d{1,18}")) {
            throw new IllegalArgumentException(
                    "the number of updates of averaged weights is '%s' in the checkpoint".formatted(count));
        }
        averages.forEach((name, average) -> {
            Tensor from = state.get(name);
            if (from == null || !from.shape().equals(average.shape())) {
                throw new IllegalArgumentException(
                        "the average of %s is %s in the checkpoint, and the weight has the shape %s"
                                .formatted(name, from == null ? "missing" : from.shape(), average.shape()));
            }
        });
        try (var _ = Autograd.noGrad()) {
            averages.forEach((name, average) -> average.copy_(Objects.requireNonNull(state.get(name))));
        }
        updates = Long.parseLong(count);
    }
}
