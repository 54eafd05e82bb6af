package fathom.onednn;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModulePathTest {
    private static final String NAME = "org/example/linux-x86_64/libexample.so";

    @TempDir Path folder;

    private Path jar(String name, String entry, String content) throws Exception {
        var jar = folder.resolve(name);
        Files.createDirectories(jar.getParent());
        try (var zip = new ZipOutputStream(Files.newOutputStream(jar))) {
            zip.putNextEntry(new ZipEntry(entry));
            zip.write(content.getBytes("UTF-8"));
        }
        return jar;
    }

    private static String read(String modulePath) throws Exception {
        var resource = ModulePath.find(modulePath, NAME);
        assertThat(resource).isNotNull();
        try (var in = resource.openStream()) {
            return new String(in.readAllBytes(), "UTF-8");
        }
    }

    @Test
    void jarInAFolderWithOthers() throws Exception {
        jar("many ones/a.jar", "other", "no");
        Files.writeString(folder.resolve("many ones/broken.jar"), "not an archive");
        var jar = jar("many ones/carrier-1.0-linux-x86_64.jar", NAME, "in a folder");
        assertThat(read(jar.getParent().toString())).isEqualTo("in a folder");
        assertThat(read(folder.resolve("missing") + File.pathSeparator + jar.getParent())).isEqualTo("in a folder");
    }

    @Test
    void jarAndFolderOfClasses() throws Exception {
        var other = jar("other.jar", "other", "no");
        var jar = jar("carrier.jar", NAME, "in a jar");
        assertThat(read(other + File.pathSeparator + jar)).isEqualTo("in a jar");
        var classes = folder.resolve("classes");
        Files.createDirectories(classes.resolve(NAME).getParent());
        Files.writeString(classes.resolve(NAME), "in classes");
        assertThat(read(classes.toString())).isEqualTo("in classes");
    }

    @Test
    void missingResource() throws Exception {
        assertThat(ModulePath.find("", NAME)).isNull();
        assertThat(ModulePath.find(folder.toString(), NAME)).isNull();
        assertThat(ModulePath.find(jar("a.jar", "other", "no").toString(), NAME)).isNull();
    }
}
