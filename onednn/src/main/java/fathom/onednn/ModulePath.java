package fathom.onednn;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.zip.ZipFile;
import org.jspecify.annotations.Nullable;

/** Resources of artifacts on the module path that are not in the module graph, which no class loader finds. */
final class ModulePath {
    /** The jar in which a resource was found; the next one is probably there too. */
    private static final ConcurrentMap<String, Path> JARS = new ConcurrentHashMap<>();

    private ModulePath() {}

    /**
     * {@return the URL of a resource; null if no artifact has it}
     *
     * @param modulePath folders of jars, jars, and folders of classes, as for {@code --module-path}
     */
    static @Nullable URL find(String modulePath, String name) {
        if (modulePath.isEmpty()) {
            return null;
        }
        var before = JARS.get(modulePath);
        var resource = before == null ? null : inArtifact(before, name);
        if (resource != null) {
            return resource;
        }
        for (var artifact : artifacts(modulePath)) {
            resource = inArtifact(artifact, name);
            if (resource != null) {
                JARS.put(modulePath, artifact);
                return resource;
            }
        }
        return null;
    }

    private static List<Path> artifacts(String modulePath) {
        var artifacts = new ArrayList<Path>();
        for (var entry : modulePath.split(File.pathSeparator)) {
            try {
                var path = Path.of(entry);
                artifacts.add(path);
                if (Files.isDirectory(path)) {
                    try (var inside = Files.list(path)) {
                        inside.sorted().forEach(artifacts::add);
                    }
                }
            } catch (InvalidPathException | IOException e) {
                // unreadable folders are skipped
            }
        }
        return artifacts;
    }

    private static @Nullable URL inArtifact(Path artifact, String name) {
        try {
            if (Files.isDirectory(artifact)) {
                var file = artifact.resolve(name);
                return Files.isRegularFile(file) ? file.toUri().toURL() : null;
            }
            if (!artifact.toString().endsWith(".jar") || !Files.isRegularFile(artifact)) {
                return null;
            }
            try (var jar = new ZipFile(artifact.toFile())) {
                return jar.getEntry(name) == null ? null : URI.create("jar:" + artifact.toUri() + "!/" + name).toURL();
            }
        } catch (IOException | IllegalArgumentException e) {
            return null; // not an archive, or unreadable
        }
    }
}
