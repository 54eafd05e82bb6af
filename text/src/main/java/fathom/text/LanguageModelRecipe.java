package fathom.text;

import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.Layer;
import fathom.nn.loss.Loss;
import fathom.nn.recurrent.GRU;
import fathom.nn.recurrent.LSTM;
import fathom.nn.recurrent.RNN;
import fathom.nn.recurrent.RecurrentBlock;
import fathom.train.recipe.HyperParameters;
import fathom.train.recipe.Recipe;
import fathom.train.recipe.RecipeCard;
import fathom.train.recipe.RecipeExample;
import fathom.train.recipe.RecipeTask;
import fathom.train.recipe.TaskOptions;

/** The course's training of recurrent language models on characters. */
public abstract sealed class LanguageModelRecipe implements Recipe
        permits GRULanguageModel.Recipe, LanguageModelRecipe.Concise {
    static final int HIDDEN = 256;

    private static final int EPOCHS = 500;
    private static final int BATCH_SIZE = 32;

    /** Characters that The Time Machine's first chapters consist of, the unknown one among them. */
    private static final int VOCABULARY = 28;

    private final String name;
    private final String description;
    private final String section;
    private final double lr;
    private final Network network;

    /** Makes a recurrent network. */
    @FunctionalInterface
    interface Network {
        RecurrentBlock of(long inputSize, long hiddenSize);
    }

    LanguageModelRecipe(String name, String description, String section, double lr, Network network) {
        this.name = name;
        this.description = description;
        this.section = section;
        this.lr = lr;
        this.network = network;
    }

    /** The networks that have no class of their own. */
    abstract static sealed class Concise extends LanguageModelRecipe {
        Concise(String name, String description, String section, double lr, Network network) {
            super(name, description, section, lr, network);
        }
    }

    /** A simple recurrent network, section 8.6. */
    public static final class Simple extends Concise {
        /** For {@code fathom train rnn}. */
        public Simple() {
            super("rnn", "a language model of characters with 256 recurrent units", "8.6", 1, RNN::new);
        }
    }

    /** Gated recurrent units, section 9.1. */
    public static final class Gated extends Concise {
        /** For {@code fathom train gru}. */
        public Gated() {
            super("gru", "the same as gru-lm", "9.1", 1, GRU::new);
        }
    }

    /** Long short-term memory, section 9.2. */
    public static final class LongShortTerm extends Concise {
        /** For {@code fathom train lstm}. */
        public LongShortTerm() {
            super("lstm", "a language model of characters with an LSTM of 256 units", "9.2", 1, LSTM::new);
        }
    }

    /** An LSTM of two layers, section 9.3. */
    public static final class Deep extends Concise {
        /** For {@code fathom train deep-rnn}. */
        public Deep() {
            super(
                    "deep-rnn",
                    "a language model of characters with an LSTM of two layers",
                    "9.3",
                    2,
                    (in, hidden) -> new LSTM(in, hidden, o -> o.numLayers(2)));
        }
    }

    /** An LSTM that also reads backwards, and so cannot continue a text, section 9.4. */
    public static final class Bidirectional extends Concise {
        /** For {@code fathom train bi-rnn}. */
        public Bidirectional() {
            super(
                    "bi-rnn",
                    "a bidirectional LSTM, which knows the next character: what it continues is nonsense",
                    "9.4",
                    1,
                    (in, hidden) -> new LSTM(in, hidden, o -> o.numLayers(2).bidirectional(true)));
        }
    }

    @Override
    public final RecipeCard card() {
        return RecipeCard.of(name, description)
                .withSection(section)
                .withData(
                        "The Time Machine",
                        "a text file, or time-machine. Default: The Time Machine by H. G. Wells, the first 10,000 characters.");
    }

    @Override
    public final HyperParameters hyperParameters() {
        return HyperParameters.of("sgd", lr).withEpochs(EPOCHS).withBatchSize(BATCH_SIZE).withClipNorm(1);
    }

    @Override
    public final Loss loss() {
        return new SequenceLoss();
    }

    /** {@return a new model of a vocabulary} */
    final RecurrentLanguageModel model(int vocabulary) {
        return name.equals("gru-lm")
                ? new GRULanguageModel(vocabulary, HIDDEN)
                : new RecurrentLanguageModel(network.of(vocabulary, HIDDEN));
    }

    @Override
    public final RecipeExample example(int batchSize) {
        Layer net = new StatefulLanguageModel(model(VOCABULARY), batchSize);
        long steps = LanguageModelTask.STEPS;
        return new RecipeExample(
                net,
                Tensors.randint(0, VOCABULARY, batchSize, steps),
                Tensors.randint(0, VOCABULARY, batchSize, steps));
    }

    @Override
    public final RecipeTask open(TaskOptions options) {
        return new LanguageModelTask(this, options);
    }

    /** {@link RecurrentLanguageModel#loss} as a block. */
    private static final class SequenceLoss extends Loss {
        @Override
        public Tensor forward(Tensor input, Tensor target) {
            return RecurrentLanguageModel.loss(input, target);
        }
    }
}
