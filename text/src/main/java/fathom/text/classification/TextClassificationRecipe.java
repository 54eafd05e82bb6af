package fathom.text.classification;

import fathom.Tensors;
import fathom.nn.Layer;
import fathom.nn.loss.CrossEntropyLoss;
import fathom.nn.loss.Loss;
import fathom.text.datasets.Imdb;
import fathom.text.datasets.Snli;
import fathom.train.metric.Metric;
import fathom.train.metric.Metrics;
import fathom.train.recipe.HyperParameters;
import fathom.train.recipe.Recipe;
import fathom.train.recipe.RecipeCard;
import fathom.train.recipe.RecipeExample;
import fathom.train.recipe.RecipeOption;
import fathom.train.recipe.RecipeTask;
import fathom.train.recipe.TaskOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The course's training of classifiers of texts and of pairs of texts, by word vectors. */
public abstract sealed class TextClassificationRecipe implements Recipe {
    static final String VECTORS = "vectors";
    static final String TRAIN_VECTORS = "trainVectors";
    static final String STEPS = "steps";
    static final String MIN_FREQ = "minFreq";
    static final String INTRA = "intraAttention";

    /** The course's word vectors, and the dimensions of those that are learnt where there are none. */
    static final String GLOVE = "glove.6b.100d";

    static final int DIMENSIONS = 100;

    private static final int EXAMPLE_WORDS = 20_000;
    private static final int EXAMPLE_STEPS = 50;
    private static final int HIDDEN = 100;
    private static final int LAYERS = 2;
    private static final int INFERENCE_HIDDEN = 200;
    private static final int CHANNELS = 100;
    private static final int[] WIDTHS = {3, 4, 5};

    private final String name;
    private final String description;
    private final String section;
    private final boolean isOfPairs;

    private TextClassificationRecipe(String name, String description, String section, boolean isOfPairs) {
        this.name = name;
        this.description = description;
        this.section = section;
        this.isOfPairs = isOfPairs;
    }

    /**
     * {@return a new network}
     *
     * @param vectors word vectors
     * @param pad the index of the padding token
     * @param seesOrder whether {@link #INTRA} is on
     */
    abstract Layer network(WordTable vectors, long pad, long classes, boolean seesOrder);

    /** {@return whether pretrained vectors are trained, unless the user says so} */
    boolean trainsVectors() {
        return false;
    }

    /** {@return whether the examples are pairs of texts} */
    final boolean isOfPairs() {
        return isOfPairs;
    }

    @Override
    public RecipeCard card() {
        return LabelledTexts.card(name, description, section, isOfPairs);
    }

    @Override
    public Loss loss() {
        return new CrossEntropyLoss();
    }

    @Override
    public List<Metric> metrics() {
        return List.of(Metrics.accuracy());
    }

    @Override
    public List<String> classes() {
        return isOfPairs ? Snli.classNames() : Imdb.classNames();
    }

    /** {@return the maximum number of tokens of a text} */
    private int steps() {
        return isOfPairs ? 50 : 500;
    }

    @Override
    public List<RecipeOption> options() {
        var all = new ArrayList<RecipeOption>();
        all.add(
                RecipeOption.of(STEPS, "N", "The number of tokens after which a text is cut off.")
                        .withDefault(String.format(Locale.ROOT, "%d", steps())));
        all.add(
                RecipeOption.of(MIN_FREQ, "N", "How often a word must occur to be known.")
                        .withDefault(String.format(Locale.ROOT, "%d", 5)));
        all.add(
                RecipeOption.of(
                        VECTORS,
                        "FILE",
                        "Word vectors: a text file of GloVe or fastText, the name of a data set such as glove.6b.100d, or none, to learn them. Default: glove.6b.100d, or none for a stand-in."));
        if (!trainsVectors()) {
            all.add(RecipeOption.flag(TRAIN_VECTORS, "Train the pretrained word vectors as well."));
        }
        return all;
    }

    @Override
    public RecipeExample example(int batchSize) {
        var vectors = WordTable.random(EXAMPLE_WORDS, DIMENSIONS, true);
        long[] shape = isOfPairs ? new long[] {batchSize, 2, EXAMPLE_STEPS} : new long[] {batchSize, EXAMPLE_STEPS};
        int classes = classes().size();
        Layer net = network(vectors, 1, classes, false);
        return new RecipeExample(net, Tensors.randint(2, EXAMPLE_WORDS, shape), Tensors.randint(0, classes, batchSize));
    }

    @Override
    public RecipeTask open(TaskOptions options) {
        return new WordClassifierTask(this, options);
    }

    /** Sentiment by a bidirectional LSTM, section 15.2. */
    public static final class Recurrent extends TextClassificationRecipe {
        /** For {@code fathom train sentiment-rnn}. */
        public Recurrent() {
            super("sentiment-rnn", "classes of texts by a bidirectional LSTM over word vectors", "15.2", false);
        }

        @Override
        public HyperParameters hyperParameters() {
            return HyperParameters.of("adam", 0.01).withEpochs(5).withBatchSize(64);
        }

        @Override
        Layer network(WordTable vectors, long pad, long classes, boolean seesOrder) {
            return new SentimentRNN(vectors.embedding(), pad, HIDDEN, LAYERS, classes);
        }
    }

    /** Sentiment by convolutions over the words, section 15.3. */
    public static final class Convolutional extends TextClassificationRecipe {
        /** For {@code fathom train sentiment-cnn}. */
        public Convolutional() {
            super("sentiment-cnn", "classes of texts by convolutions over word vectors (textCNN)", "15.3", false);
        }

        @Override
        public HyperParameters hyperParameters() {
            return HyperParameters.of("adam", 0.001).withEpochs(5).withBatchSize(64);
        }

        @Override
        Layer network(WordTable vectors, long pad, long classes, boolean seesOrder) {
            return new TextCNN(vectors.trained(), vectors.embedding(), pad, WIDTHS, CHANNELS, classes);
        }
    }

    /** Natural language inference by decomposable attention, section 15.5. */
    public static final class Attention extends TextClassificationRecipe {
        /** For {@code fathom train entailment}. */
        public Attention() {
            super(
                    "entailment",
                    "whether a text follows from another, contradicts it, or neither, by decomposable attention",
                    "15.5",
                    true);
        }

        @Override
        boolean trainsVectors() {
            return true;
        }

        @Override
        public HyperParameters hyperParameters() {
            return HyperParameters.of("adam", 0.001).withEpochs(4).withBatchSize(256);
        }

        @Override
        public List<RecipeOption> options() {
            var all = new ArrayList<>(super.options());
            all.add(
                    RecipeOption.flag(
                            INTRA, "Let words attend to the others of their own text, so that their order matters."));
            return all;
        }

        @Override
        Layer network(WordTable vectors, long pad, long classes, boolean seesOrder) {
            return new DecomposableAttention(
                    vectors.trained(), pad, INFERENCE_HIDDEN, classes, o -> o.intraAttention(seesOrder));
        }
    }
}
