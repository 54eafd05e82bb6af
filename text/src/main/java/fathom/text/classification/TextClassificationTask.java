package fathom.text.classification;

import fathom.Autograd;
import fathom.Tensor;
import fathom.data.DataLoader;
import fathom.data.hub.DataHub;
import fathom.nn.Layer;
import fathom.nn.loss.CrossEntropyLoss;
import fathom.optim.Adam;
import fathom.text.TokenEmbedding;
import fathom.text.Vocabulary;
import fathom.train.Epochs;
import fathom.train.Run;
import fathom.train.Trainer;
import fathom.train.TrainerOptions;
import fathom.train.metric.Metrics;
import fathom.train.recipe.PredictionOptions;
import fathom.train.recipe.RecipeException;
import fathom.train.recipe.RecipeTask;
import fathom.train.recipe.TaskOptions;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The training of a classifier of texts or of pairs of texts by word vectors. The run's settings keep the vocabulary,
 * the classes and the width of the vectors.
 */
final class TextClassificationTask implements RecipeTask {
    private static final String VOCABULARY = "vocabulary";
    private static final String CLASSES = "classNames";
    private static final String WIDTH = "vectorWidth";
    private static final String FROZEN = "vectorsFrozen";
    private static final String NONE = "none";
    private static final int BAG_EPOCHS = 10;

    /** The stand-in of SNLI is so much smaller that the course's four passes learn little. */
    private static final long ENOUGH_PAIRS = 80_000;

    private final TextClassificationRecipe recipe;
    private final TaskOptions options;
    private final int steps;
    private @Nullable LabelledTexts data;
    private @Nullable Vocabulary vocabulary;
    private @Nullable List<String> classes;
    private @Nullable WordTable table;
    private String vectors = "";

    TextClassificationTask(TextClassificationRecipe recipe, TaskOptions options) {
        this.recipe = recipe;
        this.options = options;
        steps = options.integer(TextClassificationRecipe.STEPS, 1).orElseThrow();
        Map<String, Object> settings = options.settings();
        if (settings.get(VOCABULARY) instanceof List<?> words && settings.get(CLASSES) instanceof List<?> names) {
            try {
                vocabulary = Vocabulary.ofTokens(words.stream().map(String.class::cast).toList());
                classes = names.stream().map(String.class::cast).toList();
                LabelledSequences.pad(vocabulary);
            } catch (IllegalArgumentException | ClassCastException e) {
                throw new RecipeException("the run's settings are damaged: vocabulary or classes: " + e.getMessage());
            }
        }
    }

    private LabelledTexts texts() {
        if (data == null) {
            data = LabelledTexts.load(options.data(), recipe.isOfPairs(), options.notice()).limited(options.limit());
            if (classes != null && !classes.equals(data.classes())) {
                throw new RecipeException(
                        "data", "it has the classes %s, the run has %s".formatted(data.classes(), classes));
            }
        }
        return data;
    }

    private Vocabulary vocabulary() {
        if (vocabulary == null) {
            vocabulary = texts().vocabulary(options.integer(TextClassificationRecipe.MIN_FREQ, 1).orElseThrow());
        }
        return vocabulary;
    }

    @Override
    public List<String> classes() {
        if (classes == null) {
            classes = texts().classes();
        }
        return classes;
    }

    private long pad() {
        return LabelledSequences.pad(vocabulary());
    }

    private WordTable table() {
        if (table == null) {
            table = options.isOfRun() ? tableOfRun() : newTable();
        }
        return table;
    }

    /** The weights of the run are loaded into it. */
    private WordTable tableOfRun() {
        if (options.settings().get(WIDTH) instanceof Number width
                && width.longValue() > 0
                && options.settings().get(FROZEN) instanceof Boolean isFrozen) {
            return WordTable.random(vocabulary().size(), width.longValue(), isFrozen);
        }
        throw new RecipeException(
                "the run's settings are damaged: %s is %s, %s is %s"
                        .formatted(WIDTH, options.settings().get(WIDTH), FROZEN, options.settings().get(FROZEN)));
    }

    private WordTable newTable() {
        String name = options.option(TextClassificationRecipe.VECTORS).orElse("");
        boolean isFrozen = !recipe.trainsVectors() && !options.isOn(TextClassificationRecipe.TRAIN_VECTORS);
        TokenEmbedding pretrained =
                name.equals(NONE) || name.isEmpty() && texts().isStandIn() ? null : pretrained(name);
        if (pretrained == null) {
            vectors = "vectors learnt";
            return WordTable.random(vocabulary().size(), TextClassificationRecipe.DIMENSIONS, false);
        }
        long known = vocabulary().tokens().stream().filter(t -> pretrained.index(t) > 0).count();
        vectors =
                String.format(
                        Locale.ROOT,
                        "%,d with vectors of %s, %s",
                        known,
                        pretrained.source(),
                        isFrozen ? "not trained" : "trained");
        return WordTable.of(pretrained, vocabulary(), isFrozen);
    }

    /** {@return vectors of a file or of the hub; null if the hub has them not, and the user did not ask for them} */
    private @Nullable TokenEmbedding pretrained(String name) {
        try {
            if (Files.isRegularFile(Path.of(name))) {
                return name.endsWith(".bin")
                        ? TokenEmbedding.loadBinary(Path.of(name))
                        : TokenEmbedding.load(Path.of(name));
            }
            TokenEmbedding found =
                    TokenEmbedding.load(
                            DataHub.standard(), name.isEmpty() ? TextClassificationRecipe.GLOVE : name, line -> {});
            if (!found.isStandIn()) {
                return found;
            }
        } catch (UncheckedIOException e) {
            throw new RecipeException("vectors", String.valueOf(e.getMessage()));
        } catch (IllegalArgumentException e) {
            throw new RecipeException("vectors", "there is no file %s, nor a data set of this name".formatted(name));
        }
        if (!name.isEmpty()) {
            throw new RecipeException(
                    "vectors", "%s could not be had: fathom data get %s says why".formatted(name, name));
        }
        options.notice()
                .accept(
                        "%s could not be had; word vectors are learnt instead"
                                .formatted(TextClassificationRecipe.GLOVE));
        return null;
    }

    @Override
    public Layer network() {
        return recipe.network(table(), pad(), classes().size(), options.isOn(TextClassificationRecipe.INTRA));
    }

    private DataLoader loader(List<LabelledTexts.Example> examples, boolean dropLast) {
        return LabelledTexts.sequences(examples, vocabulary(), steps, recipe.isOfPairs())
                .loader(options.hyperParameters().batchSize(), dropLast)
                .seed(options.seed());
    }

    @Override
    public DataLoader train() {
        return loader(texts().train(), true);
    }

    @Override
    public long wholeSize() {
        return recipe.isOfPairs() && texts().isStandIn() ? ENOUGH_PAIRS : 0;
    }

    @Override
    public DataLoader test() {
        return loader(texts().test(), false);
    }

    @Override
    public String data() {
        LabelledTexts found = texts();
        table();
        return String.format(
                Locale.ROOT,
                "%,d %s for training and %,d for testing, %,d words, from %s%s",
                found.train().size(),
                recipe.isOfPairs() ? "pairs" : "texts",
                found.test().size(),
                vocabulary().size(),
                found.origin(),
                vectors.isEmpty() ? "" : " (" + vectors + ")");
    }

    @Override
    public void configure(TrainerOptions trainer, Layer net, Consumer<String> show) {
        trainer.note(VOCABULARY, vocabulary().tokens())
                .note(CLASSES, classes())
                .note(WIDTH, table().dimensions())
                .note(FROZEN, table().isFrozen());
    }

    @Override
    public List<String> report(Run run, Layer net) {
        return List.of(run.last().toString(), run.speed(), bagOfWords());
    }

    /** {@return the result of logistic regression on counts of words, trained on the same examples} */
    private String bagOfWords() {
        var net = new BagOfWords(vocabulary().size(), pad(), classes().size());
        var trainer =
                new Trainer(
                        net,
                        t ->
                                t.loss(new CrossEntropyLoss())
                                        .metrics(Metrics.accuracy())
                                        .optimizer(p -> new Adam(p, 0.01))
                                        .progress(false));
        trainer.fit(train(), Epochs.of(BAG_EPOCHS));
        return "a bag of words on the same examples: test " + trainer.evaluate(test());
    }

    /** Inputs are texts, or files of text; of pairs, first and second texts in turn. */
    @Override
    public List<String> predict(Layer net, PredictionOptions asked) {
        boolean arePairs = recipe.isOfPairs();
        List<LabelledTexts.Example> examples = new ArrayList<>();
        if (asked.inputs().isEmpty()) {
            List<LabelledTexts.Example> test = texts().test();
            int n = Math.min(asked.count(), test.size());
            IntStream.range(0, n).forEach(i -> examples.add(test.get((int) ((long) i * test.size() / n))));
        } else if (!arePairs) {
            asked.inputs().forEach(text -> examples.add(new LabelledTexts.Example(List.of(text), -1)));
        } else if (asked.inputs().size() % 2 == 0) {
            for (int i = 0; i < asked.inputs().size(); i += 2) {
                examples.add(new LabelledTexts.Example(asked.inputs().subList(i, i + 2), -1));
            }
        } else {
            throw new RecipeException(
                    String.format(
                            Locale.ROOT,
                            "expected pairs of texts, \"A man sleeps.\" \"A man rests.\", got %d texts",
                            asked.inputs().size()));
        }
        var sequences = LabelledTexts.sequences(examples, vocabulary(), steps, arePairs);
        var lines = new ArrayList<String>();
        for (int i = 0; i < examples.size(); i++) {
            float[] probabilities;
            try (var _ = Autograd.noGrad()) {
                Tensor x = sequences.batch(new long[] {i}).x();
                probabilities = net.call(x).softmax(-1).select(0, 0).toFloatArray();
            }
            lines.add(line(examples.get(i), probabilities, asked.top()));
        }
        return lines;
    }

    private String line(LabelledTexts.Example example, float[] probabilities, int top) {
        List<String> ranked =
                IntStream.range(0, probabilities.length)
                        .boxed()
                        .sorted((a, b) -> Float.compare(probabilities[b], probabilities[a]))
                        .limit(top)
                        .map(c -> String.format(Locale.ROOT, "%s %.3f", classes().get(c), probabilities[c]))
                        .toList();
        String known = example.label() < 0 ? "" : " (" + classes().get(example.label()) + ")";
        return String.join(" | ", example.texts()) + " => " + String.join(", ", ranked) + known;
    }
}
