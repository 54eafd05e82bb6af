package fathom.train.recipe;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Checks of options that several commands have. */
final class PictureChecks {
    /** The number of classes up to which a message names all. */
    private static final int MOST_NAMED = 20;

    private PictureChecks() {}

    /**
     * Checks the ending of a file for a figure.
     *
     * @throws RecipeException if it is not {@code .png} or {@code .svg}
     */
    static void check(@Nullable Path file) {
        if (file != null) {
            String name = file.toString().toLowerCase(Locale.ROOT);
            if (!name.endsWith(".png") && !name.endsWith(".svg")) {
                throw new RecipeException("out", "must end in .png or .svg, is " + file);
            }
        }
    }

    /**
     * {@return the index of a class given by name or index; -1 if none is given}
     *
     * @throws RecipeException if there is no such class
     */
    static int label(@Nullable String label, List<String> classes) {
        if (label == null) {
            return -1;
        }
        int named = classes.indexOf(label);
        if (named >= 0) {
            return named;
        }
        try {
            int index = Integer.parseInt(label);
            if (index >= 0 && index < classes.size()) {
                return index;
            }
        } catch (NumberFormatException e) {
            // refused below
        }
        throw new RecipeException(
                "class",
                String.format(
                        Locale.ROOT,
                        "there is no class %s; there are 0 to %d%s",
                        label,
                        classes.size() - 1,
                        classes.size() <= MOST_NAMED ? ": " + String.join(", ", classes) : ""));
    }
}
