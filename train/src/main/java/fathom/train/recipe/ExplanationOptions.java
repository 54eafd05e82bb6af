package fathom.train.recipe;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The options of an explanation.
 *
 * @param inputs the inputs, in the recipe's form, such as image files; empty for examples of the test data
 * @param count the number of test examples
 * @param method the name of the method, such as {@code grad-cam}
 * @param label the name or the index of the class to explain; null for the predicted one
 * @param layer the path of the inner layer that the method looks at; null for the method's own
 * @param folder the folder for {@link #page} unless {@code out} names a file
 * @param out the file to write, ending in {@code .png} or {@code .svg}; null for one in the folder
 * @param warn receives a line for each input that cannot be used while others can
 */
public record ExplanationOptions(
        List<String> inputs,
        int count,
        String method,
        @Nullable String label,
        @Nullable String layer,
        Path folder,
        @Nullable Path out,
        Consumer<String> warn) {
    /** Validates the number and the ending of the file. */
    public ExplanationOptions {
        inputs = List.copyOf(inputs);
        if (count < 1) {
            throw new RecipeException("count", String.format(Locale.ROOT, "must be at least 1, is %d", count));
        }
        PictureChecks.check(out);
    }

    /** {@return the file of the page of pictures} */
    public Path page() {
        return out != null ? out : folder.resolve("explanations.png");
    }

    /**
     * {@return the index of the class to explain; -1 for the predicted one}
     *
     * @param classes the names of the classes
     * @throws RecipeException if there is no such class
     */
    public int labelIn(List<String> classes) {
        return PictureChecks.label(label, classes);
    }
}
