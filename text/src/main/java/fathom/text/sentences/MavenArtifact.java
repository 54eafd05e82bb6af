package fathom.text.sentences;

import fathom.files.Folders;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A jar of Maven's local repository, or downloaded by Maven itself, which verifies it. */
final class MavenArtifact {
    private static final long MINUTES = 20;

    private MavenArtifact() {}

    /** Uses a downloaded file, which is deleted afterwards. */
    @FunctionalInterface
    interface Use {
        Path apply(Path file) throws IOException;
    }

    /**
     * {@return where the jar is in Maven's local repository, if it is there}
     *
     * @param coordinates {@code group:artifact:version}
     */
    static Path local(String coordinates) {
        String[] parts = coordinates.split(":");
        String set = System.getProperty("maven.repo.local", "");
        Path repository = set.isBlank() ? Path.of(System.getProperty("user.home"), ".m2", "repository") : Path.of(set);
        return repository
                .resolve(parts[0].replace('.', '/'))
                .resolve(parts[1])
                .resolve(parts[2])
                .resolve("%s-%s.jar".formatted(parts[1], parts[2]));
    }

    /**
     * {@return what is made of the jar}
     *
     * @throws IOException if there is no Maven, or it cannot get the artifact, with its message
     */
    static Path download(String coordinates, Use use) throws IOException {
        Path scratch = Files.createTempDirectory("fathom-maven");
        try {
            boolean isWindows = System.getProperty("os.name", "").toLowerCase(Locale.ROOT).contains("windows");
            run(
                    scratch,
                    List.of(
                            isWindows ? "mvn.cmd" : "mvn",
                            "--batch-mode",
                            "--quiet",
                            "dependency:copy",
                            "-Dartifact=" + coordinates,
                            "-DoutputDirectory=" + scratch));
            try (Stream<Path> files = Files.list(scratch)) {
                Path jar =
                        files.filter(f -> f.getFileName().toString().endsWith(".jar"))
                                .findFirst()
                                .orElseThrow(() -> new IOException("Maven copied no jar of " + coordinates));
                return use.apply(jar);
            }
        } finally {
            Folders.delete(scratch);
        }
    }

    private static void run(Path folder, List<String> command) throws IOException {
        Path output = folder.resolve("mvn.log");
        Process process =
                new ProcessBuilder(command)
                        .directory(folder.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile())
                        .start();
        try {
            process.getOutputStream().close();
            if (!process.waitFor(MINUTES, TimeUnit.MINUTES)) {
                throw new IOException("mvn took more than " + MINUTES + " minutes");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("mvn was interrupted");
        } finally {
            process.destroy();
        }
        if (process.exitValue() != 0) {
            String said = new String(Files.readAllBytes(output), StandardCharsets.UTF_8).strip();
            throw new IOException("mvn failed: " + said.lines().findFirst().orElse(""));
        }
    }
}
