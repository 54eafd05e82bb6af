package fathom.train.recipe;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The options with which a recipe is opened.
 *
 * @param hyperParameters the effective hyper-parameters; the batch size also applies to evaluation
 * @param data the data to use, as {@link RecipeCard#dataOption} describes it; null for the recipe's own
 * @param limit the maximum number of training examples, and of test examples; {@link #ALL} for all
 * @param seed the seed of the run
 * @param own the recipe's {@linkplain Recipe#options own options} by name, with their defaults
 * @param settings the config in the run's folder, if the run exists; else empty
 * @param notice receives lines for the user
 */
public record TaskOptions(
        HyperParameters hyperParameters,
        @Nullable String data,
        int limit,
        long seed,
        Map<String, String> own,
        Map<String, Object> settings,
        Consumer<String> notice) {
    /** No limit. */
    public static final int ALL = Integer.MAX_VALUE;

    /** Takes copies of the maps. */
    public TaskOptions {
        own = Collections.unmodifiableMap(new LinkedHashMap<>(own));
        settings = Collections.unmodifiableMap(new LinkedHashMap<>(settings));
    }

    /** {@return whether the task is that of an existing run, to be resumed, evaluated or used} */
    public boolean isOfRun() {
        return !settings.isEmpty();
    }

    /** {@return one of the recipe's own options, if it has a value} */
    public Optional<String> option(String name) {
        return Optional.ofNullable(own.get(name));
    }

    /** {@return whether an option without a value is on} */
    public boolean isOn(String name) {
        return RecipeOption.ON.equals(own.get(name));
    }

    /**
     * {@return one of the recipe's own options as an integer, if it has a value}
     *
     * @throws RecipeException if it is no integer, or less than {@code least}
     */
    public OptionalInt integer(String name, int least) {
        String text = own.get(name);
        if (text == null) {
            return OptionalInt.empty();
        }
        try {
            int value = Integer.parseInt(text);
            if (value >= least) {
                return OptionalInt.of(value);
            }
        } catch (NumberFormatException e) {
            // refused below
        }
        throw new RecipeException(
                name, String.format(Locale.ROOT, "must be an integer of at least %d, is %s", least, text));
    }

    /**
     * {@return one of the recipe's own options as a number from 0 to below 1, if it has a value}
     *
     * @throws RecipeException if it is none
     */
    public OptionalDouble fraction(String name) {
        String text = own.get(name);
        if (text == null) {
            return OptionalDouble.empty();
        }
        try {
            double value = Double.parseDouble(text);
            if (value >= 0 && value < 1) {
                return OptionalDouble.of(value);
            }
        } catch (NumberFormatException e) {
            // refused below
        }
        throw new RecipeException(name, "must be a number from 0 to below 1, is " + text);
    }

    /**
     * {@return one of the recipe's own options as a positive number, such as a learning rate, if it has a value}
     *
     * @throws RecipeException if it is none
     */
    public OptionalDouble positive(String name) {
        String text = own.get(name);
        if (text == null) {
            return OptionalDouble.empty();
        }
        try {
            double value = Double.parseDouble(text);
            if (value > 0 && Double.isFinite(value)) {
                return OptionalDouble.of(value);
            }
        } catch (NumberFormatException e) {
            // refused below
        }
        throw new RecipeException(name, "must be a positive number, is " + text);
    }
}
