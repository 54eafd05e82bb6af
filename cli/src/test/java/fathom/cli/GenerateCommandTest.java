package fathom.cli;

import static org.assertj.core.api.Assertions.assertThat;

import fathom.text.decoder.CausalLM;
import fathom.text.decoder.DecoderConfig;
import fathom.text.decoder.DecoderKind;
import fathom.text.tokenizers.TokenizerTrainer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code fathom generate} with a folder in Hugging Face's layout. */
class GenerateCommandTest {
    @TempDir Path folder;

    @Test
    void aPretrainedFolderWritesAsTheOptionsSay() throws IOException {
        var letters = TokenizerTrainer.characters(List.of("abcdefgh 深度"));
        CausalLM.of(
                        DecoderConfig.of(
                                DecoderKind.QWEN3,
                                c ->
                                        c.vocabSize(letters.size())
                                                .hiddenSize(16)
                                                .heads(2)
                                                .headDim(8)
                                                .layers(1)
                                                .maxPositions(40)
                                                .initializerRange(0.5)))
                .savePretrained(folder);
        letters.save(folder);
        Cli greedy = Cli.run("generate", folder, "--prompt", "深度 a", "--length", 12);
        assertThat(greedy.exitCode()).as(greedy.err()).isZero();
        assertThat(greedy.out()).startsWith("深度 a").hasLineCount(1);
        assertThat(Cli.run("generate", folder, "--prompt", "深度 a", "--length", 12, "--top-k", 1).out())
                .isEqualTo(greedy.out());
        String drawn = sampled(1);
        assertThat(sampled(1)).isEqualTo(drawn);
        assertThat(List.of(sampled(2), sampled(3), sampled(4))).anyMatch(s -> !s.equals(drawn));
        String whole = greedy.out().strip();
        String stop = whole.substring(whole.length() - 1);
        String stopped = Cli.run("generate", folder, "--prompt", "深度 a", "--length", 12, "--stop", stop).out().strip();
        assertThat(whole).startsWith(stopped);
        assertThat(stopped.substring(4)).doesNotContain(stop);
        assertThat(Cli.run("generate", folder, "--prompt", "a", "--beams", 3, "--length", 5).out()).startsWith("a");
        assertThat(Cli.run("generate", folder, "--prompt", "a", "--top-p", 2).err())
                .contains("--top-p: must be above 0 and at most 1, is 2.0");
        assertThat(Cli.run("generate", folder, "--prompt", "").err()).contains("a prompt has no token");
        Files.delete(folder.resolve("model.safetensors"));
        assertThat(Cli.run("generate", folder, "--prompt", "a").err()).contains("there are no weights");
    }

    private String sampled(int seed) {
        return Cli.run(
                        "generate",
                        folder,
                        "--prompt",
                        "a",
                        "--length",
                        12,
                        "--temperature",
                        1.5,
                        "--top-p",
                        0.95,
                        "--min-p",
                        0.01,
                        "--repetition-penalty",
                        1.1,
                        "--seed",
                        seed)
                .out();
    }
}
