package fathom.jupyter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The description of the kernel that Jupyter reads. */
class KernelSpecTest {
    @TempDir Path folder;

    private static JsonNode json(Path kernel) throws IOException {
        return new JsonMapper().readTree(Files.readString(kernel.resolve("kernel.json")));
    }

    @Test
    void itStartsTheKernelWithAllOptions() throws Exception {
        Path modules = Files.createDirectories(folder.resolve("modules"));
        List<String> command = List.of("/jdk/bin/java", "@/some where/jvm.options", "-Dx=\"y\"", "--class-path", "a:b");
        for (int again = 0; again < 2; again++) {
            Path kernel = KernelSpec.install(folder.resolve("jupyter"), modules, command);
            assertThat(kernel).isEqualTo(folder.resolve("jupyter/kernels/fathom"));
            JsonNode spec = json(kernel);
            assertThat(spec.get("argv").valueStream().map(JsonNode::asString))
                    .startsWith(command.toArray(String[]::new))
                    .endsWith("fathom.jupyter.Kernel", "{connection_file}");
            assertThat(spec.get("display_name").asString()).startsWith("Fathom");
            assertThat(spec.get("language").asString()).isEqualTo("java");
            assertThat(spec.get("env").get("RJK_COMPILER_OPTIONS").asString())
                    .isEqualTo("--module-path %s --add-modules fathom".formatted(modules));
            Path imports = Path.of(spec.get("env").get("RJK_INIT_SCRIPT").asString());
            assertThat(imports)
                    .content()
                    .contains("import module java.base;", "import module fathom;", "import static fathom.Tensors.*;");
            try (var files = Files.list(kernel)) {
                assertThat(files.map(f -> f.getFileName().toString()))
                        .containsExactlyInAnyOrder("kernel.json", "imports.jshell", "logo-svg.svg");
            }
        }
    }

    @Test
    void modulesMayLieInAFolderWithSpaces() throws Exception {
        Path modules = Files.createDirectories(folder.resolve("my programs/runtime"));
        Files.writeString(modules.resolve("a.jar"), "");
        for (int again = 0; again < 2; again++) {
            Path kernel = KernelSpec.install(folder.resolve("jupyter"), modules, List.of("java"));
            String options = json(kernel).get("env").get("RJK_COMPILER_OPTIONS").asString();
            String path = options.split(" ")[1];
            assertThat(path).doesNotContain(" ");
            assertThat(Path.of(path).resolve("a.jar")).exists();
        }
        assertThatThrownBy(() -> KernelSpec.install(folder.resolve("my jupyter"), modules, List.of("java")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("takes no paths with spaces")
                .hasMessageContaining("JUPYTER_DATA_DIR");
    }

    @Test
    void itIsInstalledWhereTheUsersJupyterLooks() {
        Path home = Path.of(System.getProperty("user.home"));
        assertThat(KernelSpec.userFolder(Map.of("JUPYTER_DATA_DIR", "/data"))).isEqualTo(Path.of("/data"));
        if (System.getProperty("os.name").equals("Linux")) {
            assertThat(KernelSpec.userFolder(Map.of())).isEqualTo(home.resolve(".local/share/jupyter"));
            assertThat(KernelSpec.userFolder(Map.of("XDG_DATA_HOME", "/x"))).isEqualTo(Path.of("/x/jupyter"));
        }
    }
}
