package fathom.text.classification;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import fathom.Tensor;
import fathom.nn.Layer;
import fathom.testkit.TensorAssert;
import fathom.text.Vocabulary;
import fathom.text.bert.BertConfig;
import fathom.text.bert.BertForPreTraining;
import fathom.text.bert.BertModel;
import fathom.text.tokenizers.TokenizerKind;
import fathom.text.tokenizers.TokenizerTrainer;
import fathom.train.recipe.PredictionOptions;
import fathom.train.recipe.RecipeException;
import fathom.train.recipe.RecipeOptions;
import fathom.train.recipe.RecipeResult;
import fathom.train.recipe.RecipeTask;
import fathom.train.recipe.Recipes;
import fathom.train.recipe.TrainedRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The recipes: training, evaluation, predictions, and texts of one's own. */
class ClassifierRecipesTest {
    @TempDir Path folder;

    private RecipeResult train(String name, Consumer<RecipeOptions> options) {
        return Recipes.train(
                name,
                o -> {
                    o.data("stand-in").epochs(1).limit(100).folder(folder.resolve("run")).progress(false);
                    options.accept(o);
                });
    }

    private PredictionOptions asked(String... inputs) {
        return new PredictionOptions(List.of(inputs), 3, 3, folder, null, line -> {});
    }

    @ParameterizedTest
    @ValueSource(strings = {"sentiment-rnn", "sentiment-cnn", "entailment"})
    void eachRecipeIsTrainedEvaluatedAndUsed(String name) throws IOException {
        RecipeResult result = train(name, o -> {});
        assertThat(result.report()).hasSize(3);
        assertThat(result.report().getFirst()).matches("loss \\S+, train acc \\S+, test acc \\S+");
        assertThat(result.report().get(2)).matches("a bag of words on the same examples: test loss \\S+, acc 0\\.\\d+");

        TrainedRun run = TrainedRun.open(folder.resolve("run"));
        RecipeTask task = run.task(o -> o.limit(100));
        Layer net = run.network(task, false);
        assertThat(run.evaluate(task, net).toString())
                .endsWith(result.report().getFirst().replaceAll(".* test acc", "acc"));
        boolean arePairs = name.equals("entailment");
        // unknown words, no word, and one word
        List<String> lines =
                arePairs
                        ? task.predict(net, asked("A boy is sleeping .", "zebra", "", ""))
                        : task.predict(net, asked("zebra", ""));
        assertThat(lines).hasSize(2);
        assertThat(lines.getFirst())
                .matches(
                        arePairs
                                ? "A boy is sleeping \\. \\| zebra => \\w+ 0\\.\\d{3}, \\w+ 0\\.\\d{3}, \\w+ 0\\.\\d{3}"
                                : "zebra => \\w+ [01]\\.\\d{3}, \\w+ [01]\\.\\d{3}");
        assertThat(task.predict(net, asked())).hasSize(3).allMatch(l -> l.matches(".* => .* \\(\\w+\\)"));
        if (arePairs) {
            assertThatThrownBy(() -> task.predict(net, asked("one")))
                    .isInstanceOf(RecipeException.class)
                    .hasMessageContaining("expected pairs of texts");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"sentiment-bert", "entailment-bert"})
    void bertIsPretrainedFineTunedEvaluatedAndUsed(String name) throws IOException {
        var notices = new ArrayList<String>();
        RecipeResult result = train(name, o -> o.limit(64).option("pretrainEpochs", "1").notice(notices::add));
        assertThat(result.report()).hasSize(3);
        assertThat(notices).anyMatch(l -> l.matches("pretrained: loss of masked tokens \\d\\.\\d{3}"));
        TrainedRun run = TrainedRun.open(folder.resolve("run"));
        RecipeTask task = run.task(o -> o.limit(64));
        Layer net = run.network(task, false);
        assertThat(run.evaluate(task, net).toString())
                .endsWith(result.report().getFirst().replaceAll(".* test acc", "acc"));
        List<String> lines =
                name.equals("entailment-bert")
                        ? task.predict(net, asked("A boy is sleeping .", "zebra \uD83D\uDE00", "", ""))
                        : task.predict(net, asked("zebra \uD83D\uDE00", ""));
        assertThat(lines).hasSize(2).allMatch(l -> l.matches(".* => \\w+ [01]\\.\\d{3}, \\w+ [01]\\.\\d{3}.*"));
    }

    /** Weights and tokenizer of a folder, as Hugging Face has them, with a new head. */
    @Test
    void theBertOfAFolderIsFineTuned() throws IOException {
        Path bert = Files.createDirectories(folder.resolve("bert"));
        var tokenizer = TokenizerTrainer.train(TokenizerKind.BERT, List.of("the plot is not dull but funny"));
        tokenizer.save(bert);
        var config =
                BertConfig.of(c ->
                        c.vocabSize(tokenizer.size())
                                .hiddenSize(16)
                                .layers(1)
                                .heads(2)
                                .intermediateSize(32)
                                .maxPositions(40));
        var model = new BertModel(config);
        model.savePretrained(bert);
        RecipeResult result =
                train(
                        "entailment-bert",
                        o -> o.limit(64).lr(1e-9).option("weights", bert.toString()).option("steps", "40"));
        var tuned = ((BertClassifier) result.net()).model();
        assertThat(tuned.config().hiddenSize()).isEqualTo(16);
        assertThat(tuned.config().labels()).containsExactly("entailment", "contradiction", "neutral");
        TensorAssert.assertThat(tuned.bert.wordEmbeddings()).isCloseTo(model.wordEmbeddings(), 1e-4, 1e-6);
        // the run has all that it needs
        Files.delete(bert.resolve("tokenizer.json"));
        Files.delete(bert.resolve("config.json"));
        TrainedRun run = TrainedRun.open(folder.resolve("run"));
        RecipeTask task = run.task(o -> {});
        assertThat(task.predict(run.network(task, false), asked("a", "b"))).hasSize(1);
        assertThatThrownBy(() -> train("entailment-bert", o -> o.overwrite(true).option("weights", bert.toString())))
                .isInstanceOf(RecipeException.class);
        assertThatThrownBy(() -> train("sentiment-bert", o -> o.option("weights", "/no/such/folder")))
                .hasMessageContaining("there is no folder /no/such/folder");
    }

    @Test
    void theBertOfARunIsFineTuned() throws IOException {
        Path text = folder.resolve("paragraphs.txt");
        Files.writeString(text, "the plot is funny . the cast is not dull . a boy is sleeping .\n".repeat(40));
        Path pretrained = folder.resolve("pretrained");
        Recipes.train(
                "bert",
                o ->
                        o.data(text.toString())
                                .epochs(1)
                                .batchSize(8)
                                .option("steps", "2")
                                .option("hidden", "16")
                                .option("layers", "1")
                                .option("length", "24")
                                .folder(pretrained)
                                .progress(false));
        var notices = new ArrayList<String>();
        RecipeResult result =
                train(
                        "entailment-bert",
                        o -> o.limit(64).lr(1e-9).option("weights", pretrained.toString()).notice(notices::add));
        assertThat(notices).anyMatch(l -> l.contains("reads 24 tokens at most"));
        var tuned = ((BertClassifier) result.net()).model();
        assertThat(tuned.config().hiddenSize()).isEqualTo(16);
        TrainedRun run = TrainedRun.open(pretrained);
        var before = (BertForPreTraining) run.network(run.task(o -> {}), false);
        TensorAssert.assertThat(tuned.bert.wordEmbeddings()).isCloseTo(before.bert.wordEmbeddings(), 1e-4, 1e-6);
        TrainedRun own = TrainedRun.open(folder.resolve("run"));
        assertThatThrownBy(() -> train("sentiment-bert", o -> o.option("weights", own.folder().toString())))
                .hasMessageContaining("is a run of entailment-bert, not of bert");
    }

    @Test
    void aTokenizerOfWordsPutsSpecialTokensAroundTexts() {
        var vocabulary =
                Vocabulary.of(List.of("a", "does", "n't"), o -> o.reserved("<pad>", "<mask>", "<cls>", "<sep>"));
        var tokenizer = WordBert.tokenizer(vocabulary);
        var pair = tokenizer.encode("A does n't", "zebra", o -> {});
        assertThat(pair.tokens()).containsExactly("<cls>", "a", "does", "n't", "<sep>", "<unk>", "<sep>");
        assertThat(pair.ids()).containsExactly(3, 5, 6, 7, 4, 0, 4);
        assertThat(pair.typeIds()).containsExactly(0, 0, 0, 0, 0, 1, 1);
        assertThat(tokenizer.encode("a").ids()).containsExactly(3, 5, 4);
    }

    private Path own() throws IOException {
        Path own = folder.resolve("mails");
        for (String part : new String[] {"train", "test"}) {
            for (String kind : new String[] {"sports", "politics", "weather"}) {
                Path to = Files.createDirectories(own.resolve(part).resolve(kind));
                for (int i = 0; i < 6; i++) {
                    Files.writeString(
                            to.resolve(i + ".txt"),
                            String.format(Locale.ROOT, "This is about %s, number %d of %s.", kind, i, part));
                }
            }
        }
        return own;
    }

    @Test
    void textsOfOnesOwnWithVectorsOfOnesOwn() throws IOException {
        Path vectors =
                Files.writeString(folder.resolve("vectors.txt"), "sports 1 0 0\npolitics 0 1 0\nweather 0 0 1\n");
        String own = own().toString();
        RecipeResult result =
                train(
                        "sentiment-rnn",
                        o -> o.data(own).batchSize(6).option("vectors", vectors.toString()).option("minFreq", "1"));

        assertThat(result.report().getFirst()).contains("test acc");
        TrainedRun run = TrainedRun.open(folder.resolve("run"));
        RecipeTask task = run.task(o -> {});
        assertThat(run.classes(task)).containsExactly("politics", "sports", "weather");
        Layer net = run.network(task, false);
        Tensor vectorsOfNet = Objects.requireNonNull(net.namedParameters().get("embedding.weight"));
        assertThat(vectorsOfNet.size(1)).isEqualTo(3);
        assertThat(vectorsOfNet.requiresGrad()).isFalse();
        assertThat(task.predict(net, asked("sports")).getFirst()).contains("sports ", "politics ", "weather ");
        Files.delete(Path.of(own, "test/weather/0.txt"));
        Files.move(Path.of(own, "test/weather"), Path.of(own, "test/rain"));
        assertThatThrownBy(() -> run.task(o -> {}).test())
                .hasMessageContaining("train has the classes [politics, sports, weather], test has");
    }

    @Test
    void whatCannotBeUsedIsRefused() throws IOException {
        assertThatThrownBy(() -> train("sentiment-cnn", o -> o.data("/no/such/folder")))
                .isInstanceOf(RecipeException.class)
                .hasMessageContaining("there is no folder /no/such/folder");
        assertThatThrownBy(() -> train("entailment", o -> o.data(folder.toString())))
                .isInstanceOf(RecipeException.class)
                .hasMessageContaining("snli_1.0_train.txt");
        assertThatThrownBy(() -> train("sentiment-cnn", o -> o.data(folder.toString())))
                .isInstanceOf(RecipeException.class);
        assertThatThrownBy(() -> train("sentiment-cnn", o -> o.option("vectors", "no-such-vectors")))
                .hasMessageContaining("there is no file no-such-vectors, nor a data set of this name");
        Path broken = Files.writeString(folder.resolve("broken.txt"), "good 1 2\nbad 1\n");
        assertThatThrownBy(() -> train("sentiment-rnn", o -> o.option("vectors", broken.toString())))
                .hasMessageContaining("broken.txt, line 2");
        assertThatThrownBy(() -> train("sentiment-rnn", o -> o.option("steps", "0")))
                .hasMessageContaining("must be an integer of at least 1, is 0");
        train("sentiment-cnn", o -> o.limit(64).option("steps", "20"));
        Path config = folder.resolve("run/config.json");
        Files.writeString(config, Files.readString(config).replace("\"<pad>\"", "\"pad\""));
        assertThatThrownBy(() -> TrainedRun.open(folder.resolve("run")).task(o -> {}))
                .hasMessageContaining("settings are damaged");
    }
}
