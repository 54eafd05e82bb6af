package fathom.testkit;

import java.nio.file.Files;
import java.nio.file.Path;
import org.assertj.core.api.Assumptions;

/**
 * Models of others that are no dependencies of Maven's. {@code .ci/models} downloads them into {@code
 * ~/.cache/fathom/test-models}, or where the environment variable {@code FATHOM_TEST_MODELS} says; tests that need them
 * are left out, and say so, where they are not there.
 */
public final class RealModels {
    private RealModels() {}

    /**
     * {@return the folder of some models; aborts the test if there is none}
     *
     * @param name the name of the folder: {@code ppocr}, {@code silero}
     */
    public static Path folder(String name) {
        String set = System.getenv("FATHOM_TEST_MODELS");
        Path all =
                set == null || set.isBlank()
                        ? Path.of(System.getProperty("user.home", "."), ".cache", "fathom", "test-models")
                        : Path.of(set);
        Path folder = all.resolve(name);
        boolean isHere = Files.isDirectory(folder);
        if (!isHere) {
            System.err.printf(
                    java.util.Locale.ROOT, "LEFT OUT: tests with the models %s; run .ci/models to get them%n", name);
        }
        Assumptions.assumeThat(isHere).as("the folder %s", folder).isTrue();
        return folder;
    }
}
