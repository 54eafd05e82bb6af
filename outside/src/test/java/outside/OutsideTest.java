package outside;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What users add, on the class path and as a named module, where only public packages are in reach. */
class OutsideTest {
    @Test
    void onTheClassPath() {
        assertThat(Main.problem()).isEmpty();
    }

    @Test
    void asANamedModule() throws IOException, InterruptedException {
        String path =
                Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                        .filter(p -> !p.contains("test-classes"))
                        .filter(p -> new File(p).exists())
                        .filter(OutsideTest::isNeeded)
                        .collect(Collectors.joining(File.pathSeparator));
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(
                List.of(
                        "--add-modules=jdk.incubator.vector,fathom.cpu",
                        "--enable-native-access=fathom.core,fathom.cpu",
                        "--module-path",
                        path,
                        "--module",
                        "fathom.outside/outside.Main"));
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        assertThat(said).contains("module fathom.outside: the same bits");
    }

    /** Libraries of the tests are no modules that go together. */
    private static boolean isNeeded(String path) {
        return Stream.of("junit", "opentest4j", "apiguardian", "assertj", "byte-buddy", "jqwik", "surefire")
                .noneMatch(new File(path).getName()::contains);
    }
}
