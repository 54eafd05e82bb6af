package fathom.train.recipe;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The options of a prediction.
 *
 * @param inputs the inputs, in the recipe's form: image files, texts, numbers; empty for examples of the test data
 * @param count the number of test examples
 * @param top the number of most probable predictions to show
 * @param folder the folder for {@link #page} and {@link #csv} unless {@code out} names one of them
 * @param out the file to write, ending in {@code .png} or {@code .csv}; null for the recipe's files in the folder
 * @param warn receives a line for each input that cannot be used while others can
 */
public record PredictionOptions(
        List<String> inputs, int count, int top, Path folder, @Nullable Path out, Consumer<String> warn) {
    private static final String PNG = ".png";
    private static final String CSV = ".csv";

    /** Validates the numbers and the ending of the file. */
    public PredictionOptions {
        inputs = List.copyOf(inputs);
        if (count < 1) {
            throw new RecipeException("count", String.format(Locale.ROOT, "must be at least 1, is %d", count));
        }
        if (top < 1) {
            throw new RecipeException("top", String.format(Locale.ROOT, "must be at least 1, is %d", top));
        }
        if (out != null && !ends(out, PNG) && !ends(out, CSV)) {
            throw new RecipeException("out", "must end in .png, a page of images, or in .csv, is " + out);
        }
    }

    private static boolean ends(@Nullable Path file, String ending) {
        return file != null && file.toString().toLowerCase(Locale.ROOT).endsWith(ending);
    }

    /** {@return the file of a page of images, if the recipe draws one} */
    public Path page() {
        return out != null && ends(out, PNG) ? out : folder.resolve("predictions.png");
    }

    /** {@return whether a CSV file is requested} */
    public boolean wantsCsv() {
        return ends(out, CSV);
    }

    /** {@return the CSV file of predictions, if the recipe writes one} */
    public Path csv() {
        return out != null && ends(out, CSV) ? out : folder.resolve("predictions.csv");
    }
}
