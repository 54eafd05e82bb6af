package fathom.text.generation;

import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.data.DataLoader;
import fathom.data.TensorDataset;
import fathom.files.InputFiles;
import fathom.nn.Init;
import fathom.nn.Layer;
import fathom.nn.Lora;
import fathom.text.Sequences;
import fathom.text.TimeMachine;
import fathom.text.datasets.TextFolder;
import fathom.text.decoder.CausalLM;
import fathom.text.decoder.DecoderConfig;
import fathom.text.decoder.DecoderKind;
import fathom.text.pretrained.PretrainedConfig;
import fathom.text.tokenizers.Tokenizer;
import fathom.text.tokenizers.TokenizerKind;
import fathom.text.tokenizers.TokenizerTrainer;
import fathom.train.EpochResult;
import fathom.train.Evaluation;
import fathom.train.Run;
import fathom.train.TrainerOptions;
import fathom.train.TrainingCallback;
import fathom.train.recipe.InferenceGraph;
import fathom.train.recipe.PredictionOptions;
import fathom.train.recipe.RecipeException;
import fathom.train.recipe.TaskOptions;
import fathom.train.recipe.TextTask;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A decoder, the text that it learns, and what it writes. The run's settings keep configuration and tokenizer. */
final class GptTask implements TextTask {
    private static final String TOKENIZER = "tokenizer";
    private static final String CONFIG = "decoder";
    private static final String TIME_MACHINE = "time-machine";
    private static final String PRETRAINED = "pretrained";

    /** The last part of the text is for evaluation. */
    private static final int HELD_OUT = 10;

    private static final int PROMPT = 16;
    private static final int CONTINUED = 100;
    private static final double TEMPERATURE = 0.8;

    private final TaskOptions options;
    private final int batchSize;
    private final int context;
    private final OptionalInt rank;
    private @Nullable String text;
    private @Nullable Tokenizer tokenizer;
    private @Nullable DecoderConfig config;
    private long @Nullable [] corpus;

    GptTask(TaskOptions options) {
        this.options = options;
        batchSize = options.hyperParameters().batchSize();
        context = options.integer(GptRecipe.CONTEXT, 1).orElse(128);
        rank = options.integer(GptRecipe.LORA, 1);
        if (rank.isPresent() && options.option(GptRecipe.WEIGHTS).isEmpty()) {
            throw new RecipeException(GptRecipe.LORA, "adapters are for a pretrained network: set weights as well");
        }
        if (options.isOfRun()) {
            try {
                tokenizer = Tokenizer.parse(String.valueOf(options.settings().get(TOKENIZER)));
                config = DecoderConfig.of(PretrainedConfig.parse(String.valueOf(options.settings().get(CONFIG))));
            } catch (IllegalArgumentException e) {
                throw new RecipeException("the run's settings are damaged: " + e.getMessage());
            }
        }
    }

    // ---- data -----------------------------------------------------------------------------------------------------

    private String text() {
        if (text == null) {
            String data = options.data();
            try {
                text =
                        data == null || data.equals(TIME_MACHINE)
                                ? TimeMachine.text()
                                : Files.isDirectory(Path.of(data))
                                        ? TextFolder.corpus(Path.of(data))
                                        : InputFiles.text(Path.of(data));
            } catch (IOException | UncheckedIOException e) {
                throw new RecipeException("data", String.valueOf(e.getMessage()));
            }
            text = text.replace("\r\n", "\n");
        }
        return text;
    }

    private String source() {
        String data = options.data();
        return data == null || data.equals(TIME_MACHINE) ? "The Time Machine" : data;
    }

    private Tokenizer tokenizer() {
        if (tokenizer == null) {
            String weights = options.option(GptRecipe.WEIGHTS).orElse(null);
            tokenizer = weights != null ? pretrained(() -> Tokenizer.load(Path.of(weights))) : learntTokenizer();
        }
        return tokenizer;
    }

    private Tokenizer learntTokenizer() {
        String kind = options.option(GptRecipe.TOKENS).orElse("char");
        return switch (kind) {
            case "char" -> TokenizerTrainer.characters(List.of(text()));
            case "bpe" -> {
                int size = options.integer(GptRecipe.VOCABULARY, 1).orElse(1000);
                try {
                    yield TokenizerTrainer.train(
                            TokenizerKind.GPT2, text().lines().toList(), o -> o.vocabularySize(size));
                } catch (IllegalArgumentException e) {
                    throw new RecipeException(GptRecipe.VOCABULARY, String.valueOf(e.getMessage()));
                }
            }
            default -> throw new RecipeException(GptRecipe.TOKENS, "must be char or bpe, is " + kind);
        };
    }

    private static <T> T pretrained(java.util.function.Supplier<T> read) {
        try {
            return read.get();
        } catch (UncheckedIOException | IllegalArgumentException e) {
            throw new RecipeException(GptRecipe.WEIGHTS, String.valueOf(e.getMessage()));
        }
    }

    /** {@return the tokens of the whole text} */
    private long[] corpus() {
        if (corpus == null) {
            long[] all = tokenizer().encode(text(), o -> o.addSpecialTokens(false)).ids();
            if (options.limit() != TaskOptions.ALL) {
                all = Arrays.copyOf(all, (int) Math.min(all.length, (options.limit() + 1L) * context + 1));
            }
            corpus = all;
        }
        return corpus;
    }

    /** {@return the number of tokens to train with; the others are for evaluation, if they make a sequence} */
    private int trained() {
        int n = corpus().length;
        int held = n / HELD_OUT;
        return held > context ? n - held : n;
    }

    private void check(int tokens) {
        if (tokens <= (long) batchSize * context) {
            throw new RecipeException(
                    options.limit() == TaskOptions.ALL ? "data" : "limit",
                    String.format(
                            Locale.ROOT,
                            "%,d tokens are too few for a batch of %d sequences of %d",
                            tokens,
                            batchSize,
                            context));
        }
    }

    @Override
    public DataLoader train() {
        check(trained());
        return Sequences.randomPartition(tensor(Arrays.copyOf(corpus(), trained())), batchSize, context);
    }

    private static Tensor tensor(long[] tokens) {
        return Tensors.tensor(tokens, DType.INT64);
    }

    /** The sequences of the last tenth of the text. */
    @Override
    public @Nullable DataLoader test() {
        long[] all = corpus();
        long[] held = Arrays.copyOfRange(all, trained(), all.length);
        return held.length <= context ? null : sequences(held);
    }

    private DataLoader sequences(long[] tokens) {
        Tensor rows = tensor(tokens).unfold(0, context + 1L, context).contiguous();
        return DataLoader.of(new TensorDataset(rows.narrow(1, 0, context), rows.narrow(1, 1, context)), batchSize);
    }

    @Override
    public DataLoader evaluation() {
        DataLoader held = test();
        if (held != null) {
            return held;
        }
        if (corpus().length <= context) {
            throw new RecipeException("data", "the text is shorter than a sequence");
        }
        options.notice().accept("the text is short: evaluated on what the network was trained with");
        return sequences(corpus());
    }

    @Override
    public String data() {
        return String.format(
                Locale.ROOT, "%,d tokens, %,d different ones, from %s", trained(), tokenizer().size(), source());
    }

    // ---- network --------------------------------------------------------------------------------------------------

    @Override
    public Layer network() {
        String weights = options.option(GptRecipe.WEIGHTS).orElse(null);
        CausalLM net;
        if (config == null && weights != null) {
            net = pretrained(() -> CausalLM.fromPretrained(Path.of(weights))).train();
        } else {
            DecoderConfig ours = config == null ? newConfig() : config;
            net = options.isOfRun() ? Init.skip(() -> CausalLM.of(ours)) : CausalLM.of(ours);
        }
        config = net.config();
        if (tokenizer().size() > config.vocabSize()) {
            throw new RecipeException(
                    GptRecipe.WEIGHTS,
                    String.format(
                            Locale.ROOT,
                            "the tokenizer has %,d tokens, the network %,d",
                            tokenizer().size(),
                            config.vocabSize()));
        }
        if (context > config.maxLength()) {
            throw new RecipeException(
                    GptRecipe.CONTEXT, String.format(Locale.ROOT, "the network has %,d positions", config.maxLength()));
        }
        if (rank.isPresent()) {
            Lora.apply(net, o -> o.rank(rank.getAsInt()));
        }
        return net;
    }

    /** Tokens yield the logits of the next ones at every position, as Hugging Face's exporter names them. */
    @Override
    public InferenceGraph inference(Layer net) {
        var model = (CausalLM) net;
        DecoderConfig its = model.config();
        // whether a window matters depends on the length, which is open
        its.windows().stream()
                .filter(w -> w > 0 && w < its.maxLength())
                .findFirst()
                .ifPresent(w -> {
                    throw new RecipeException(
                            String.format(
                                    Locale.ROOT,
                                    "tokens attend to the last %,d alone, of %,d positions: networks with such a window are not exported",
                                    w,
                                    its.maxLength()));
                });
        Tensor example = Tensors.zeros(DType.INT64, 1, Math.min(context, 8));
        return new InferenceGraph(
                net,
                List.of(new InferenceGraph.Input("input_ids", example, Map.of(0, InferenceGraph.BATCH, 1, "length"))),
                List.of("logits"),
                in -> List.of(model.forward(in.getFirst())),
                Map.of(TOKENIZER, tokenizer().toJson()));
    }

    private DecoderConfig newConfig() {
        String name = options.option(GptRecipe.ARCHITECTURE).orElse("llama");
        try {
            DecoderKind kind = DecoderKind.of(name);
            int width = options.integer(GptRecipe.WIDTH, 1).orElse(128);
            int heads = options.integer(GptRecipe.HEADS, 1).orElse(4);
            if (width % heads != 0) {
                throw new RecipeException(
                        GptRecipe.HEADS, "%s heads do not divide a width of %s".formatted(heads, width));
            }
            return DecoderConfig.of(
                    kind,
                    c ->
                            c.vocabSize(tokenizer().size())
                                    .hiddenSize(width)
                                    .heads(heads)
                                    .kvHeads(heads)
                                    .headDim(width / heads)
                                    .layers(options.integer(GptRecipe.LAYERS, 1).orElse(4))
                                    .maxPositions(context)
                                    .slidingWindow(kind == DecoderKind.MISTRAL ? Math.ceilDiv(context, 2) : 0)
                                    .dropout(options.fraction(GptRecipe.DROPOUT).orElse(0)));
        } catch (IllegalArgumentException e) {
            throw new RecipeException(GptRecipe.ARCHITECTURE, String.valueOf(e.getMessage()));
        }
    }

    @Override
    public void configure(TrainerOptions trainer, Layer net, Consumer<String> show) {
        trainer.progress(false)
                .note(TOKENIZER, tokenizer().toJson())
                .note(CONFIG, ((CausalLM) net).config().toJson())
                .callbacks(new Reports((CausalLM) net, show));
    }

    /** Shows what the network writes, and saves it in Hugging Face's layout at the end. */
    private final class Reports implements TrainingCallback {
        private static final int LINES = 10;
        private final CausalLM net;
        private final Consumer<String> show;
        private @Nullable Path folder;

        Reports(CausalLM net, Consumer<String> show) {
            this.net = net;
            this.show = show;
        }

        @Override
        public void onStart(Progress progress) {
            folder = progress.folder().orElse(null);
        }

        @Override
        public void onEpoch(Progress progress, EpochResult result) {
            int every = Math.max(1, progress.epochs() / LINES);
            if (result.epoch() % every == 0) {
                show.accept("epoch %s: %s".formatted(result.epoch(), result));
            }
        }

        @Override
        public void onEnd(Run run) {
            if (folder != null) {
                save(net, folder.resolve(PRETRAINED));
            }
        }
    }

    /** Writes the network, with its adapters merged, and the tokenizer. */
    private void save(CausalLM net, Path folder) {
        CausalLM saved = net;
        if (rank.isPresent()) {
            saved = Init.skip(() -> CausalLM.of(net.config()));
            Lora lora = Lora.apply(saved, o -> o.rank(rank.getAsInt()));
            saved.loadStateDict(net.stateDict());
            lora.merge();
        }
        saved.savePretrained(folder);
        tokenizer().save(folder);
    }

    // ---- results --------------------------------------------------------------------------------------------------

    private String prompt() {
        int[] begin = text().codePoints().limit(PROMPT).toArray();
        return new String(begin, 0, begin.length);
    }

    @Override
    public List<String> report(Run run, Layer net) {
        var lines = new ArrayList<String>();
        lines.add(
                String.format(
                        Locale.ROOT,
                        "%s, perplexity %.2f, %.1f tokens/sec%s",
                        run.last(),
                        Math.exp(run.last().test().getOrDefault("loss", run.last().loss())),
                        run.examplesPerSecond() * context,
                        run.speed().substring(run.speed().indexOf(" on "))));
        lines.add(
                generate(net, prompt(), new Options().length(CONTINUED).temperature(TEMPERATURE).seed(options.seed())));
        return lines;
    }

    @Override
    public String report(Evaluation evaluation) {
        return evaluation + String.format(Locale.ROOT, ", perplexity %.2f", Math.exp(evaluation.loss()));
    }

    /** Inputs are beginnings of texts. */
    @Override
    public List<String> predict(Layer net, PredictionOptions asked) {
        return (asked.inputs().isEmpty() ? List.of(prompt()) : asked.inputs())
                .stream().map(p -> generate(net, p, CONTINUED)).toList();
    }

    @Override
    public String generate(Layer net, String prompt, int length) {
        return generate(net, prompt, new Options().length(length));
    }

    @Override
    public String generate(Layer net, String prompt, Options asked) {
        try {
            var generator = new TextGenerator((CausalLM) net, tokenizer());
            return prompt + generator.generate(prompt, GenerationOptions.of(asked)).text();
        } catch (IllegalArgumentException e) {
            throw new RecipeException("prompt", String.valueOf(e.getMessage()));
        }
    }
}
