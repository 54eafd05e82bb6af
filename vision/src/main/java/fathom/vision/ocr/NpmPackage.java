package fathom.vision.ocr;

import fathom.data.hub.Archives;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A package of the npm registry, downloaded by npm itself, which verifies it. */
final class NpmPackage {
    private static final long MINUTES = 10;

    private NpmPackage() {}

    /**
     * Downloads a package and unpacks it.
     *
     * @param name its name and version
     * @param folder the folder to create
     * @throws IOException if there is no npm, or it cannot get the package, with its message
     */
    static void unpack(String name, Path folder) throws IOException {
        Path parent = folder.toAbsolutePath().getParent();
        Files.createDirectories(parent == null ? folder : parent);
        Path scratch = Files.createTempDirectory(parent, "npm");
        try {
            run(scratch, List.of("npm", "pack", "--silent", name));
            Path archive;
            try (Stream<Path> files = Files.list(scratch)) {
                archive =
                        files.filter(f -> Archives.isArchive(f.getFileName().toString()))
                                .findFirst()
                                .orElseThrow(() -> new IOException("npm pack " + name + " wrote no archive"));
            }
            Archives.unpack(archive, folder);
        } finally {
            deleteFiles(scratch);
        }
    }

    private static void run(Path folder, List<String> command) throws IOException {
        Path output = folder.resolve("npm.log");
        Process process =
                new ProcessBuilder(command)
                        .directory(folder.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile())
                        .start();
        try {
            process.getOutputStream().close();
            if (!process.waitFor(MINUTES, TimeUnit.MINUTES)) {
                throw new IOException(String.join(" ", command) + " took more than " + MINUTES + " minutes");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException(String.join(" ", command) + " was interrupted");
        } finally {
            process.destroy();
        }
        if (process.exitValue() != 0) {
            String said = new String(Files.readAllBytes(output), StandardCharsets.UTF_8).strip();
            throw new IOException("%s failed: %s".formatted(String.join(" ", command), said));
        }
    }

    private static void deleteFiles(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path f : files.toList()) {
                Files.deleteIfExists(f);
            }
        }
        Files.deleteIfExists(folder);
    }
}
