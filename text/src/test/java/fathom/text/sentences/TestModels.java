package fathom.text.sentences;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;

/** The real encoders of Maven's artifacts, unpacked once for all tests. */
final class TestModels {
    private static final Map<String, Path> FOLDERS = new ConcurrentHashMap<>();

    private TestModels() {}

    /** {@return the folder of a known encoder; the test is skipped where the artifact is not on the class path} */
    static Path folder(String name) {
        return FOLDERS.computeIfAbsent(name, TestModels::unpacked);
    }

    private static Path unpacked(String name) {
        var known = SentenceModels.named(name).orElseThrow();
        URL resource = TestModels.class.getResource("/" + name.toLowerCase(java.util.Locale.ROOT) + ".onnx");
        assumeTrue(resource != null, "the artifact " + known.artifact() + " is not on the class path");
        try {
            String jar = Objects.requireNonNull(resource).getPath().replaceAll("^file:|!.*$", "");
            Path folder = Files.createTempDirectory("fathom-sentences");
            Path to = SentenceModels.unpack(known, Path.of(jar), folder.resolve(name));
            Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(folder)));
            return to;
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static void delete(Path folder) {
        try (var files = Files.walk(folder)) {
            files.sorted(java.util.Comparator.reverseOrder()).forEach(f -> f.toFile().delete());
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
