package fathom.text.translation;

import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.Layer;
import fathom.nn.loss.Loss;
import fathom.train.recipe.HyperParameters;
import fathom.train.recipe.Recipe;
import fathom.train.recipe.RecipeCard;
import fathom.train.recipe.RecipeExample;
import fathom.train.recipe.RecipeOption;
import fathom.train.recipe.RecipeTask;
import fathom.train.recipe.TaskOptions;
import java.util.List;
import java.util.Locale;

/** The course's training of translators on its first pairs of sentences. */
public abstract sealed class TranslationRecipe implements Recipe {
    static final String STEPS = "steps";
    static final String PAIRS = "pairs";

    /** Tokens of the first 600 pairs that occur twice, and the reserved ones. */
    private static final int SOURCE_WORDS = 184;

    private static final int TARGET_WORDS = 201;
    private static final int HIDDEN = 32;
    private static final int LAYERS = 2;
    private static final double DROPOUT = 0.1;
    private static final double LR = 0.005;
    private static final int BATCH_SIZE = 64;
    private static final int NUM_STEPS = 10;

    private final String name;
    private final String description;
    private final String section;
    private final int epochs;

    private TranslationRecipe(String name, String description, String section, int epochs) {
        this.name = name;
        this.description = description;
        this.section = section;
        this.epochs = epochs;
    }

    abstract EncoderDecoder<?> model(int sourceWords, int targetWords, Markers markers);

    @Override
    public RecipeCard card() {
        return RecipeCard.of(name, description)
                .withSection(section)
                .withData(
                        "English-French sentence pairs",
                        "a file with a sentence, a tab and its translation per line. Default: the course's pairs.");
    }

    @Override
    public HyperParameters hyperParameters() {
        return HyperParameters.of("adam", LR).withEpochs(epochs).withBatchSize(BATCH_SIZE).withClipNorm(1);
    }

    @Override
    public Loss loss() {
        return new LogitsLoss();
    }

    @Override
    public List<RecipeOption> options() {
        return List.of(
                RecipeOption.of(PAIRS, "N", "The number of pairs, from the first one on.").withDefault("600"),
                RecipeOption.of(STEPS, "N", "The number of tokens of a sentence, with the one that ends it.")
                        .withDefault(String.format(Locale.ROOT, "%d", NUM_STEPS)));
    }

    @Override
    public RecipeExample example(int batchSize) {
        Layer net = model(SOURCE_WORDS, TARGET_WORDS, new Markers(1, 2, 3));
        return new RecipeExample(
                net,
                Tensors.randint(4, SOURCE_WORDS, batchSize, 2, NUM_STEPS),
                Tensors.randint(4, TARGET_WORDS, batchSize, NUM_STEPS));
    }

    @Override
    public RecipeTask open(TaskOptions options) {
        return new TranslationTask(this, options);
    }

    /** The cross-entropy of all tokens, for {@code fathom profile}. */
    private static final class LogitsLoss extends Loss {
        @Override
        public Tensor forward(Tensor input, Tensor target) {
            return Tensors.crossEntropy(input.flatten(0, 1), target.reshape(-1));
        }
    }

    /** Gated recurrent units in encoder and decoder, section 9.7. */
    public static final class Seq2Seq extends TranslationRecipe {
        private static final int EPOCHS = 300;

        /** For {@code fathom train seq2seq}. */
        public Seq2Seq() {
            super("seq2seq", "translation by gated recurrent units: an encoder and a decoder", "9.7", EPOCHS);
        }

        @Override
        EncoderDecoder<?> model(int sourceWords, int targetWords, Markers markers) {
            return new EncoderDecoder<>(
                    new GRUEncoder(sourceWords, HIDDEN, HIDDEN, LAYERS, DROPOUT),
                    new GRUDecoder(targetWords, HIDDEN, HIDDEN, LAYERS, DROPOUT),
                    markers);
        }
    }

    /** Gated recurrent units whose decoder attends to the encoder's outputs, section 10.4. */
    public static final class Bahdanau extends TranslationRecipe {
        private static final int EPOCHS = 250;

        /** For {@code fathom train bahdanau}. */
        public Bahdanau() {
            super("bahdanau", "translation by gated recurrent units with additive attention", "10.4", EPOCHS);
        }

        @Override
        EncoderDecoder<?> model(int sourceWords, int targetWords, Markers markers) {
            return new EncoderDecoder<>(
                    new GRUEncoder(sourceWords, HIDDEN, HIDDEN, LAYERS, DROPOUT),
                    new AttentionDecoder(targetWords, HIDDEN, HIDDEN, LAYERS, DROPOUT),
                    markers);
        }
    }

    /** The Transformer, section 10.7. */
    public static final class Attention extends TranslationRecipe {
        private static final int EPOCHS = 200;
        private static final int HEADS = 4;
        private static final int FEED_FORWARD = 64;

        /** For {@code fathom train transformer}. */
        public Attention() {
            super(
                    "transformer",
                    "translation by the Transformer: self-attention in encoder and decoder",
                    "10.7",
                    EPOCHS);
        }

        @Override
        EncoderDecoder<?> model(int sourceWords, int targetWords, Markers markers) {
            return new EncoderDecoder<>(
                    new SelfAttentionEncoder(
                            sourceWords, HIDDEN, HEADS, LAYERS, DROPOUT, o -> o.dimFeedforward(FEED_FORWARD)),
                    new SelfAttentionDecoder(
                            targetWords, HIDDEN, HEADS, LAYERS, DROPOUT, o -> o.dimFeedforward(FEED_FORWARD)),
                    markers);
        }
    }
}
