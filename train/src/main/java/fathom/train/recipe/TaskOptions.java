package fathom.train.recipe;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The options that a recipe is opened with.
 *
 * @param hyperParameters the hyper-parameters in effect; the batch size also of tests
 * @param data the data to use, as {@link RecipeCard#dataOption} describes it; null for the recipe's own
 * @param limit the greatest number of examples to train with, and of those to test with; {@link #ALL} for all
 * @param seed the seed of the run
 * @param settings the settings that the run's folder keeps, where there is one already; else empty
 * @param notice is given lines that the user should see
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
