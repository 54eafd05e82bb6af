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
import org.junit.jupiter.api.io.TempDir;

/** What users add, on the class path and as a named module, where only public packages are in reach. */
class OutsideTest {
    @TempDir Path folder;

    @Test
    void onTheClassPath() {
        assertThat(Main.problem()).isEmpty();
    }

    @Test
    void asANamedModule() throws IOException, InterruptedException {
        assertThat(java("fathom.outside/outside.Main")).contains("module fathom.outside: the same bits");
    }

    /** As {@code fathom train spirals} does with the module on its path. */
    @Test
    void theCommandLineFindsTheRecipeAndTheBackend() throws IOException, InterruptedException {
        String main = "fathom.cli/fathom.cli.Main";
        assertThat(java(main, "models"))
                .containsPattern("spirals +\\d,\\d{3} +[\\d,]+ +float32 \\[1, 2] +synthetic points");
        assertThat(java(main, "info")).contains("exact       outside.ExactProducts");
        String run = folder.resolve("run").toString();
        assertThat(java(main, "train", "spirals", "--epochs", "2", "--out", run)).contains("train acc", "test acc");
        assertThat(java(main, "train", "--resume", run, "--epochs", "3", "--quiet")).contains("test acc");
        assertThat(java(main, "eval", run, "--confusion")).contains("acc ", "second");
        assertThat(java(main, "predict", run, "0.5,1")).matches("(?s).*0\\.5,1: (first|second)\\s*");
        assertThat(java(main, "profile", "spirals", "--steps", "2"))
                .contains("spirals: 2 training steps of 40 examples, captured");
    }

    private static String java(String module, String... arguments) throws IOException, InterruptedException {
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
                        module));
        command.addAll(List.of(arguments));
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        return said;
    }

    /** Libraries of the tests are no modules that go together. */
    private static boolean isNeeded(String path) {
        return Stream.of("junit", "opentest4j", "apiguardian", "assertj", "byte-buddy", "jqwik", "surefire")
                .noneMatch(new File(path).getName()::contains);
    }
}
