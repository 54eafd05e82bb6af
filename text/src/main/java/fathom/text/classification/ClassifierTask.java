package fathom.text.classification;

import fathom.Autograd;
import fathom.Tensor;
import fathom.data.DataLoader;
import fathom.nn.Layer;
import fathom.nn.loss.CrossEntropyLoss;
import fathom.optim.Adam;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The training of a classifier of texts or of pairs of texts. The run's settings keep the classes; subclasses turn
 * texts into indices.
 */
abstract class ClassifierTask implements RecipeTask {
    private static final String CLASSES = "classNames";
    private static final int BAG_EPOCHS = 10;
    private static final double BAG_LR = 0.01;

    /** The course's number of words of a review. */
    private static final int LONGEST = 500;

    /** The stand-in of SNLI is so much smaller that the course's four passes learn little. */
    private static final long ENOUGH_PAIRS = 80_000;

    final TaskOptions options;
    final boolean arePairs;
    private @Nullable LabelledTexts data;
    private @Nullable List<String> classes;

    ClassifierTask(TaskOptions options, boolean arePairs) {
        this.options = options;
        this.arePairs = arePairs;
        if (options.settings().get(CLASSES) instanceof List<?> names) {
            try {
                classes = names.stream().map(String.class::cast).toList();
            } catch (ClassCastException e) {
                throw new RecipeException("the run's settings are damaged: its %s is %s".formatted(CLASSES, names));
            }
        }
    }

    /** {@return the examples as indices that the network reads} */
    abstract LabelledSequences sequences(List<LabelledTexts.Example> examples);

    /** {@return what the words or tokens of the data are, for the line that begins a training} */
    abstract String details();

    /** {@return the minimum frequency of the words that the bag of words counts} */
    abstract int minFreq();

    final LabelledTexts texts() {
        if (data == null) {
            data = LabelledTexts.load(options.data(), arePairs, options.notice()).limited(options.limit());
            if (classes != null && !classes.equals(data.classes())) {
                throw new RecipeException(
                        "data", "it has the classes %s, the run has %s".formatted(data.classes(), classes));
            }
        }
        return data;
    }

    @Override
    public final List<String> classes() {
        if (classes == null) {
            classes = texts().classes();
        }
        return classes;
    }

    private DataLoader loader(LabelledSequences sequences, boolean dropLast) {
        return sequences.loader(options.hyperParameters().batchSize(), dropLast).seed(options.seed());
    }

    @Override
    public final DataLoader train() {
        return loader(sequences(texts().train()), true);
    }

    @Override
    public long wholeSize() {
        return arePairs && texts().isStandIn() ? ENOUGH_PAIRS : 0;
    }

    @Override
    public final DataLoader test() {
        return loader(sequences(texts().test()), false);
    }

    @Override
    public final String data() {
        LabelledTexts found = texts();
        String details = details();
        return String.format(
                Locale.ROOT,
                "%,d %s for training and %,d for testing, %sfrom %s",
                found.train().size(),
                arePairs ? "pairs" : "texts",
                found.test().size(),
                details.isEmpty() ? "" : details + ", ",
                found.origin());
    }

    @Override
    public void configure(TrainerOptions trainer, Layer net, Consumer<String> show) {
        trainer.note(CLASSES, classes());
    }

    @Override
    public final List<String> report(Run run, Layer net) {
        return List.of(run.last().toString(), run.speed(), bagOfWords());
    }

    /** {@return the result of logistic regression on counts of words, trained on the same examples} */
    private String bagOfWords() {
        Vocabulary words = texts().vocabulary(minFreq());
        var net = new BagOfWords(words.size(), LabelledSequences.pad(words), classes().size());
        var trainer =
                new Trainer(
                        net,
                        t ->
                                t.loss(new CrossEntropyLoss())
                                        .metrics(Metrics.accuracy())
                                        .optimizer(p -> new Adam(p, BAG_LR))
                                        .progress(false));
        trainer.fit(loader(counted(texts().train(), words), true), Epochs.of(BAG_EPOCHS));
        return "a bag of words on the same examples: test "
                + trainer.evaluate(loader(counted(texts().test(), words), false));
    }

    private LabelledSequences counted(List<LabelledTexts.Example> examples, Vocabulary words) {
        return LabelledTexts.sequences(examples, words, LONGEST, arePairs);
    }

    /** Inputs are texts; of pairs, first and second texts in turn. */
    @Override
    public final List<String> predict(Layer net, PredictionOptions asked) {
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
        var sequences = sequences(examples);
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
