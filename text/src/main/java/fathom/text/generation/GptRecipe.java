package fathom.text.generation;

import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.loss.Loss;
import fathom.text.decoder.CausalLM;
import fathom.text.decoder.DecoderConfig;
import fathom.text.decoder.DecoderKind;
import fathom.train.recipe.HyperParameters;
import fathom.train.recipe.Recipe;
import fathom.train.recipe.RecipeCard;
import fathom.train.recipe.RecipeExample;
import fathom.train.recipe.RecipeOption;
import fathom.train.recipe.RecipeTask;
import fathom.train.recipe.TaskOptions;
import java.util.List;

/** A decoder trained on text, {@code fathom train gpt}: of characters or byte pairs, new or fine-tuned. */
public final class GptRecipe implements Recipe {
    static final String ARCHITECTURE = "architecture";
    static final String TOKENS = "tokens";
    static final String VOCABULARY = "vocabulary";
    static final String LAYERS = "layers";
    static final String WIDTH = "width";
    static final String HEADS = "heads";
    static final String CONTEXT = "context";
    static final String DROPOUT = "dropout";
    static final String WEIGHTS = "weights";
    static final String LORA = "lora";

    private static final int EPOCHS = 10;
    private static final int BATCH_SIZE = 32;
    private static final int EXAMPLE_TOKENS = 96;
    private static final int EXAMPLE_CONTEXT = 64;

    /** For {@code fathom train gpt}. */
    public GptRecipe() {}

    @Override
    public RecipeCard card() {
        return RecipeCard.of("gpt", "a decoder that writes text: a small Llama, or GPT-2, Mistral, Qwen")
                .withData(
                        "The Time Machine",
                        "a text file, a folder of .txt files, or time-machine. Default: The Time Machine by H. G. Wells.");
    }

    @Override
    public HyperParameters hyperParameters() {
        return HyperParameters.of("adamw", 1e-3).withEpochs(EPOCHS).withBatchSize(BATCH_SIZE).withClipNorm(1);
    }

    @Override
    public Loss loss() {
        return new NextTokenLoss();
    }

    @Override
    public List<RecipeOption> options() {
        return List.of(
                RecipeOption.of(
                                ARCHITECTURE,
                                "KIND",
                                "The network: %s.".formatted(String.join(", ", DecoderKind.names())))
                        .withDefault("llama"),
                RecipeOption.of(TOKENS, "KIND", "What a token is: char, a character, or bpe, learnt byte pairs.")
                        .withDefault("char"),
                RecipeOption.of(VOCABULARY, "N", "The number of byte pairs to learn, bytes included.")
                        .withDefault("1000"),
                RecipeOption.of(LAYERS, "N", "The number of layers.").withDefault("4"),
                RecipeOption.of(WIDTH, "N", "The width of the network.").withDefault("128"),
                RecipeOption.of(HEADS, "N", "The number of heads.").withDefault("4"),
                RecipeOption.of(CONTEXT, "N", "The number of tokens that the network sees at once.").withDefault("128"),
                RecipeOption.of(DROPOUT, "P", "The dropout probability.").withDefault("0"),
                RecipeOption.of(
                        WEIGHTS,
                        "FOLDER",
                        "A pretrained network in Hugging Face's layout, with its tokenizer, to go on from."),
                RecipeOption.of(
                        LORA,
                        "RANK",
                        "Train low-rank adapters of all linear layers alone; the run's folder pretrained has the merged network."));
    }

    @Override
    public RecipeExample example(int batchSize) {
        return new RecipeExample(
                CausalLM.of(
                        DecoderConfig.of(
                                DecoderKind.LLAMA,
                                c ->
                                        c.vocabSize(EXAMPLE_TOKENS)
                                                .hiddenSize(128)
                                                .layers(4)
                                                .heads(4)
                                                .maxPositions(1024))),
                Tensors.randint(0, EXAMPLE_TOKENS, batchSize, EXAMPLE_CONTEXT),
                Tensors.randint(0, EXAMPLE_TOKENS, batchSize, EXAMPLE_CONTEXT));
    }

    @Override
    public RecipeTask open(TaskOptions options) {
        return new GptTask(options);
    }

    /** The mean cross-entropy of all next tokens. */
    private static final class NextTokenLoss extends Loss {
        @Override
        public Tensor forward(Tensor input, Tensor target) {
            return Tensors.crossEntropy(input.flatten(0, 1), target.reshape(-1));
        }
    }
}
