package fathom.train.search;

import java.io.Serializable;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One choice of hyper-parameters, to be tried. Serialisable, without its folder: it may be tried elsewhere. */
public final class Trial implements Serializable {
    private static final long serialVersionUID = 1;

    private final int index;
    private final LinkedHashMap<String, Object> parameters;
    private final int budget;
    private final long seed;
    private final transient @Nullable Path folder;

    Trial(int index, Map<String, Object> parameters, int budget, long seed, @Nullable Path folder) {
        this.index = index;
        this.parameters = new LinkedHashMap<>(parameters);
        this.budget = budget;
        this.seed = seed;
        this.folder = folder;
    }

    /** {@return the number of the trial, from 0} */
    public int index() {
        return index;
    }

    /** {@return the hyper-parameters: Long, Double, String and Boolean} */
    public Map<String, Object> parameters() {
        return Collections.unmodifiableMap(parameters);
    }

    /** {@return the number of epochs to train for, in all; under successive halving it grows with the rounds} */
    public int budget() {
        return budget;
    }

    /** {@return a seed for this trial, the same whenever the search is run} */
    public long seed() {
        return seed;
    }

    /**
     * {@return a folder for the trial's checkpoints; empty if the search has none} A trial that is tried again with a
     * larger budget has the same folder, so a trainer with {@code resume(true)} continues.
     */
    public Optional<Path> folder() {
        return Optional.ofNullable(folder);
    }

    /**
     * {@return a hyper-parameter that is a number}
     *
     * @throws IllegalArgumentException if there is none of that name, or it is no number
     */
    public double real(String name) {
        return value(name, Number.class).doubleValue();
    }

    /**
     * {@return a hyper-parameter that is a whole number}
     *
     * @throws IllegalArgumentException if there is none of that name, or it is no whole number
     */
    public int integer(String name) {
        return Math.toIntExact(value(name, Long.class));
    }

    /**
     * {@return a hyper-parameter that is a text}
     *
     * @throws IllegalArgumentException if there is none of that name, or it is no text
     */
    public String text(String name) {
        return value(name, String.class);
    }

    /**
     * {@return a hyper-parameter that is true or false}
     *
     * @throws IllegalArgumentException if there is none of that name, or it is neither
     */
    public boolean flag(String name) {
        return value(name, Boolean.class);
    }

    private <T> T value(String name, Class<T> type) {
        Object value = parameters.get(name);
        if (!type.isInstance(value)) {
            throw new IllegalArgumentException(
                    value == null
                            ? "trial: there is no hyper-parameter %s, only %s".formatted(name, parameters.keySet())
                            : "trial: the hyper-parameter %s is %s, not a %s"
                                    .formatted(name, value, type.getSimpleName()));
        }
        return type.cast(value);
    }

    @Override
    public String toString() {
        return "trial %s: %s".formatted(index, parameters);
    }
}
