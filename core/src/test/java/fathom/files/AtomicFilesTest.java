package fathom.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Atomic file writes, and the leftovers of killed processes. */
class AtomicFilesTest {
    @TempDir Path folder;

    private static void write(Path file, String text) throws IOException {
        AtomicFiles.write(file, channel -> channel.write(ByteBuffer.wrap(text.getBytes("UTF-8"))));
    }

    private Path leftover(String name, Duration age) throws IOException {
        Path file = Files.writeString(folder.resolve(name), "half");
        return Files.setLastModifiedTime(file, FileTime.from(Instant.now().minus(age)));
    }

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(f -> f.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void leftoversOfAKilledProcessAreDeletedByTheNextWrite() throws IOException {
        leftover(".model.safetensors.0a1b2c3d-0123-4567-89ab-0123456789ab.part", Duration.ofMinutes(2));
        leftover(".other.pth.0a1b2c3d-0123-4567-89ab-0123456789ab.part", Duration.ofDays(3));
        leftover(".young.0a1b2c3d-0123-4567-89ab-0123456789ab.part", Duration.ofSeconds(5));
        // files of other programs
        leftover("model.safetensors.part", Duration.ofDays(3));
        leftover(".model.part", Duration.ofDays(3));
        leftover(".x.0a1b2c3d-0123-4567-89ab-0123456789ab.part.gz", Duration.ofDays(3));
        write(folder.resolve("model.safetensors"), "whole");
        assertThat(names())
                .containsExactly(
                        ".model.part",
                        ".x.0a1b2c3d-0123-4567-89ab-0123456789ab.part.gz",
                        ".young.0a1b2c3d-0123-4567-89ab-0123456789ab.part",
                        "model.safetensors",
                        "model.safetensors.part");
        assertThat(folder.resolve("model.safetensors")).hasContent("whole");
    }

    @Test
    void filesBeingWrittenAreNotDeleted() throws IOException {
        AtomicFiles.write(
                folder.resolve("slow"),
                channel -> {
                    channel.write(ByteBuffer.wrap(new byte[] {'a'}));
                    try (Stream<Path> files = Files.list(folder)) {
                        Path beside = files.findFirst().orElseThrow();
                        Files.setLastModifiedTime(beside, FileTime.from(Instant.now().minus(Duration.ofDays(1))));
                    }
                    Path link = Files.createSymbolicLink(folder.resolveSibling(folder.getFileName() + "-link"), folder);
                    write(folder.resolve("quick"), "b");
                    write(link.resolve("quick too"), "c");
                    Files.delete(link);
                });
        assertThat(names()).containsExactly("quick", "quick too", "slow");
    }

    /** Another process that holds the lock, as a writer does. */
    @Test
    void filesBeingWrittenByAnotherProcessAreNotDeleted() throws Exception {
        Path file = leftover(".x.0a1b2c3d-0123-4567-89ab-0123456789ab.part", Duration.ofDays(1));
        String java = ProcessHandle.current().info().command().orElseThrow();
        Path source = folder.resolve("Holder.java");
        Files.writeString(
                source,
                """
                import java.nio.channels.FileChannel;
                import java.nio.file.*;
                class Holder {
                    public static void main(String[] args) throws Exception {
                        try (var c = FileChannel.open(Path.of(args[0]), StandardOpenOption.WRITE); var l = c.lock()) {
                            System.out.println("locked");
                            System.in.read();
                        }
                    }
                }
                """);
        Process holder =
                new ProcessBuilder(java, source.toString(), file.toString())
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .start();
        try (var out = holder.inputReader();
                var in = holder.outputWriter()) {
            assertThat(out.readLine()).isEqualTo("locked");
            write(folder.resolve("one"), "1");
            assertThat(file).exists();
            in.write("\n");
        } finally {
            assertThat(holder.waitFor(30, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void failuresNameTheFileAndTheReason() throws IOException {
        Path file = folder.resolve("file");
        write(file, "old");
        assertThatThrownBy(() ->
                        AtomicFiles.write(
                                file,
                                channel -> {
                                    throw new IOException("No space left on device");
                                }))
                .isInstanceOf(IOException.class)
                .hasMessage(file + " could not be written: No space left on device; the existing file is unchanged");
        assertThatThrownBy(() -> write(folder, "x")).hasMessage(folder + " could not be written: it is a folder");
        Path below = file.resolve("deep/below");
        assertThatThrownBy(() -> write(below, "x"))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith(below + " could not be written: ")
                .hasMessageNotContaining(".part");
        if (Files.exists(Path.of("/dev/null"))) {
            assertThatThrownBy(() -> write(Path.of("/dev/null"), "x"))
                    .hasMessage("/dev/null could not be written: it is not a regular file");
        }
        assertThat(names()).containsExactly("file");
        assertThat(file).hasContent("old");
    }

    @Test
    void longNamesAndNewFoldersWork() throws IOException {
        Path file = folder.resolve("新").resolve("名".repeat(80));
        write(file, "x");
        write(file, "y");
        assertThat(file).hasContent("y");
    }

    @Test
    void anInterruptedWriteLeavesNothing() throws IOException {
        Path file = folder.resolve("file");
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> write(file, "x")).isInstanceOf(IOException.class);
        assertThat(Thread.interrupted()).isTrue();
        assertThat(names()).isEmpty();
        try (var c = FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW)) {
            assertThat(c.isOpen()).isTrue();
        }
    }
}
