package fathom.onednn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NativeLibraryTest {
    @TempDir Path folder;

    @Test
    void statusNamesTheVersion() {
        OneDnn.assumePresent();
        assertThat(OneDnn.BACKEND.status()).startsWith("oneDNN 3.");
    }

    @Test
    void statusNamesAMissingFile() {
        var library = NativeLibrary.open(folder.resolve("libdnnl.so.3"));
        assertThat(library.present()).isFalse();
        assertThat(library.status()).contains("not used").contains("libdnnl.so.3");
    }

    @Test
    void extractsOnceAndRepairsATruncatedFile() throws Exception {
        OneDnn.assumePresent();
        var extracted = NativeCarrier.extract(folder);
        var library = extracted.resolve(NativeCarrier.LIBRARY);
        long size = Files.size(library);
        assertThat(size).isGreaterThan(1_000_000);
        var written = Files.getLastModifiedTime(library);

        assertThat(NativeCarrier.extract(folder)).isEqualTo(extracted);
        assertThat(Files.getLastModifiedTime(library)).isEqualTo(written);

        Files.write(library, new byte[100]);
        NativeCarrier.extract(folder);
        assertThat(Files.size(library)).isEqualTo(size);
        try (var files = Files.list(extracted)) {
            assertThat(files.map(f -> f.getFileName().toString()))
                    .containsExactlyInAnyOrder("libdnnl.so.3", "libgomp.so.1");
        }
    }

    @Test
    void aProcessWithoutTheLibraryStillWorks() throws Exception {
        assertThat(probe("-Dfathom.accelerator=none"))
                .isEqualTo("oneDNN: not used, switched off by fathom.accelerator=none");
        assertThat(probe("-Dfathom.onednn.library=" + folder)).startsWith("oneDNN: not used, there is no file");
        var broken = folder.resolve("libdnnl.so.3");
        Files.writeString(broken, "not a library");
        assertThat(probe("-Dfathom.onednn.library=" + folder))
                .startsWith("oneDNN: not used, its library could not be opened");
        if (OneDnn.BACKEND.isAvailable()) {
            var other = NativeCarrier.extract(folder.resolve("other")).resolve("libgomp.so.1");
            assertThat(probe("-Dfathom.onednn.library=" + other))
                    .startsWith("oneDNN: not used, its library could not be opened")
                    .contains("dnnl_version");
        }
        assertThat(probe("-Dos.name=Plan9")).startsWith("oneDNN: not used, there is no library for the platform plan9");
    }

    @Test
    void withoutAWritableFolderTheLibraryIsLoadedFromMemory() throws Exception {
        OneDnn.assumePresent();
        assertThat(probe("-Duser.home=?"))
                .startsWith("oneDNN 3.")
                .endsWith("from memory: this user has no home, and XDG_CACHE_HOME is not set");
        var file = Files.writeString(folder.resolve("file"), "");
        assertThat(probe("-Duser.home=" + file)).startsWith("oneDNN 3.").contains("from memory: ", file.toString());
        // a file of the right size with wrong contents
        var extracted = NativeCarrier.extract(folder.resolve(".cache/fathom"));
        Files.write(extracted.resolve("libdnnl.so.3"), new byte[(int) Files.size(extracted.resolve("libdnnl.so.3"))]);
        assertThat(probe("-Duser.home=" + folder))
                .startsWith("oneDNN 3.")
                .contains("from memory: ", "Cannot open library");
    }

    @Test
    void userCacheFollowsXdg() throws Exception {
        assertThat(NativeCarrier.userCache("/x", "/home/a")).isEqualTo(Path.of("/x/fathom"));
        assertThat(NativeCarrier.userCache("relative", "/home/a")).isEqualTo(Path.of("/home/a/.cache/fathom"));
        assertThat(NativeCarrier.userCache(null, "/home/a")).isEqualTo(Path.of("/home/a/.cache/fathom"));
        for (String home : new String[] {null, "", "?"}) {
            assertThatThrownBy(() -> NativeCarrier.userCache(null, home))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("no home");
        }
    }

    /** {@return the status that a new process without a cache folder prints} */
    private static String probe(String property) throws IOException, InterruptedException {
        var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        var path =
                System.getProperty("java.class.path") + File.pathSeparator + System.getProperty("jdk.module.path", "");
        var builder =
                new ProcessBuilder(
                                List.of(
                                        java,
                                        "--enable-native-access=ALL-UNNAMED",
                                        property,
                                        "-cp",
                                        path,
                                        Status.class.getName()))
                        .redirectError(ProcessBuilder.Redirect.DISCARD);
        builder.environment().remove("XDG_CACHE_HOME");
        var process = builder.start();
        var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isZero();
        return output.strip();
    }

    /** Prints the backend's status. */
    static final class Status {
        private Status() {}

        public static void main(String[] arguments) {
            var backend = new OneDnnBackend();
            System.out.println(backend.status());
        }
    }
}
