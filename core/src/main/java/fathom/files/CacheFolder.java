package fathom.files;

import java.nio.file.Path;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The cache of downloaded files and compiled kernels: the system property {@code fathom.home}, else {@code
 * $FATHOM_HOME}, else {@code $XDG_CACHE_HOME/fathom}, else {@code ~/.cache/fathom}; for a user without a home
 * directory, a folder in the system's temporary directory.
 */
public final class CacheFolder {
    private CacheFolder() {}

    /** {@return the folder of everything, which may not exist yet} */
    public static Path root() {
        return home(System::getenv, System::getProperty);
    }

    /** {@return the folder of all data sets, which may not exist yet} */
    public static Path datasets() {
        return root().resolve("datasets");
    }

    /** {@return the folder of a data set, which may not exist yet} */
    public static Path dataset(String name) {
        return datasets().resolve(name);
    }

    /** {@return the folder of everything, by these environment variables and system properties} */
    public static Path home(UnaryOperator<@Nullable String> environment, UnaryOperator<@Nullable String> properties) {
        String property = properties.apply("fathom.home");
        if (isSet(property)) {
            return Path.of(property);
        }
        String own = environment.apply("FATHOM_HOME");
        if (isSet(own)) {
            return Path.of(own);
        }
        String xdg = environment.apply("XDG_CACHE_HOME");
        // the XDG specification requires relative paths to be ignored
        if (isSet(xdg) && Path.of(xdg).isAbsolute()) {
            return Path.of(xdg, "fathom");
        }
        String user = properties.apply("user.home");
        if (isSet(user) && !user.equals("?")) { // the JDK's value for a user unknown to the system
            return Path.of(user, ".cache", "fathom");
        }
        String temporary = properties.apply("java.io.tmpdir");
        return Path.of(isSet(temporary) ? temporary : ".", "fathom");
    }

    @org.jspecify.annotations.NullUnmarked
    private static boolean isSet(String value) {
        return value != null && !value.isBlank();
    }
}
