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

/**
 * Resources of artifacts that lie on the module path but are no part of the module graph, so that no class loader knows
 * them.
 */
final class ModulePath {
    /** The jar that had a resource: the next one is probably there too. */
    private static final ConcurrentMap<String, Path> FOUND = new ConcurrentHashMap<>();

    private ModulePath() {}

    /**
     * {@return where a resource is; null where no artifact has it}
     *
     * @param modulePath folders of jars, jars, and folders of classes, as of {@code --module-path}
     */
    static @Nullable URL find(String modulePath, String name) {
        if (modulePath.isEmpty()) {
            return null;
        }
        var before = FOUND.get(modulePath);
        var resource = before == null ? null : inArtifact(before, name);
        if (resource != null) {
            return resource;
        }
        for (var artifact : artifacts(modulePath)) {
            resource = inArtifact(artifact, name);
            if (resource != null) {
                FOUND.put(modulePath, artifact);
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
                // what cannot be read has nothing to offer
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
            return null; // no archive, or not one that can be read
        }
    }
}
