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
 * Brings oneDNN's shared libraries out of the artifact that carries them into a folder of the user's cache.
 *
 * <p>The artifact {@code org.bytedeco:dnnl} with a platform classifier holds the libraries as resources. They are
 * copied once, each written beside its final name and then moved there, so that neither a crash nor a second process
 * doing the same leaves half a library. The folder's name carries the artifact's version: a newer artifact gets a
 * folder of its own.
 */
final class NativeCarrier {
    /** The library proper; it finds the others beside itself. */
    static final String LIBRARY = "libdnnl.so.3";

    /** What the library needs; it is looked for by this name, wherever it was loaded from. */
    static final String OPEN_MP = "libgomp.so.1";

    /** Names in the artifact, dependencies first. */
    private static final List<String> FILES = List.of(OPEN_MP, LIBRARY);

    private static final String PLATFORM = "linux-x86_64";
    private static final String RESOURCES = "org/bytedeco/dnnl/" + PLATFORM + "/";
    private static final String POM = "META-INF/maven/org.bytedeco/dnnl/pom.properties";

    private NativeCarrier() {}

    /** A reason why there is no library; its message completes the sentence "oneDNN: not used, ...". */
    static final class Absent extends Exception {
        private static final long serialVersionUID = 1L;

        Absent(String message) {
            super(message);
        }
    }

    /**
     * Returns the folder that holds the libraries, extracting them first where they are not there yet.
     *
     * @param cache the user's cache folder, see {@link #userCache}
     * @throws Absent if this platform has none or the artifact is not on the class or module path
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
     * {@return the libraries' paths by name, in files in memory: where nothing can be written, or what is written
     * cannot be executed}
     *
     * @throws Absent as {@link #extract}
     * @throws IOException if there are no such files
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

    /** Whether the artifact is on the path and of use on this platform. */
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
     * {@code $XDG_CACHE_HOME/fathom}, or {@code ~/.cache/fathom} where that is not set to an absolute path.
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
        if (home == null || !home.startsWith("/")) { // the JDK says "?" of a user that the system does not know
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
        // on the disk before it gets its name: a power cut must not leave an empty library behind
        AtomicFiles.write(
                target,
                channel -> {
                    try (var in = connection.getInputStream()) {
                        in.transferTo(Channels.newOutputStream(channel));
                    }
                });
    }

    /** The carrier's version, from its own description. */
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
        return "unknown"; // the size of the files still tells one version from another
    }

    /**
     * A resource of the carrier, which may be on the class path while this class is in a module, or the reverse. On the
     * module path it is found where it lies: it has no classes, so no module requires it and none of its is there.
     */
    private static @Nullable URL find(String name) {
        var resource = ClassLoader.getSystemResource(name);
        resource = resource != null ? resource : NativeCarrier.class.getResource("/" + name);
        return resource != null ? resource : ModulePath.find(System.getProperty("jdk.module.path", ""), name);
    }
}
