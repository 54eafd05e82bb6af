package fathom.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the program says to wrong arguments: one line, and exit code 2. */
class ArgumentsTest {
    @TempDir Path folder;

    private static void isRefused(Cli result, String... says) {
        assertThat(result.exitCode()).as(result.err()).isEqualTo(2);
        assertThat(result.out()).isEmpty();
        assertThat(result.err().lines()).hasSize(1);
        assertThat(result.err()).contains(says).doesNotContain("Exception", "\tat ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "train", "eval", "predict", "summary", "profile", "info", "run"})
    void everyCommandHasHelp(String command) {
        Cli help = command.isEmpty() ? Cli.run("--help") : Cli.run(command, "--help");
        assertThat(help.exitCode()).isZero();
        assertThat(help.out()).startsWith("Usage: fathom " + command).contains("--verbose", "--help");
        assertThat(help.err()).isEmpty();
    }

    @Test
    void helpOfTrainNamesTheDefaults() {
        assertThat(Cli.run("train", "--help").out())
                .contains("linear, mlp, nin", "sgd, lr 0.9, batch 256, 10 epochs", "Default: 0.", "runs/MODEL-TIME");
    }

    @Test
    void helpOfTrainAgreesWithTheRecipes() {
        String help = Cli.run("train", "--help").out();
        for (Recipe r : Recipe.ALL.values()) {
            assertThat(help).contains(r.name());
            String line = help.lines().filter(l -> l.startsWith("  " + r.name() + " ")).findFirst().orElseThrow();
            String lr = r.lr() == Math.rint(r.lr()) ? Long.toString((long) r.lr()) : Double.toString(r.lr());
            assertThat(line)
                    .endsWith("%s, lr %s, batch %d, %d epochs".formatted(r.optimizer(), lr, r.batchSize(), r.epochs()));
        }
    }

    @Test
    void summaryKnowsWhatIsTrainedAndWhatElseThereIs() {
        assertThat(Cli.run("summary", "resnet18").out())
                .startsWith("resnet18: ResNet-18 (chapter 7.6)")
                .contains("Input shape: [1, 1, 96, 96]", "Parameters: 11,178,378");
        assertThat(Cli.run("summary", "course-resnet18").out()).isEqualTo(Cli.run("summary", "resnet18").out());
        assertThat(Cli.run("summary", "resnet34").out())
                .contains("layer4", "Input shape: [1, 3, 224, 224]", "Parameters: 21,797,672");
    }

    @Test
    void versionIsTold() {
        Cli version = Cli.run("--version");
        assertThat(version.exitCode()).isZero();
        assertThat(version.out()).startsWith("fathom ").contains("Java " + Runtime.version());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    | which command?
                    fly | fly
                    train | which model? There are alexnet, batchnorm-lenet, densenet
                    train resnet | there is no model resnet
                    train lenet --epochs 0 | --epochs: must be at least 1, is 0
                    train lenet --epochs many | many
                    train lenet --epochs | --epochs
                    train lenet --batch-size -3 | --batch-size: must be at least 1, is -3
                    train lenet --lr 0 | --lr: must be above 0
                    train lenet --lr NaN | --lr: must be above 0
                    train lenet --optimizer magic | --optimizer: there is no magic; there are adadelta, adagrad
                    train linear --limit 5 | --limit: linear makes its data itself
                    train lenet --limit 0 | --limit: must be at least 1, is 0
                    train lenet --precision int8 | --precision: there is no int8; there are float32, bf16
                    train lenet --threads 0 | --threads: must be at least 1, is 0
                    train lenet --data /no/such/folder | --data: there is no folder /no/such/folder
                    train lenet --resume /no/such/folder | there is no folder /no/such/folder
                    train lenet --bogus | --bogus
                    train linear --data sample | linear makes its data itself
                    eval | RUN
                    eval /no/such/run | there is no folder /no/such/run
                    predict /no/such/run | there is no folder /no/such/run
                    summary nothing | there is no model nothing
                    profile nothing | there is no model nothing
                    profile mlp --steps 0 | --steps: must be at least 1, is 0
                    train gru-lm --limit 5 | gru-lm takes --data FILE
                    train gru-lm --lr 0 | --lr: must be above 0
                    train gru-lm --resume /no/such/folder | there is no folder /no/such/folder
                    train gru-lm --data /no/such/file | --data: there is no file /no/such/file
                    run | FILE.java
                    info extra | extra
                    """)
    void wrongArgumentsGetAReasonOfOneLine(String arguments, String reason) {
        String[] args = arguments == null ? new String[0] : arguments.split(" ");
        isRefused(Cli.run((Object[]) args), reason);
    }

    @Test
    void aFolderThatIsNoRunIsRefused() throws IOException {
        isRefused(Cli.run("eval", folder), "is not the folder of a run");
        Files.writeString(folder.resolve("config.json"), "{");
        isRefused(Cli.run("eval", folder), "config.json is damaged");
        Files.writeString(folder.resolve("config.json"), "{\"model\": \"other\"}");
        isRefused(Cli.run("predict", folder), "names no model that is known here: other");
        Files.writeString(folder.resolve("config.json"), "{\"model\": \"gru-lm\"}");
        isRefused(Cli.run("eval", folder), "is a run of gru-lm, which only fathom train --resume takes");
    }

    @Test
    void aFileWhereAFolderShouldBeIsRefused() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "");
        isRefused(Cli.run("train", "linear", "--out", file), "is a file");
    }

    @Test
    void otherFailuresEndWithOneLineAndExitCode1() throws IOException {
        Files.writeString(folder.resolve("config.json"), "{\"model\": \"softmax\"}");
        Cli result = Cli.run("eval", folder);
        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.err().lines()).hasSize(1);
        assertThat(result.err()).contains("has not got as far as writing model.safetensors");
        Cli verbose = Cli.run("eval", folder, "--verbose");
        assertThat(verbose.exitCode()).isEqualTo(1);
        assertThat(verbose.err()).contains("\tat fathom.cli.");
    }

    @Test
    void damagedDataIsAFailureOfOneLine() throws IOException {
        for (String name :
                new String[] {"train-images-idx3", "train-labels-idx1", "t10k-images-idx3", "t10k-labels-idx1"}) {
            Files.write(folder.resolve(name + "-ubyte"), new byte[] {0, 0, 8, 1});
        }
        Cli result = Cli.run("train", "softmax", "--data", folder, "--out", folder.resolve("run"));
        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.err().lines()).hasSize(1);
        assertThat(result.err()).contains("train-images-idx3-ubyte: cut short within the header");
    }

    @Test
    void infoTellsWhatThereIs() {
        Cli info = Cli.run("info");
        assertThat(info.exitCode()).isZero();
        assertThat(info.out())
                .contains("java        " + Runtime.version())
                .contains("processors  " + Runtime.getRuntime().availableProcessors())
                .contains("\ncpu ", "vectors of", "memory ", "data sets ");
    }

    @Test
    void threadsAreSet() {
        int before = fathom.Fathom.threads();
        try {
            Cli.run("train", "linear", "--threads", 3, "--epochs", 1, "--out", folder.resolve("run"), "--quiet");
            assertThat(fathom.Fathom.threads()).isEqualTo(3);
        } finally {
            fathom.Fathom.setThreads(before);
        }
    }
}
