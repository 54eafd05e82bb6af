package fathom.train.recipe;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * The options of a prediction.
 *
 * @param inputs the inputs, in the recipe's form: image files, texts, numbers; empty for examples of the test data
 * @param count the number of test examples
 * @param top the number of most probable predictions to show
 * @param page the file of a page of images, if the recipe draws one
 */
public record PredictionOptions(List<String> inputs, int count, int top, Path page) {
    /** Validates the numbers. */
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
