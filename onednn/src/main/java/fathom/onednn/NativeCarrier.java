package fathom.onednn;

import fathom.files.AtomicFiles;
import java.io.IOException;
import java.net.URL;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * Extracts oneDNN's shared libraries from their artifact to a folder in the user's cache.
 *
 * <p>The artifact {@code org.bytedeco:dnnl} with a platform classifier contains the libraries as resources. They are
 * extracted once, each written to a temporary file and then moved, so that neither a crash nor a concurrent process
 * leaves an incomplete library. The folder's name contains the artifact's version: a newer artifact gets a folder of
 * its own.
 */
final class NativeCarrier {
    /** The library itself, which finds its dependencies in its folder. */
    static final String LIBRARY = "libdnnl.so.3";

    /** The library's dependency, which the loader identifies by this name. */
    static final String OPEN_MP = "libgomp.so.1";

    /** File names in the artifact, dependencies first. */
    private static final List<String> FILES = List.of(OPEN_MP, LIBRARY);

    private static final String PLATFORM = "linux-x86_64";
    private static final String RESOURCES = "org/bytedeco/dnnl/" + PLATFORM + "/";
    private static final String POM = "META-INF/maven/org.bytedeco/dnnl/pom.properties";

    private NativeCarrier() {}

    /** The reason why there is no library; the message completes "oneDNN: not used, ...". */
    static final class Absent extends Exception {
        private static final long serialVersionUID = 1L;

        Absent(String message) {
            super(message);
        }
    }

    /**
     * {@return the folder of the libraries, after extracting them if necessary}
     *
     * @param cache the user's cache folder, see {@link #userCache}
     * @throws Absent if there is no library for this platform, or the artifact is not on the class or module path
     * @throws IOException if they cannot be written
     */
    static Path extract(Path cache) throws Absent, IOException {
        if (!isPlatform()) {
            throw new Absent("there is no library for the platform %s-%s".formatted(os(), arch()));
        }
        var folder = cache.resolve("native").resolve("dnnl-" + version() + "-" + PLATFORM);
        for (var name : FILES) {
            extract(name, folder);
        }
        return folder;
    }

    /**
     * {@return the paths of the libraries by name, as files in memory: for systems where no folder is writable, or
     * allows execution}
     *
     * @throws Absent see {@link #extract}
     * @throws IOException if the system does not support files in memory
     */
    static Map<String, Path> inMemory() throws Absent, IOException {
        var paths = new LinkedHashMap<String, Path>();
        for (var name : FILES) {
            try (var in = resource(name).openStream()) {
                paths.put(name, MemoryFile.of(name, in));
            }
        }
        return paths;
    }

    /** {@return whether the artifact is on the path and has a library for this platform} */
    static boolean isHere() {
        return isPlatform() && find(RESOURCES + LIBRARY) != null;
    }

    private static boolean isPlatform() {
        return os().contains("linux") && (arch().equals("amd64") || arch().equals("x86_64"));
    }

    private static String os() {
        return System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
    }

    private static String arch() {
        return System.getProperty("os.arch", "").toLowerCase(Locale.ROOT);
    }

    /**
     * {@return {@code $XDG_CACHE_HOME/fathom}, or {@code ~/.cache/fathom} if the variable is not an absolute path}
     *
     * @throws IOException if the user has no home either
     */
    static Path userCache() throws IOException {
        return userCache(System.getenv("XDG_CACHE_HOME"), System.getProperty("user.home"));
    }

    static Path userCache(@Nullable String xdg, @Nullable String home) throws IOException {
        if (xdg != null && xdg.startsWith("/")) {
            return Path.of(xdg, "fathom");
        }
        if (home == null || !home.startsWith("/")) { // the JDK returns "?" for a user that the system does not know
            throw new IOException("this user has no home, and XDG_CACHE_HOME is not set");
        }
        return Path.of(home, ".cache", "fathom");
    }

    private static URL resource(String name) throws Absent {
        var resource = find(RESOURCES + name);
        if (resource == null) {
            throw new Absent(
                    "the artifact org.bytedeco:dnnl with classifier %s is neither on the class path nor on the module path"
                            .formatted(PLATFORM));
        }
        return resource;
    }

    private static void extract(String name, Path folder) throws Absent, IOException {
        var resource = resource(name);
        var target = folder.resolve(name);
        var connection = resource.openConnection();
        long size = connection.getContentLengthLong();
        if (Files.isRegularFile(target) && size > 0 && Files.size(target) == size) {
            return;
        }
        // synced before the move: a power failure must not leave an empty library
        AtomicFiles.write(
                target,
                channel -> {
                    try (var in = connection.getInputStream()) {
                        in.transferTo(Channels.newOutputStream(channel));
                    }
                });
    }

    /** {@return the artifact's version, from its own metadata} */
    private static String version() throws IOException {
        var pom = find(POM);
        if (pom != null) {
            var properties = new Properties();
            try (var in = pom.openStream()) {
                properties.load(in);
            }
            var version = properties.getProperty("version", "");
            if (version.matches("[0-9A-Za-z.+-]+")) {
                return version;
            }
        }
        return "unknown"; // the files' sizes still distinguish versions
    }

    /**
     * {@return a resource of the artifact, which may be on the class path while this class is in a module, or vice
     * versa} On the module path it is searched in the jars themselves: no module requires the artifact, so it is not in
     * the module graph.
     */
    private static @Nullable URL find(String name) {
        var resource = ClassLoader.getSystemResource(name);
        resource = resource != null ? resource : NativeCarrier.class.getResource("/" + name);
        return resource != null ? resource : ModulePath.find(System.getProperty("jdk.module.path", ""), name);
    }
}
