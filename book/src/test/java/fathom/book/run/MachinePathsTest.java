package fathom.book.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Committed outputs do not say where they were made. */
class MachinePathsTest {
    private final MachinePaths paths = new MachinePaths("/tmp/", "/srv/fathom", "/home/ada");

    @Test
    void pathsAreShownAsReadersWriteThem() {
        assertThat(paths.hidden("/tmp/runs11143374176786312840/mine holds an earlier run"))
                .isEqualTo("runs/mine holds an earlier run");
        assertThat(paths.hidden("IOException: /tmp/fathom-5-518046815724545999218/broken.safetensors: not"))
                .isEqualTo("IOException: fathom-5-5/broken.safetensors: not");
        assertThat(paths.hidden("[/tmp/submission8446744073709551615.csv, /tmp/123456789/a]"))
                .isEqualTo("[submission.csv, 123456789/a]");
        assertThat(paths.hidden("/tmp/known/file")).isEqualTo("/tmp/known/file");
        if (File.separatorChar == '/') {
            assertThat(paths.hidden("written to /srv/fathom/runs/lenet; cached in /home/ada/.cache/fathom"))
                    .isEqualTo("written to runs/lenet; cached in ~/.cache/fathom");
        }
        assertThat(paths.hidden("3 / 4 = 0.75")).isEqualTo("3 / 4 = 0.75");
    }

    @Test
    void writtenOutputsHaveNone(@TempDir Path folder) throws IOException {
        Path made = Files.createTempDirectory("made");
        Files.delete(made);
        var cell =
                new CellResult(
                        List.of(new CellOutput.Printed("in " + made + "\n")),
                        Optional.of(new Failure(Failure.Kind.THROWN, "IOException: " + made)),
                        1);
        var outputs =
                new PageOutputs(
                        "d", new PageOutputs.Made("short", "2026", "machine", "25", 1), List.of(cell), Map.of());
        Path file = folder.resolve("outputs.json");
        OutputsFile.write(outputs, file);
        CellResult read = OutputsFile.read(file).orElseThrow().cells().getFirst();
        assertThat(read.outputs()).containsExactly(new CellOutput.Printed("in made\n"));
        assertThat(read.failure().orElseThrow().message()).isEqualTo("IOException: made");
    }
}
