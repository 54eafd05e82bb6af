package fathom.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/** {@code fathom profile} and {@code fathom train gru-lm}. */
class SequenceAndProfileTest {
    @TempDir Path folder;

    @Test
    void profileShowsKernelsAndWritesATrace() throws IOException {
        Path trace = folder.resolve("trace.json");
        Cli result = Cli.run("profile", "softmax", "--steps", 2, "--batch-size", 8, "--trace", trace, "--eager");
        assertThat(result.exitCode()).as(result.err()).isZero();
        assertThat(result.out()).contains("softmax: 2 training steps of 8 examples, eager", "MatMul", "Ceilings:");
        assertThat(JsonMapper.shared().readTree(Files.readString(trace)).get("traceEvents").size()).isGreaterThan(10);
    }

    @Test
    void aLanguageModelIsTrainedOnAFileAndKept() throws IOException {
        Path text = folder.resolve("text.txt");
        Files.writeString(text, "Deep learning for Java, from a tensor to BERT.\n".repeat(6));
        Path run = folder.resolve("run");
        Cli result = Cli.run("train", "gru-lm", "--data", text, "--epochs", 2, "--batch-size", 2, "--out", run);
        assertThat(result.exitCode()).as(result.err()).isZero();
        assertThat(result.lines()).hasSize(2);
        assertThat(result.lines().get(0)).matches("perplexity \\d+\\.\\d, [\\d,]+ tokens/s");
        assertThat(result.lines().get(1)).startsWith("deep learn");
        assertThat(run.resolve("model.safetensors")).exists();
    }
}
