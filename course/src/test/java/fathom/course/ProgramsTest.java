package fathom.course;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import fathom.text.sentences.SentenceModels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Runs each program of {@code course/programs} as its reader would, as a source file on the JDK's launcher, and holds
 * what it prints against the {@code //>} comments: every such line must come, in that order.
 *
 * <p>Programs that train for hours are {@linkplain #SHORTENED shortened} first. Their lines must come with the same
 * words; the numbers are those of the whole training.
 */
class ProgramsTest {
    private static final String MARK = "//>";

    /** The encoder of sentences that programs use. */
    private static final String ENCODER = "bge-small-zh-v1.5";

    /** What is written in place of what, by the name of a program: fewer examples and epochs. */
    private static final Map<String, Map<String, String>> SHORTENED =
            Map.ofEntries(
                    entry(
                            "FirstProgram.java",
                            Map.of("epoch <= 3", "epoch <= 1", "data.train(), 256", "data.train().range(0, 4096), 64")),
                    entry(
                            "CharacterModel.java",
                            Map.of("Epochs.of(300)", "Epochs.of(3)", "below 2: \"", "below 30: \"", "< 2)", "< 30)")),
                    entry(
                            "SentenceFineTuning.java",
                            Map.of("STEPS = 100, BATCH = 16", "STEPS = 2, BATCH = 4", "BATCH, 200)", "BATCH, 20)")),
                    entry("Chapter4_10_HousePrices.java", Map.of("EPOCHS = 100", "EPOCHS = 2")),
                    // fewer epochs of language models and translators
                    entry(
                            "Chapter8_5_RNNFromScratch.java",
                            Map.of("HIDDEN = 512", "HIDDEN = 32", "EPOCHS = 500", "EPOCHS = 1", "< 2)", "< 99)")),
                    entry("Chapter8_6_RNNConcise.java", Map.of("Epochs.of(500)", "Epochs.of(1)", "< 2)", "< 99)")),
                    entry("Chapter9_1_GRU.java", Map.of("Epochs.of(500)", "Epochs.of(1)", "< 2)", "< 99)")),
                    entry("Chapter9_2_LSTM.java", Map.of("Epochs.of(500)", "Epochs.of(1)", "< 2)", "< 99)")),
                    entry("Chapter9_3_DeepRNN.java", Map.of("Epochs.of(500)", "Epochs.of(1)", "< 2)", "< 99)")),
                    entry(
                            "Chapter9_4_BidirectionalRNN.java",
                            Map.of("Epochs.of(500)", "Epochs.of(1)", "< 2)", "< 99)")),
                    entry("Chapter9_7_Seq2Seq.java", Map.of("EPOCHS = 300", "EPOCHS = 1")),
                    entry("Chapter10_4_Bahdanau.java", Map.of("EPOCHS = 250", "EPOCHS = 1")),
                    entry("Chapter10_7_Transformer.java", Map.of("EPOCHS = 200", "EPOCHS = 1")),
                    entry("Chapter11_5_MinibatchSGD.java", Map.of("N = 256, EPOCHS = 2", "N = 64, EPOCHS = 1")),
                    entry(
                            "Chapter11_11_LearningRateSchedules.java",
                            Map.of(
                                    "EPOCHS = 30, BATCH = 256", "EPOCHS = 1, BATCH = 64",
                                    "data.train(), BATCH", "data.train().range(0, 256), BATCH",
                                    "data.test(), BATCH", "data.test().range(0, 64), BATCH")),
                    entry(
                            "Chapter12_5_MultipleDevices.java",
                            Map.of(
                                    "EPOCHS = 10", "EPOCHS = 1",
                                    "data.train(), BATCH", "data.train().range(0, 600), BATCH",
                                    "data.test(), BATCH", "data.test().range(0, 100), BATCH")),
                    entry(
                            "Chapter12_6_MultipleDevicesConcise.java",
                            Map.of(
                                    "EPOCHS = 10, BATCH = 256", "EPOCHS = 1, BATCH = 16",
                                    "{64, 128, 256, 512}", "{8, 8, 16, 16}",
                                    "in = 64", "in = 8",
                                    "1, 64, 3,", "1, 8, 3,",
                                    "BatchNorm2d(64)", "BatchNorm2d(8)",
                                    "Linear(512, 10)", "Linear(16, 10)",
                                    "data.train(), BATCH", "data.train().range(0, 64), BATCH",
                                    "data.test(), BATCH", "data.test().range(0, 32), BATCH",
                                    "/ data.test().size()", "/ 32")),
                    entry(
                            "Chapter13_7_SSD.java",
                            Map.of(
                                    "bananas.train(), 32", "bananas.train().range(0, 16), 8",
                                    "bananas.test(), 32", "bananas.test().range(0, 8), 8",
                                    "zeros(32, 3", "zeros(2, 3",
                                    "Epochs.of(20)", "Epochs.of(1)")),
                    entry(
                            "Chapter13_1_ImageAugmentation.java",
                            Map.of(
                                    "EPOCHS = 5", "EPOCHS = 1",
                                    "of(augmented, 64)", "of(augmented.range(0, 64), 16)",
                                    "of(data.test(), 256)", "of(data.test().range(0, 32), 32)")),
                    entry(
                            "Detectors.java",
                            Map.of(
                                    "EPOCHS = 4", "EPOCHS = 1",
                                    "bananas.train(), BATCH", "bananas.train().range(0, 16), BATCH",
                                    "bananas.test(), BATCH", "bananas.test().range(0, 8), BATCH")),
                    entry(
                            "Explanations.java",
                            Map.of("generate(1000, 1)", "generate(200, 1)", "Epochs.of(4)", "Epochs.of(1)")),
                    entry(
                            "FineTuning.java",
                            Map.of("range(0, 512), 32", "range(0, 64), 16", "Epochs.of(2)", "Epochs.of(1)")),
                    entry(
                            "MaskedAutoencoding.java",
                            Map.of(
                                    "EPOCHS = 20, LABELLED = 500, FINE_TUNING = 30",
                                    "EPOCHS = 1, LABELLED = 50, FINE_TUNING = 1",
                                    "images = data.train()",
                                    "images = data.train().range(0, 64)",
                                    "test = data.test()",
                                    "test = data.test().range(0, 32)")),
                    entry(
                            "ResidualNetwork.java",
                            Map.of(
                                    "data.train(), 256", "data.train().range(0, 64), 16",
                                    "data.test(), 256", "data.test().range(0, 32), 16",
                                    "Epochs.of(10)", "Epochs.of(2)")),
                    // numbers differ between machines with vectors of other widths
                    entry("OwnTable.java", Map.of("Epochs.of(30)", "Epochs.of(3)")),
                    entry("Chapter14_4_PretrainingWord2Vec.java", Map.of("EPOCHS = 5", "EPOCHS = 1")),
                    entry(
                            "Chapter14_10_PretrainingBERT.java",
                            Map.of("BATCH = 512, STEPS = 50", "BATCH = 32, STEPS = 12")),
                    entry(
                            "Chapter15_2_SentimentRNN.java",
                            Map.of(
                                    "EPOCHS = 5", "EPOCHS = 1",
                                    "data(imdb.train(),", "data(imdb.train().subList(1900, 2100),",
                                    "data(imdb.test(),", "data(imdb.test().subList(450, 550),")),
                    entry(
                            "Chapter15_3_SentimentCNN.java",
                            Map.of(
                                    "EPOCHS = 5", "EPOCHS = 1",
                                    "data(imdb.train(),", "data(imdb.train().subList(1900, 2100),",
                                    "data(imdb.test(),", "data(imdb.test().subList(450, 550),")),
                    entry(
                            "Chapter15_5_InferenceAttention.java",
                            Map.of("5 * EPOCHS", "1", "data(snli.train(),", "data(snli.train().subList(0, 512),")),
                    entry(
                            "Chapter15_7_InferenceBERT.java",
                            Map.of("o.epochs(EPOCHS)", "o.epochs(1).limit(128)", "\"2\"", "\"1\"")),
                    entry("OwnImageFolder.java", Map.of("Epochs.of(8)", "Epochs.of(2)")),
                    entry(
                            "Chapter13_2_FineTuning.java",
                            Map.of(
                                    "SIDE = 64", "SIDE = 32",
                                    "IMAGES = 200", "IMAGES = 48",
                                    ", EPOCHS = 3", ", EPOCHS = 1",
                                    "PRETRAIN_EPOCHS = 4", "PRETRAIN_EPOCHS = 1",
                                    "things.train(), 32", "things.train().range(0, 64), 16",
                                    "things.test(), 32", "things.test().range(0, 32), 16")),
                    // the numbers are those of the photographs; the drawn stand-in has fewer
                    entry("Chapter13_9_SemanticSegmentation.java", Map.of("BATCH = 64", "BATCH = 16")),
                    entry(
                            "Chapter13_11_FCN.java",
                            Map.of(
                                    "EPOCHS = 5", "EPOCHS = 1",
                                    "voc.train();", "voc.train().range(0, 16);",
                                    "voc.test();", "voc.test().range(0, 8);")),
                    entry(
                            "Chapter13_12_NeuralStyle.java",
                            Map.of("HEIGHT = 300, WIDTH = 450, STEPS = 500", "HEIGHT = 64, WIDTH = 96, STEPS = 20")),
                    entry(
                            "Chapter13_13_KaggleCifar10.java",
                            Map.of("smallInput()", "smallInput().width(8)", "EPOCHS = 20", "EPOCHS = 1")),
                    entry(
                            "Chapter13_14_KaggleDogs.java",
                            Map.of(
                                    "SIDE = 64", "SIDE = 32",
                                    ", EPOCHS = 10", ", EPOCHS = 1",
                                    "DRAWN_EPOCHS = 4", "DRAWN_EPOCHS = 1",
                                    "things.train(), BATCH", "things.train().range(0, 64), 16")));

    /**
     * Programs that take several seconds even when shortened, among them those of the chapters on applications. They
     * run with {@code -Dfathom.programs=long}, which {@code .ci/run} does.
     */
    private static final Pattern LONG =
            Pattern.compile(
                    "(Chapter1[345]_.*|Chapter(8_[56]|9_[12347]|10_[47]|11_[5-9]|11_1[01]|12_[3456])_.*"
                            + "|CrossValidationOfARegression|CustomLayerAndLoss|Detectors|Explanations|FineTuning"
                            + "|ImbalancedClasses|LearningRateFinder|MaskedAutoencoding|OwnImageFolder|ResidualNetwork|SemanticSearch|SentenceFineTuning)\\.java");

    private static final Pattern NUMBER = Pattern.compile("\\d+(\\.\\d+)?(e-?\\d+)?");

    @TempDir Path folder;

    static Stream<Path> programs() throws IOException {
        boolean areLong = System.getProperty("fathom.programs", "short").equals("long");
        return Files.list(ProgramRun.PROGRAMS)
                .filter(p -> p.toString().endsWith(".java"))
                .filter(p -> LONG.matcher(p.getFileName().toString()).matches() == areLong)
                .sorted();
    }

    @ParameterizedTest
    @MethodSource("programs")
    void printsWhatItsCommentsSay(Path program) throws IOException, InterruptedException {
        if (Files.readString(program).contains("SentenceModels.find(\"" + ENCODER)) {
            assumeTrue(
                    SentenceModels.isHere(ENCODER), "the encoder " + ENCODER + " is not in Maven's local repository");
            SentenceModels.find(ENCODER, IO::println); // into the cache
        }
        List<String> expected = expected(program);
        Path file = shortened(program);
        OwnFiles.write(folder, program.getFileName().toString());
        List<String> printed = ProgramRun.of(file, folder);
        if (!file.equals(program)) {
            expected = withoutNumbers(expected);
            printed = withoutNumbers(printed);
        }
        if (!expected.isEmpty()) { // a program that trains says only that it prints
            assertThat(printed).containsSubsequence(expected);
        }
        long prints = Files.readAllLines(program).stream().filter(l -> l.contains("IO.println(")).count();
        assertThat(printed.size()).as("every print happens").isGreaterThanOrEqualTo((int) prints);
    }

    /** {@return the program, or a copy that ends soon} */
    private Path shortened(Path program) throws IOException {
        Map<String, String> changes = SHORTENED.get(program.getFileName().toString());
        if (changes == null) {
            return program;
        }
        String text = Files.readString(program);
        for (var change : changes.entrySet()) {
            assertThat(text).as("what is shortened").containsOnlyOnce(change.getKey());
            text = text.replace(change.getKey(), change.getValue());
        }
        return Files.writeString(folder.resolve(program.getFileName()), text);
    }

    private static List<String> withoutNumbers(List<String> lines) {
        return lines.stream().map(l -> NUMBER.matcher(l).replaceAll("#")).toList();
    }

    private static List<String> expected(Path program) throws IOException {
        var lines = new ArrayList<String>();
        for (String line : Files.readAllLines(program)) {
            int at = line.indexOf(MARK);
            if (at >= 0) {
                String text = line.substring(at + MARK.length());
                lines.add(text.startsWith(" ") ? text.substring(1) : text);
            }
        }
        return lines;
    }
}
