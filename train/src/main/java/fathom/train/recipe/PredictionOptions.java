package fathom.train.recipe;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * The options of a prediction.
 *
 * @param inputs what to predict for, in the recipe's own form: files of pictures, texts, numbers; empty for some of the
 *     test data
 * @param count how many of the test data
 * @param top how many of the most probable answers to show
 * @param page where a page of pictures is written, if the recipe draws one
 */
public record PredictionOptions(List<String> inputs, int count, int top, Path page) {
    /** Checks the numbers. */
    public PredictionOptions {
        inputs = List.copyOf(inputs);
        if (count < 1) {
            throw new RecipeException("count", String.format(Locale.ROOT, "must be at least 1, is %d", count));
        }
        if (top < 1) {
            throw new RecipeException("top", String.format(Locale.ROOT, "must be at least 1, is %d", top));
        }
    }
}
