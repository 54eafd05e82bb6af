package fathom.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import fathom.Device;
import fathom.nn.Flatten;
import fathom.nn.Linear;
import fathom.nn.Sequential;
import fathom.train.recipe.Recipe;
import fathom.train.recipe.Recipes;
import fathom.vision.models.Models;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

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
    @MethodSource("commands")
    void everyCommandHasHelp(String command) {
        Cli help = command.isEmpty() ? Cli.run("--help") : Cli.run(command, "--help");
        assertThat(command.isEmpty() ? Cli.run("help") : Cli.run("help", command)).isEqualTo(help);
        assertThat(help.exitCode()).isZero();
        assertThat(help.out()).startsWith("Usage: fathom " + command).contains("--verbose", "--help");
        assertThat(help.err()).isEmpty();
    }

    static List<String> commands() {
        List<String> commands = new ArrayList<>(Suggestions.commands(Main.commandLine()));
        assertThat(commands)
                .contains("train", "eval", "predict", "run", "bench", "docs", "install", "uninstall", "help");
        commands.add("");
        return commands;
    }

    @Test
    void helpOfTrainNamesTheRecipesAndTheirDefaults() {
        String help = Cli.run("train", "--help").out();
        assertThat(help.replaceAll("\\s+", " ")).contains("lstm, mae, mlp, nin");
        assertThat(help).contains("sgd, lr 0.9, batch 256, 10 epochs", "Default: 0.", "runs/MODEL-TIME");
        for (Recipe r : Recipes.all()) {
            var line = help.lines().filter(l -> l.startsWith("  " + r.name() + " ")).findFirst();
            assertThat(line.isPresent()).as(r.name()).isEqualTo(r.isTrainable());
            line.ifPresent(l -> assertThat(l).endsWith(r.card().description() + "; " + r.hyperParameters()));
        }
    }

    @Test
    void everyModelIsListedWithWhatItTakes() {
        Cli models = Cli.run("models");
        assertThat(models.exitCode()).isZero();
        assertThat(models.lines()).hasSize(Recipes.all().size() + 1);
        assertThat(models.out())
                .containsPattern(
                        "course-resnet18 +11,178,378 +[\\d,]+ +float32 \\[1, 1, 96, 96] +Fashion-MNIST +7\\.6 ")
                .containsPattern("resnet50 +25,557,032 +4,089,184,256 +float32 \\[1, 3, 224, 224] +- +- ")
                .containsPattern("lenet +61,706 +416,520 +float32 \\[1, 1, 28, 28] +Fashion-MNIST +6\\.6 ")
                .containsPattern("gru-lm +[\\d,]+ +[\\d,]+ +int64 \\[1, 35] +The Time Machine +9\\.1 ")
                .containsPattern("linear +3 +2 +float32 \\[1, 2] +synthetic points +3\\.3 ");
        assertThat(Cli.run("models", "gru-lm").out())
                .contains("a text file", "sgd, lr 1, batch 32, 500 epochs", "section        9.1");
    }

    @ParameterizedTest
    @MethodSource("names")
    void everyModelIsSummarised(String name) {
        Cli summary = Cli.run("summary", name, "--batch-size", 2);
        assertThat(summary.exitCode()).as(summary.err()).isZero();
        assertThat(summary.out()).startsWith(name + ": ").contains("Input shape: [2, ", "Parameters: ");
    }

    /** A layer of a user's. */
    public static final class Own extends Sequential {
        public Own() {
            super(new Flatten(), new Linear(3 * 8 * 8, 5));
        }
    }

    @Test
    void aLayerOfTheUsersIsSummarised() {
        Cli summary = Cli.run("summary", Own.class.getName(), "--input", "3,8,8", "--batch-size", 4);
        assertThat(summary.exitCode()).as(summary.err()).isZero();
        assertThat(summary.out()).contains("Input shape: [4, 3, 8, 8]", "[4, 5]", "Parameters: 965");
        isRefused(Cli.run("summary", "no.Such", "--input", "3"), "there is no class no.Such on the class path");
        isRefused(Cli.run("summary", "java.lang.String", "--input", "3"), "java.lang.String is no Layer");
        isRefused(Cli.run("summary", Linear.class.getName(), "--input", "3"), "has no public constructor without");
        isRefused(Cli.run("summary", Own.class.getName(), "--input", "3,0"), "--input: extents must be at least 1");
        isRefused(Cli.run("summary", Own.class.getName()), "--input: the shape of one example that");
    }

    @Test
    void aLayerOfTheUsersIsProfiled() {
        Cli profile = Cli.run("profile", Own.class.getName(), "--input", "3,8,8", "--batch-size", 4, "--steps", 2);
        assertThat(profile.exitCode()).as(profile.err()).isZero();
        assertThat(profile.out()).contains("2 training steps of 4 examples, captured", "MatMul");
        isRefused(Cli.run("profile", "no.Such", "--input", "3"), "there is no class no.Such on the class path");
    }

    static List<String> names() {
        return Recipes.all().stream().map(Recipe::name).toList();
    }

    /** Whatever models there are is found as services. */
    @Test
    void theCommandLineKnowsNoModel() throws IOException {
        try (var files = Files.list(Path.of("src/main/java/fathom/cli"))) {
            // no recipes: the models of OCR, ONNX classifiers, pretrained decoders and sentence encoders are files of
            // others, and a picture in the style of another is no training
            var others =
                    Set.of(
                            "OcrCommand.java",
                            "StyleCommand.java",
                            "ExplainCommand.java",
                            "GenerateCommand.java",
                            "EncoderParameters.java",
                            "EmbedCommand.java",
                            "SimilarCommand.java",
                            "SearchCommand.java");
            for (Path file : files.filter(f -> !others.contains(f.getFileName().toString())).toList()) {
                assertThat(Files.readString(file))
                        .as(file.toString())
                        .doesNotContain("fathom.vision", "fathom.text", "lenet");
            }
        }
    }

    @Test
    void aNameHasOneMeaningHereAndInJava() {
        for (String name : Models.names()) {
            Recipe recipe = Recipes.get(name);
            try (var meta = Device.META.open()) {
                assertThat(recipe.example(1).net().toString()).as(name).isEqualTo(Models.create(name).toString());
            }
        }
        assertThat(Cli.run("summary", "resnet18").out()).contains("Input shape: [1, 3, 224, 224]", "11,689,512");
        assertThat(Cli.run("summary", "course-resnet18").out()).contains("[1, 1, 96, 96]", "11,178,378");
        isRefused(Cli.run("train", "resnet18"), "resnet18 is torchvision's network for ImageNet");
    }

    @Test
    void aDeviceThatIsNotThereIsRefusedWithThoseThatAre() {
        isRefused(Cli.run("train", "linear", "--device", "cuda:0"), "--device: ", "cuda:0", "cpu");
        isRefused(Cli.run("profile", "mlp", "--device", "meta"), "--device: meta has no memory", "cpu");
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
                    fly | there is no command fly; there are train, eval
                    trian | there is no command trian; did you mean train?
                    help trian | there is no command trian; did you mean train?
                    pred | there is no command pred; did you mean predict?
                    train lenett | there is no model lenett; did you mean lenet?
                    train restnet50 | there is no model restnet50; did you mean resnet50?
                    train lenet --batchsize 3 | there is no option --batchsize; did you mean --batch-size?
                    train lenet --epoch=3 | there is no option --epoch; did you mean --epochs?
                    train lenet --prec bf16 | there is no option --prec; did you mean --precision?
                    summary lenet mlp | mlp: an argument that fathom summary does not expect
                    install x | use ./fathom install: the launcher
                    train | which model? There are bahdanau, batchnorm-lenet,
                    train relu | there is no model relu; did you mean lenet-relu?
                    train alexnet | alexnet is torchvision's network for ImageNet, which cannot be loaded here
                    train resnet | there is no model resnet
                    train lenet --epochs 0 | --epochs: must be at least 1, is 0
                    train lenet --epochs many | many
                    train lenet --epochs | --epochs
                    train lenet --batch-size -3 | --batch-size: must be at least 1, is -3
                    train lenet --lr 0 | --lr: must be above 0
                    train lenet --lr NaN | --lr: must be above 0
                    train lenet --optimizer magic | --optimizer: there is no magic; there are adadelta, adafactor, adagrad
                    train linear --limit 5 | --limit: linear generates its own data
                    train lenet --limit 0 | --limit: must be at least 1, is 0
                    train lenet --precision int8 | --precision: there is no int8; there are float32, bf16
                    train lenet --threads 0 | --threads: must be at least 1, is 0
                    train lenet --threads 100000 | --threads: must be at most 1024, is 100000
                    train lenet --data /no/such/folder | --data: there is no folder /no/such/folder
                    train lenet --resume /no/such/folder | there is no folder /no/such/folder
                    train lenet --bogus | there is no option --bogus (
                    train linear --data sample | linear generates its own data
                    eval | RUN
                    eval /no/such/run | there is no folder /no/such/run
                    predict /no/such/run | there is no folder /no/such/run
                    summary nothing | there is no model nothing
                    profile nothing | there is no model nothing
                    profile mlp --steps 0 | --steps: must be at least 1, is 0
                    train gru-lm --limit 5 | --limit: 5 letters are too few
                    train gru-lm --lr 0 | --lr: must be above 0
                    train gru-lm --resume /no/such/folder | there is no folder /no/such/folder
                    train gru-lm --data /no/such/file | --data: /no/such/file: the file does not exist
                    generate /no/such/run --prompt x | there is no folder /no/such/run
                    generate /no/such/run | --prompt
                    models nothing | there is no model nothing
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
        Files.writeString(folder.resolve("config.json"), "{\"model\": \"gru-lm\", \"vocabulary\": [\"a\", 1]}");
        isRefused(Cli.run("eval", folder), "the run's settings are damaged: its vocabulary is [a, 1]");
        Files.writeString(folder.resolve("config.json"), "{\"model\": \"softmax\"}");
        isRefused(Cli.run("generate", folder, "--prompt", "a"), "is a run of softmax, which generates no text");
        isRefused(Cli.run("detect", folder, "a.png"), "is a run of softmax, which is no detector");
        isRefused(Cli.run("detect", folder, "a.png", "--threshold", 2), "threshold", "must be from 0 to 1, is 2.0");
        isRefused(Cli.run("detect", folder, "a.png", "--out", "a.txt"), "must end in .png or .svg, is a.txt");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            textBlock =
                    """
                    null | config.json is damaged: it holds null
                    [1] | config.json is damaged
                    {"model": 7} | model is 7; expected text
                    {"model": "softmax", "epochs": null} | config.json is damaged: epochs is null; expected a whole number from 1
                    {"model": "softmax", "epochs": "many"} | epochs is many; expected a whole number
                    {"model": "softmax", "epochs": -3} | epochs is -3; expected a whole number
                    {"model": "softmax", "epochs": 2.5} | epochs is 2.5; expected a whole number
                    {"model": "softmax", "batchSize": 99999999999} | batchSize is 99999999999; expected a whole number from 1
                    {"model": "softmax", "batchSize": [1]} | batchSize is [1]; expected a whole number
                    {"model": "softmax", "lr": "NaN"} | lr is NaN; expected a number above 0
                    {"model": "softmax", "lr": 1e999} | lr is
                    {"model": "softmax", "lr": -0.1} | lr is -0.1; expected a number above 0
                    {"model": "softmax", "lr": true} | lr is true; expected a number above 0
                    {"model": "softmax", "decay": 0} | decay is 0; expected a number above 0
                    {"model": "softmax", "seed": 1e30} | seed is 1.0E30; expected a whole number
                    {"model": "softmax", "rule": 3} | rule is 3; expected text
                    {"model": "softmax", "rule": "magic"} | there is no magic
                    {"model": "softmax", "data": {}} | data is {}; expected text
                    {"model": "softmax", "limit": 0} | limit is 0; expected a whole number from 1
                    {"model": "softmax", "precision": 16} | precision is 16; expected text
                    """)
    void settingsThatLieAreRefused(String config, String says) throws IOException {
        Files.writeString(folder.resolve("config.json"), config);
        Files.writeString(folder.resolve("checkpoint.safetensors"), "");
        isRefused(Cli.run("train", "--resume", folder), says);
    }

    @Test
    void aRunWithoutItsCheckpointIsNotResumed() throws IOException {
        Files.writeString(folder.resolve("config.json"), "{\"model\": \"softmax\"}");
        Files.writeString(folder.resolve("model.safetensors"), "");
        isRefused(Cli.run("train", "--resume", folder), "has no checkpoint.safetensors to go on from", "--overwrite");
    }

    @Test
    void aFolderThatHoldsARunIsRefused() throws IOException {
        Files.writeString(folder.resolve("model.safetensors"), "");
        isRefused(
                Cli.run("train", "linear", "--out", folder),
                "--out: %s holds a run; --resume %1$s goes on with it, --overwrite deletes it".formatted(folder));
        assertThat(folder.resolve("model.safetensors")).isEmptyFile();
    }

    @Test
    void whatHasNoMeaningForARunThatIsResumedIsRefusedByName() throws IOException {
        Files.writeString(folder.resolve("config.json"), "{\"model\": \"softmax\", \"rule\": \"adam\", \"seed\": 3}");
        Files.writeString(folder.resolve("checkpoint.safetensors"), "");
        isRefused(Cli.run("train", "--resume", folder, "--seed", 4), "--seed: a run that is resumed", "of seed 3");
        isRefused(
                Cli.run("train", "--resume", folder, "--optimizer", "sgd"),
                "--optimizer: a run that is resumed",
                "adam");
        isRefused(Cli.run("train", "--resume", folder, "--overwrite"), "--overwrite: a run that is resumed");
        isRefused(Cli.run("train", "--resume", folder, "--out", folder), "--out: a run that is resumed");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    fathom.accelerator | nonsense | must be one of auto, onednn, none
                    fathom.accelerator | None | must be one of auto, onednn, none
                    fathom.threads | 0 | must be an integer from 1 to 1024
                    fathom.threads | abc | must be an integer from 1 to 1024
                    fathom.threads | 100000 | must be an integer from 1 to 1024
                    fathom.backend | gpu | must be one of
                    fathom.bfloat16 | yes | must be one of auto, always, never
                    fathom.capture | no | must be one of true, false
                    fathom.memory.limit | 8 GB | must be a number of bytes of at least 1, such as 4g or 512m
                    fathom.memory.budget | 0m | must be a number of bytes of at least 1, such as 4g or 512m
                    fathom.offline | 1 | must be one of true, false
                    fathom.seed | one | must be an integer
                    fathom.theads | 4 | unknown property; did you mean -Dfathom.threads?
                    fathom.acelerator | none | did you mean -Dfathom.accelerator?
                    fathom.something.else | 1 | unknown property; there are fathom.accelerator
                    """)
    void propertiesThatMeanNothingAreRefused(String name, String value, String says) {
        String before = System.setProperty(name, value);
        try {
            isRefused(Cli.run("info"), "-D" + name, says);
            assertThat(Cli.run("info", "--help").exitCode()).isZero();
        } finally {
            if (before == null) {
                System.clearProperty(name);
            } else {
                System.setProperty(name, before);
            }
        }
        assertThat(Cli.run("info").exitCode()).isZero();
    }

    /** A property that the list does not know would be refused: whoever reads a new one adds it there. */
    @Test
    void everyPropertyThatIsReadIsKnown() throws IOException {
        var names = new java.util.TreeSet<String>();
        var literal = java.util.regex.Pattern.compile("\"(fathom(\\.[a-z0-9]+)+)\"");
        var reads = java.util.regex.Pattern.compile("getProperty|getLong|getInteger|getBoolean|properties\\.apply");
        try (var modules = Files.list(Path.of(".."))) {
            for (Path module : modules.filter(m -> !m.endsWith("bench")).toList()) {
                Path sources = module.resolve("src/main/java");
                if (!Files.isDirectory(sources)) {
                    continue;
                }
                try (var files = Files.walk(sources)) {
                    for (Path file : files.filter(f -> f.toString().endsWith(".java")).toList()) {
                        Files.readString(file)
                                .lines()
                                .filter(reads.asPredicate())
                                .flatMap(line -> literal.matcher(line).results())
                                .forEach(m -> names.add(m.group(1)));
                    }
                }
            }
        }
        assertThat(names).contains("fathom.threads", "fathom.accelerator", "fathom.home", "fathom.memory.limit");
        for (String name : names) {
            if (System.getProperty(name) != null) {
                continue; // the build's own
            }
            System.setProperty(name, "");
            try {
                assertThat(fathom.Fathom.checkProperties()).as(name).isEmpty();
            } finally {
                System.clearProperty(name);
            }
        }
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
        assertThat(result.err()).contains("has not written model.safetensors yet");
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
            for (int bad : new int[] {0, -1, 1025, 100_000}) {
                assertThatThrownBy(() -> fathom.Fathom.setThreads(bad))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessage("setThreads: the number of threads must be from 1 to 1024, not " + bad);
            }
            assertThat(fathom.Fathom.threads()).isEqualTo(3);
        } finally {
            fathom.Fathom.setThreads(before);
        }
    }
}
