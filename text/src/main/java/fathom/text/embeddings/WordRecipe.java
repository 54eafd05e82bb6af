package fathom.text.embeddings;

import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.Layer;
import fathom.nn.loss.Loss;
import fathom.text.Vocabulary;
import fathom.train.recipe.HyperParameters;
import fathom.train.recipe.Recipe;
import fathom.train.recipe.RecipeCard;
import fathom.train.recipe.RecipeExample;
import fathom.train.recipe.RecipeTask;
import fathom.train.recipe.TaskOptions;
import java.util.Arrays;

/** The recipes of word embeddings. */
enum WordRecipe {
    WORD2VEC,
    HIERARCHICAL,
    CBOW,
    FASTTEXT,
    GLOVE;

    private static final int BUCKETS = 20_000;

    /** So many words has the Penn Treebank, with a frequency of at least 10. */
    private static final int WORDS = 6719;

    Layer network(Vocabulary vocabulary, long[] counts, int dimensions) {
        int n = vocabulary.size();
        return switch (this) {
            case WORD2VEC -> new SkipGram(n, dimensions);
            case HIERARCHICAL -> new HierarchicalSkipGram(counts, dimensions);
            case CBOW -> new Cbow(n, dimensions);
            case FASTTEXT -> new SubwordSkipGram(vocabulary, new Subwords(3, 6, BUCKETS), dimensions, false);
            case GLOVE -> new Glove(n, dimensions);
        };
    }

    /** A recipe of this package. */
    abstract static class Of implements Recipe {
        private final WordRecipe recipe;
        private final RecipeCard card;

        Of(WordRecipe recipe, String name, String description, String section) {
            this.recipe = recipe;
            card =
                    RecipeCard.of(name, description)
                            .withSection(section)
                            .withData(
                                    "Penn Treebank",
                                    "a text file with a sentence per line. Default: the Penn Treebank, or its stand-in.");
        }

        @Override
        public RecipeCard card() {
            return card;
        }

        @Override
        public HyperParameters hyperParameters() {
            return recipe == GLOVE
                    ? HyperParameters.of("adagrad", 0.05).withEpochs(20).withBatchSize(4096)
                    : HyperParameters.of("adam", 0.002).withEpochs(5).withBatchSize(512);
        }

        @Override
        public Loss loss() {
            return new NoLoss();
        }

        @Override
        public RecipeExample example(int batchSize) {
            var tokens = new String[WORDS];
            Arrays.setAll(tokens, i -> i == 0 ? Vocabulary.UNKNOWN : "w" + i);
            var counts = new long[WORDS];
            Arrays.setAll(counts, i -> 1 + 100_000 / (i + 1));
            Layer net = recipe.network(Vocabulary.ofTokens(Arrays.asList(tokens)), counts, WordTask.DIMENSIONS);
            return new RecipeExample(
                    net, Tensors.randint(0, WORDS, batchSize, 1), Tensors.zeros(batchSize, 1, WordTask.DIMENSIONS));
        }

        @Override
        public RecipeTask open(TaskOptions options) {
            return new WordTask(recipe, options);
        }
    }

    /** The loss of the vectors alone, for profiles: training computes that of {@link WordModel#loss}. */
    private static final class NoLoss extends Loss {
        @Override
        public Tensor forward(Tensor input, Tensor target) {
            return input.sub(target).square().mean();
        }
    }
}
