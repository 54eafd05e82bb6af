package fathom.train;

import fathom.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The losses of a batch by name, and what else the trainer needs to know of it. Their sum is minimised, and recorded as
 * {@code loss}; each of several is shown, recorded, and averaged over the epoch by its own name.
 *
 * {@snippet :
 * return Losses.of("class", crossEntropy(scores, labels)).and("box", l1Loss(offsets, targets)).output(scores, labels);
 * }
 */
public final class Losses {
    /** The name of the only loss of most tasks, which is also that of the sum. */
    static final String LOSS = "loss";

    private final Map<String, Tensor> losses = new LinkedHashMap<>();
    private final Map<String, Tensor> shown = new LinkedHashMap<>();
    private @Nullable Tensor output;
    private @Nullable Tensor target;
    private @Nullable Tensor weight;

    private Losses() {}

    /**
     * {@return one loss}
     *
     * @param loss a single number, usually the mean over the batch
     */
    public static Losses of(String name, Tensor loss) {
        return new Losses().and(name, loss);
    }

    /**
     * Adds a loss.
     *
     * @param loss a single number, usually the mean over the batch
     * @throws IllegalArgumentException if it is not a single number, or the name is taken
     */
    public Losses and(String name, Tensor loss) {
        return put(losses, name, loss);
    }

    /**
     * Adds a value that is shown, recorded and averaged like a loss, but not minimised.
     *
     * @param value a single number, usually the mean over the batch
     * @throws IllegalArgumentException as {@link #and}
     */
    public Losses show(String name, Tensor value) {
        return put(shown, name, value.detach());
    }

    private Losses put(Map<String, Tensor> to, String name, Tensor value) {
        if (value.numel() != 1) {
            throw new IllegalArgumentException(
                    "the loss%s must be a single number, the mean over the batch; it has shape %s"
                            .formatted(name.equals(LOSS) ? "" : " " + name, value.shape()));
        }
        if (losses.containsKey(name) || shown.containsKey(name) || to == shown && name.equals(LOSS)) {
            throw new IllegalArgumentException("Losses: there are two values named " + name);
        }
        to.put(name, value);
        return this;
    }

    /**
     * The output of the network and the targets, for the {@linkplain Task#metrics metrics}.
     *
     * @return this
     */
    public Losses output(Tensor output, Tensor target) {
        this.output = Objects.requireNonNull(output);
        this.target = Objects.requireNonNull(target);
        return this;
    }

    /**
     * The weight of this batch in the averages over the epoch and among accumulated batches, if it is not the number of
     * examples: for instance, the number of tokens that the losses are means over.
     *
     * @param weight a single number, computed from the batch: Java code of a captured step does not run for each batch
     * @return this
     */
    public Losses weight(Tensor weight) {
        if (weight.numel() != 1) {
            throw new IllegalArgumentException(
                    "Losses: the weight must be a single number; it has shape " + weight.shape());
        }
        this.weight = weight.detach();
        return this;
    }

    /** {@return the losses by name} */
    public Map<String, Tensor> losses() {
        return Collections.unmodifiableMap(losses);
    }

    /** {@return the sum of the losses, a scalar} */
    public Tensor sum() {
        Tensor sum = null;
        for (Tensor loss : losses.values()) {
            Tensor scalar = loss.dim() == 0 ? loss : loss.reshape();
            sum = sum == null ? scalar : sum.add(scalar);
        }
        return Objects.requireNonNull(sum);
    }

    /** {@return these losses and those of another phase} */
    Losses with(Losses other) {
        var all = new Losses();
        for (Losses l : List.of(this, other)) {
            l.losses.forEach(all::and);
            l.shown.forEach(all::show);
            if (l.output != null && l.target != null) {
                all.output(l.output, l.target);
            }
            all.weight = l.weight == null ? all.weight : l.weight;
        }
        return all;
    }

    Map<String, Tensor> shown() {
        return shown;
    }

    @Nullable Tensor output() {
        return output;
    }

    @Nullable Tensor target() {
        return target;
    }

    @Nullable Tensor weight() {
        return weight;
    }

    /** {@return the values by name: {@code Losses(class=0.6931, box=0.25)}} */
    @Override
    public String toString() {
        var values = new ArrayList<String>();
        losses.forEach((name, loss) -> values.add(text(name, loss)));
        shown.forEach((name, value) -> values.add(text(name, value)));
        return "Losses(" + String.join(", ", values) + ")";
    }

    private static String text(String name, Tensor value) {
        return String.format(Locale.ROOT, "%s=%.6g", name, value.item());
    }
}
