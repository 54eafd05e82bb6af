package fathom.train.recipe;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The options with which a recipe is opened.
 *
 * @param hyperParameters the effective hyper-parameters; the batch size also applies to evaluation
 * @param data the data to use, as {@link RecipeCard#dataOption} describes it; null for the recipe's own
 * @param limit the maximum number of training examples, and of test examples; {@link #ALL} for all
 * @param seed the seed of the run
 * @param settings the config in the run's folder, if the run exists; else empty
 * @param notice receives lines for the user
 */
public record TaskOptions(
        HyperParameters hyperParameters,
        @Nullable String data,
        int limit,
        long seed,
        Map<String, Object> settings,
        Consumer<String> notice) {
    /** No limit. */
    public static final int ALL = Integer.MAX_VALUE;

    /** Takes a copy of the map. */
    public TaskOptions {
        settings = Collections.unmodifiableMap(new LinkedHashMap<>(settings));
    }
}
