package fathom.data.hub;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ArchivesTest {
    @TempDir Path folder;

    private Path archive(String name, String... entries) throws IOException {
        Path file = folder.resolve(name);
        try (OutputStream out = Files.newOutputStream(file)) {
            if (name.endsWith(".zip")) {
                zip(out, entries);
            } else if (name.endsWith("gz")) {
                try (var gzip = new GZIPOutputStream(out)) {
                    tar(gzip, entries);
                }
            } else {
                tar(out, entries);
            }
        }
        return file;
    }

    private static byte[] contents(String entry) {
        return ("contents of " + entry).repeat(100).getBytes(UTF_8);
    }

    private static void zip(OutputStream out, String... entries) throws IOException {
        var zip = new ZipOutputStream(out);
        for (String entry : entries) {
            zip.putNextEntry(new ZipEntry(entry));
            zip.write(entry.endsWith("/") ? new byte[0] : contents(entry));
            zip.closeEntry();
        }
        zip.finish();
    }

    private static void tar(OutputStream out, String... entries) throws IOException {
        var tar = new TarArchiveOutputStream(out);
        tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
        for (String name : entries) {
            var entry = new TarArchiveEntry(name, true); // keeps an absolute path
            byte[] bytes = name.endsWith("/") ? new byte[0] : contents(name);
            entry.setSize(bytes.length);
            tar.putArchiveEntry(entry);
            tar.write(bytes);
            tar.closeArchiveEntry();
        }
        tar.finish();
    }

    @ParameterizedTest
    @ValueSource(strings = {"a.zip", "a.tar", "a.tar.gz", "a.tgz"})
    void unpacks(String name) throws IOException {
        String deep = "ptb/" + "long-name/".repeat(12) + "中文.txt";
        Path archive = archive(name, "ptb/", "ptb/train.txt", "./other.txt", deep);
        Path to = Archives.unpack(archive, folder.resolve("x/to"));
        assertThat(to.resolve("ptb/train.txt")).hasBinaryContent(contents("ptb/train.txt"));
        assertThat(to.resolve("other.txt")).hasBinaryContent(contents("./other.txt"));
        assertThat(to.resolve(deep)).hasBinaryContent(contents(deep));
        assertThatThrownBy(() -> Archives.unpack(archive, to)).isInstanceOf(FileAlreadyExistsException.class);
        try (var left = Files.list(folder.resolve("x"))) {
            assertThat(left).containsExactly(to);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"a.zip", "a.tar", "a.tar.gz"})
    void noPathLeavesTheFolder(String name) throws IOException {
        for (String path :
                List.of(
                        "../evil",
                        "ptb/../../evil",
                        "/evil",
                        "..",
                        "a\\..\\..\\evil",
                        "x/..",
                        "d/".repeat(100) + "f")) {
            Path archive = archive(name, "fine.txt", path);
            assertThatThrownBy(() -> Archives.unpack(archive, folder.resolve("to")))
                    .as(path)
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("leaves the folder");
            assertThat(folder.resolve("to")).doesNotExist();
            assertThat(folder.resolve("evil")).doesNotExist();
            assertThat(Path.of("/evil")).doesNotExist();
        }
    }

    @Test
    void linksAreRefused() throws IOException {
        for (byte kind : new byte[] {TarConstants.LF_SYMLINK, TarConstants.LF_LINK, TarConstants.LF_FIFO}) {
            Path archive = folder.resolve("a.tar");
            try (var tar = new TarArchiveOutputStream(Files.newOutputStream(archive))) {
                var link = new TarArchiveEntry("link", kind);
                link.setLinkName("/etc");
                tar.putArchiveEntry(link);
                tar.closeArchiveEntry();
            }
            assertThatThrownBy(() -> Archives.unpack(archive, folder.resolve("to")))
                    .hasMessageContaining("'link' is a link or a device");
            assertThat(folder.resolve("to")).doesNotExist();
        }
    }

    @Test
    void anArchiveOutOfProportionIsRefused() throws IOException {
        Path archive = folder.resolve("bomb.zip");
        try (var zip = new ZipOutputStream(Files.newOutputStream(archive))) {
            zip.putNextEntry(new ZipEntry("zeros"));
            byte[] zeros = new byte[1 << 20];
            for (int i = 0; i < 8; i++) {
                zip.write(zeros);
            }
        }
        assertThatThrownBy(() -> Archives.unpack(archive, folder.resolve("to"), 4 << 20))
                .hasMessageContaining("bomb.zip: it unpacks to more than 4 MB, out of proportion");
        assertThat(folder.resolve("to")).doesNotExist();
        try (var left = Files.list(folder)) {
            assertThat(left).containsExactly(archive);
        }
    }

    @Test
    void anEntryThatIsThereTwiceIsRefused() throws IOException {
        Path archive = archive("a.tar", "x", "./x");
        assertThatThrownBy(() -> Archives.unpack(archive, folder.resolve("to"))).hasMessageContaining("twice");
    }

    /** A damaged archive is an error in one of the expected words, and leaves nothing. */
    @ParameterizedTest
    @ValueSource(strings = {"a.zip", "a.tar", "a.tar.gz"})
    void damagedArchivesAreRefused(String name) throws IOException {
        byte[] whole = Files.readAllBytes(archive(name, "a/one.txt", "a/two.txt", "a/three.txt"));
        var random = new Random(1);
        int refused = 0;
        for (int i = 0; i < 200; i++) {
            byte[] damaged = Arrays.copyOf(whole, i % 2 == 0 ? whole.length : random.nextInt(whole.length));
            for (int k = 0; k < 3 && damaged.length > 0; k++) {
                damaged[random.nextInt(damaged.length)] ^= (byte) (1 + random.nextInt(255));
            }
            Path archive = Files.write(folder.resolve("damaged-" + name), damaged);
            Path to = folder.resolve("to" + i);
            try {
                Archives.unpack(archive, to);
            } catch (IOException e) {
                refused++;
                assertThat(e).hasMessageContaining("damaged-" + name);
                assertThat(to).doesNotExist();
            }
        }
        // tar has no checksum of contents
        assertThat(refused).isGreaterThan(name.equals("a.tar") ? 50 : 150);
    }

    /** ZipFile of the JDK does not verify checksums when it reads entries. */
    @Test
    void aWrongChecksumInAZipIsNoticed() throws IOException {
        var out = new ByteArrayOutputStream();
        var zip = new ZipOutputStream(out);
        zip.setLevel(0);
        zip.putNextEntry(new ZipEntry("x"));
        zip.write("the text".getBytes(UTF_8));
        zip.closeEntry();
        zip.finish();
        byte[] bytes = out.toByteArray();
        int at = new String(bytes, java.nio.charset.StandardCharsets.ISO_8859_1).indexOf("the text");
        bytes[at] = 'T';
        Path archive = Files.write(folder.resolve("a.zip"), bytes);
        assertThatThrownBy(() -> Archives.unpack(archive, folder.resolve("to")))
                .hasMessageContaining("the checksum of 'x' is wrong");
    }

    @Test
    void whatIsNoArchiveIsRefused() throws IOException {
        Path file = Files.writeString(folder.resolve("a.rar"), "x");
        assertThatThrownBy(() -> Archives.unpack(file, folder.resolve("to"))).hasMessageContaining(".tar.gz or .tgz");
        assertThatThrownBy(() -> Archives.unpack(folder.resolve("none.zip"), folder.resolve("to")))
                .isInstanceOf(IOException.class);
    }
}
