package fathom.text.classification;

import fathom.Tensors;
import fathom.nn.loss.CrossEntropyLoss;
import fathom.nn.loss.Loss;
import fathom.text.bert.BertConfig;
import fathom.text.bert.BertForSequenceClassification;
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
import java.util.List;
import java.util.Locale;

/** The fine-tuning of BERT as a classifier of texts or of pairs of texts. */
public abstract sealed class BertClassificationRecipe implements Recipe {
    static final String WEIGHTS = "weights";
    static final String STEPS = "steps";
    static final String PRETRAIN_EPOCHS = "pretrainEpochs";

    private static final int EXAMPLE_TOKENS = 10_000;
    private static final int EXAMPLE_STEPS = 64;
    private static final int WIDTH = 128;

    private final String name;
    private final String description;
    private final String section;
    private final boolean isOfPairs;
    private final int steps;

    private BertClassificationRecipe(String name, String description, String section, boolean isOfPairs, int steps) {
        this.name = name;
        this.description = description;
        this.section = section;
        this.isOfPairs = isOfPairs;
        this.steps = steps;
    }

    /** {@return the small model that is pretrained where the user has none} */
    static BertConfig small(int tokens, int steps, long pad, List<String> classes) {
        return BertConfig.of(c ->
                c.vocabSize(tokens)
                        .hiddenSize(WIDTH)
                        .layers(2)
                        .heads(4)
                        .intermediateSize(2L * WIDTH)
                        .maxPositions(steps)
                        .padTokenId(pad)
                        .labels(classes));
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
    public HyperParameters hyperParameters() {
        return HyperParameters.of("adam", 1e-4).withEpochs(5).withBatchSize(64).withClipNorm(1);
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

    @Override
    public List<RecipeOption> options() {
        return List.of(
                RecipeOption.of(
                        WEIGHTS,
                        "FOLDER",
                        "A pretrained BERT, RoBERTa or DistilBERT: a folder with config.json, weights and tokenizer, as Hugging Face has them; a run of train bert; or the course's bert.small or bert.base. Default: none; a small BERT is pretrained on the training texts."),
                RecipeOption.of(STEPS, "N", "The number of tokens after which a text, or a pair, is cut off.")
                        .withDefault(String.format(Locale.ROOT, "%d", steps)),
                RecipeOption.of(
                                PRETRAIN_EPOCHS,
                                "N",
                                "The number of passes over the training texts that pretrain the small BERT; 0 for none.")
                        .withDefault("5"));
    }

    @Override
    public RecipeExample example(int batchSize) {
        int classes = classes().size();
        var net =
                new BertClassifier(
                        new BertForSequenceClassification(small(EXAMPLE_TOKENS, EXAMPLE_STEPS, 0, classes())), 0);
        return new RecipeExample(
                net, Tensors.randint(0, 2, batchSize, 2, EXAMPLE_STEPS), Tensors.randint(0, classes, batchSize));
    }

    @Override
    public RecipeTask open(TaskOptions options) {
        return new BertClassifierTask(this, options);
    }

    /** Sentiment, as section 15.6 describes it. */
    public static final class Sentiment extends BertClassificationRecipe {
        /** For {@code fathom train sentiment-bert}. */
        public Sentiment() {
            super("sentiment-bert", "classes of texts by a fine-tuned BERT", "15.6", false, 256);
        }
    }

    /** Natural language inference, section 15.7. */
    public static final class Entailment extends BertClassificationRecipe {
        /** For {@code fathom train entailment-bert}. */
        public Entailment() {
            super(
                    "entailment-bert",
                    "whether a text follows from another, contradicts it, or neither, by a fine-tuned BERT",
                    "15.7",
                    true,
                    128);
        }
    }
}
