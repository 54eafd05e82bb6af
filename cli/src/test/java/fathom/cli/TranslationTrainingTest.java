package fathom.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code fathom train seq2seq}, {@code bahdanau} and {@code transformer}, and {@code fathom translate}. */
class TranslationTrainingTest {
    @TempDir Path folder;

    private Path pairs() throws IOException {
        return Files.writeString(
                folder.resolve("pairs.txt"),
                """
                Go.\tVa !
                Go on.\tContinue !
                I go.\tJe vais.
                I run.\tJe cours.
                Run!\tCours !
                Run on.\tCours encore !
                """);
    }

    private Cli train(String model, Path run, Object... more) throws IOException {
        var args = new java.util.ArrayList<Object>(java.util.List.of("train", model, "--data", pairs(), "--out", run));
        args.addAll(java.util.List.of(more));
        Cli result = Cli.run(args.toArray());
        assertThat(result.exitCode()).as(result.err()).isZero();
        return result;
    }

    @Test
    void aTranslatorIsTrainedOnAFileAndTranslates() throws IOException {
        Path run = folder.resolve("run");
        Cli result = train("bahdanau", run, "--epochs", 60, "--lr", 0.02, "--steps", 5);
        assertThat(result.lines()).hasSize(5);
        assertThat(result.lines().get(0))
                .matches("loss \\d\\.\\d{4} \\(the course's: \\d\\.\\d{4}\\), [\\d.]+ tokens/sec");
        assertThat(result.lines().get(1)).startsWith("go . => ").contains(", bleu ");
        assertThat(result.err()).contains("bahdanau on 6 pairs of sentences", "epoch 60: loss ");

        Cli eval = Cli.run("eval", run);
        assertThat(eval.exitCode()).as(eval.err()).isZero();
        assertThat(eval.lines()).hasSize(5);
        assertThat(eval.lines().subList(1, 5)).isEqualTo(result.lines().subList(1, 5));
        assertThat(eval.err()).contains("the 6 pairs it was trained with");

        Path picture = folder.resolve("attention.png");
        Cli translated = Cli.run("translate", run, "I go.", "on , go !", "--beams", 3, "--attention", picture);
        assertThat(translated.exitCode()).as(translated.err()).isZero();
        assertThat(translated.lines()).hasSize(3);
        assertThat(translated.lines().get(0)).startsWith("I go. => ").contains("bleu");
        assertThat(translated.lines().get(1)).startsWith("on , go ! => ").doesNotContain("bleu");
        assertThat(picture).isNotEmptyFile();
        assertThat(Cli.run("predict", run, "I go.").lines().getFirst()).startsWith("I go. => ");

        assertThat(Cli.run("translate", run, "go", "--beams", 0).err()).contains("--beams: must be at least 1, is 0");
        assertThat(Cli.run("translate", run, "go", "--length-penalty", -1).err())
                .contains("--length-penalty: must not be negative");
        assertThat(Cli.run("translate", run, "go", "--attention", "a.jpg").err())
                .contains("--attention: must end in .png or .svg");
        assertThat(Cli.run("generate", run, "--prompt", "go").err())
                .contains("run of bahdanau, which generates no text");
    }

    @Test
    void othersHaveNoOrThreeKindsOfAttention() throws IOException {
        Path plain = folder.resolve("plain");
        train("seq2seq", plain, "--epochs", 1, "--quiet");
        assertThat(Cli.run("translate", plain, "go .", "--attention", folder.resolve("a.svg")).err())
                .contains("--attention: seq2seq has no attention");
        Path run = folder.resolve("transformer");
        train("transformer", run, "--epochs", 1, "--pairs", 4, "--quiet");
        Cli drawn = Cli.run("translate", run, "go .", "--attention", folder.resolve("b.svg"));
        assertThat(drawn.exitCode()).as(drawn.err()).isZero();
        for (String kind : new String[] {"encoder", "decoder", "cross"}) {
            assertThat(folder.resolve("b-" + kind + ".svg")).isNotEmptyFile();
        }
        Files.writeString(folder.resolve("pairs.txt"), "Other.\tAutre.\nOther.\tAutre.\n");
        assertThat(Cli.run("train", "--resume", run, "--epochs", 2).err())
                .contains("--data: the pairs have other words than those that the run was begun with");
        assertThat(Cli.run("train", "seq2seq", "--data", folder.resolve("none")).err())
                .contains("--data: there is no file");
        assertThat(Cli.run("train", "seq2seq", "--steps", 1).err())
                .contains("--steps: must be an integer of at least 2");
    }

    @Test
    void recurrentLanguageModelsTrain() {
        for (String model : new String[] {"rnn", "bi-rnn"}) {
            Path run = folder.resolve(model);
            Cli result =
                    Cli.run(
                            "train",
                            model,
                            "--data",
                            "time-machine",
                            "--limit",
                            400,
                            "--batch-size",
                            4,
                            "--epochs",
                            1,
                            "--out",
                            run);
            assertThat(result.exitCode()).as(result.err()).isZero();
            assertThat(result.lines()).hasSize(3);
            assertThat(result.lines().get(0)).matches("perplexity \\d+\\.\\d, [\\d.]+ tokens/sec on cpu.*");
            assertThat(result.lines().get(1)).startsWith("time traveller");
            assertThat(result.lines().get(2)).startsWith("traveller");
            assertThat(Cli.run("generate", run, "--prompt", "the time", "--length", 3).out()).startsWith("the time");
        }
    }
}
