package fathom.train.recipe;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The options of generating images.
 *
 * @param count the number of images
 * @param steps the number of steps of the sampler
 * @param eta the noise that each step adds, as a fraction of the diffusion process's: 0 for none, 1 for all
 * @param guidance the weight of the guidance to a class; 0 for none
 * @param label the name or the index of the class; null for all in turn
 * @param seed the seed of the noise
 * @param best whether the network has the weights of the best epoch, rather than the last
 * @param folder the run's folder
 * @param out the file to write, ending in {@code .png} or {@code .svg}; null for one in the folder
 */
public record SamplingOptions(
        int count,
        int steps,
        double eta,
        double guidance,
        @Nullable String label,
        long seed,
        boolean best,
        Path folder,
        @Nullable Path out) {
    private static final int MOST = 1000;

    /** Validates the numbers and the ending of the file. */
    public SamplingOptions {
        if (count < 1 || count > MOST) {
            throw new RecipeException("count", String.format(Locale.ROOT, "must be from 1 to %d, is %d", MOST, count));
        }
        if (steps < 1) {
            throw new RecipeException("steps", String.format(Locale.ROOT, "must be at least 1, is %d", steps));
        }
        if (!(eta >= 0 && eta <= 1)) {
            throw new RecipeException("eta", "must be from 0 to 1, is " + eta);
        }
        if (!(guidance >= 0 && guidance < Double.POSITIVE_INFINITY)) {
            throw new RecipeException("guidance", "must not be negative, is " + guidance);
        }
        PictureChecks.check(out);
    }

    /** {@return the file of the page of images} */
    public Path page() {
        return out != null ? out : folder.resolve("samples.png");
    }

    /**
     * {@return the index of the class; -1 for all in turn}
     *
     * @param classes the names of the classes
     * @throws RecipeException if there is no such class
     */
    public int labelIn(List<String> classes) {
        return PictureChecks.label(label, classes);
    }
}
