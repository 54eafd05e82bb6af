package fathom.cli;

import static org.assertj.core.api.Assertions.assertThat;

import fathom.io.StateDict;
import fathom.testkit.Weights;
import fathom.text.GRULanguageModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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
    void profileKnowsTheLanguageModel() {
        Cli result = Cli.run("profile", "gru-lm", "--steps", 2, "--batch-size", 2);
        assertThat(result.exitCode()).as(result.err()).isZero();
        assertThat(result.out()).contains("gru-lm: 2 training steps of 2 examples, captured", "Ceilings:");
    }

    private Path text() throws IOException {
        Path text = folder.resolve("text.txt");
        return Files.exists(text)
                ? text
                : Files.writeString(text, "Deep learning for Java, from a tensor to BERT.\n".repeat(9));
    }

    private Cli train(Path run, Object... more) throws IOException {
        var args = new ArrayList<Object>(List.of("train", "gru-lm", "--data", text(), "--batch-size", 2, "--out", run));
        args.addAll(List.of(more));
        Cli result = Cli.run(args.toArray());
        assertThat(result.exitCode()).as(result.err()).isZero();
        return result;
    }

    @Test
    void aLanguageModelIsTrainedOnAFileAndKept() throws IOException {
        Path run = folder.resolve("run");
        Cli result = train(run, "--epochs", 2);
        assertThat(result.lines()).hasSize(2);
        assertThat(result.lines().get(0)).matches("perplexity \\d+\\.\\d, [\\d.]+ tokens/sec on cpu.*");
        assertThat(result.lines().get(1)).startsWith("deep learn");
        assertThat(result.err().lines().toList()).hasSize(4);
        assertThat(result.err()).contains("only 362 updates of the weights, and this recipe makes 6,000");
        assertThat(run.resolve("checkpoint.safetensors")).exists();
        // it is tested and it writes, also where its text has gone
        Cli eval = Cli.run("eval", run);
        assertThat(eval.exitCode()).as(eval.err()).isZero();
        assertThat(eval.out()).matches("loss \\d\\.\\d+, perplexity \\d+\\.\\d\\R");
        assertThat(eval.err()).contains("characters 1 to 396 of", "which may be those it was trained with");
        Files.delete(text());
        Cli generated = Cli.run("generate", run, "--prompt", "Deep learn", "--length", 50);
        assertThat(generated.exitCode()).as(generated.err()).isZero();
        assertThat(generated.out()).isEqualTo(result.lines().get(1) + System.lineSeparator());
        assertThat(Cli.run("predict", run, "deep learn", "--device", "cpu:1").out()).isEqualTo(generated.out());
        assertThat(Cli.run("generate", run, "--prompt", "12").err()).contains("--prompt: has no letter");
        assertThat(Cli.run("generate", run, "--prompt", "deep", "--top-k", 3).err())
                .contains("--top-k: this model takes the most probable token");
        // the weights are the model's own, whatever the batch was
        var model = new GRULanguageModel(19, 256);
        model.loadStateDict(StateDict.load(run.resolve("model.safetensors")));
    }

    @Test
    void aLanguageModelGoesOnToTheSameBitsAndCapturedOrNot() throws IOException {
        train(folder.resolve("whole"), "--epochs", 6, "--quiet");
        train(folder.resolve("eager"), "--epochs", 6, "--quiet", "--eager");
        Path parts = folder.resolve("parts");
        train(parts, "--epochs", 2, "--quiet");
        Cli rest = Cli.run("train", "--resume", parts, "--epochs", 6, "--quiet");
        assertThat(rest.exitCode()).as(rest.err()).isZero();
        assertThat(rest.err()).isEmpty();
        List<String> whole = Weights.of(folder.resolve("whole/model.safetensors"));
        assertThat(Weights.of(folder.resolve("eager/model.safetensors"))).isEqualTo(whole);
        assertThat(Weights.of(parts.resolve("model.safetensors"))).isEqualTo(whole);
        assertThat(Files.readAllLines(parts.resolve("metrics.csv"))).hasSize(7);

        assertThat(Cli.run("train", "mlp", "--resume", parts).err()).contains("is a run of gru-lm, not of mlp");
        assertThat(Cli.run("train", "--resume", parts, "--out", folder).exitCode()).isEqualTo(2);
        assertThat(Cli.run("train", "--resume", parts, "--batch-size", 3).err()).contains("hidden", "[1, 2, 256]");
    }
}
