package fathom.text.bert;

import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.loss.Loss;
import fathom.train.recipe.HyperParameters;
import fathom.train.recipe.Recipe;
import fathom.train.recipe.RecipeCard;
import fathom.train.recipe.RecipeExample;
import fathom.train.recipe.RecipeOption;
import fathom.train.recipe.RecipeTask;
import fathom.train.recipe.TaskOptions;
import java.util.List;

/**
 * The course's pretraining of a small BERT, section 14.10: {@code fathom train bert}.
 *
 * @see <a href="https://d2l.ai/chapter_natural-language-processing-pretraining/bert-pretraining.html">Dive into Deep
 *     Learning, Pretraining BERT</a>
 */
public final class BertRecipe implements Recipe {
    static final String STEPS = "steps";
    static final String LENGTH = "length";
    static final String HIDDEN = "hidden";
    static final String LAYERS = "layers";
    static final String HEADS = "heads";

    /** So many tokens has WikiText-2, with a frequency of at least 5, as the course counts them. */
    private static final int WORDS = 20256;

    /** For {@code fathom train bert}. */
    public BertRecipe() {}

    /** {@return the model with the course's sizes, or others} */
    static BertForPreTraining model(int words, int pad, int hidden, int layers, int heads, int length) {
        return new BertForPreTraining(
                BertConfig.of(c ->
                        c.vocabSize(words)
                                .hiddenSize(hidden)
                                .layers(layers)
                                .heads(heads)
                                .intermediateSize(2L * hidden)
                                .dropout(0.2)
                                .maxPositions(length)
                                .padTokenId(pad)));
    }

    @Override
    public RecipeCard card() {
        return RecipeCard.of("bert", "pretraining of a small BERT: masked words and next sentences")
                .withSection("14.10")
                .withData(
                        "WikiText-2",
                        "a text file with a paragraph per line, whose sentences and words are separated as in WikiText-2. Default: WikiText-2, or its stand-in.");
    }

    @Override
    public HyperParameters hyperParameters() {
        return HyperParameters.of("adam", 0.01).withEpochs(1).withBatchSize(512);
    }

    @Override
    public Loss loss() {
        return new TokenLoss();
    }

    @Override
    public List<RecipeOption> options() {
        return List.of(
                RecipeOption.of(STEPS, "N", "The number of batches of an epoch.").withDefault("50"),
                RecipeOption.of(LENGTH, "N", "The length of sequences; longer pairs are left out.").withDefault("64"),
                RecipeOption.of(HIDDEN, "N", "The width of token vectors.").withDefault("128"),
                RecipeOption.of(LAYERS, "N", "The number of layers.").withDefault("2"),
                RecipeOption.of(HEADS, "N", "The number of attention heads.").withDefault("2"));
    }

    @Override
    public RecipeExample example(int batchSize) {
        return new RecipeExample(
                model(WORDS, 1, 128, 2, 2, 64),
                Tensors.randint(5, WORDS, batchSize, 64),
                Tensors.randint(5, WORDS, batchSize, 64));
    }

    @Override
    public RecipeTask open(TaskOptions options) {
        return new BertTask(options);
    }

    /** The cross-entropy of all tokens, for {@code fathom profile}; training has that of the masked ones. */
    private static final class TokenLoss extends Loss {
        @Override
        public Tensor forward(Tensor input, Tensor target) {
            return MaskedLMHead.loss(input, target);
        }
    }
}
