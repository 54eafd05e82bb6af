package fathom.text.classification;

import fathom.nn.Layer;
import fathom.text.bert.BertConfig;
import fathom.text.bert.BertForSequenceClassification;
import fathom.text.pretrained.PretrainedConfig;
import fathom.text.tokenizers.Encoding;
import fathom.text.tokenizers.Tokenizer;
import fathom.text.tokenizers.TokenizerKind;
import fathom.text.tokenizers.TokenizerTrainer;
import fathom.train.TrainerOptions;
import fathom.train.recipe.RecipeException;
import fathom.train.recipe.TaskOptions;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The fine-tuning of a BERT. The run's settings keep its configuration and its tokenizer. */
final class BertClassifierTask extends ClassifierTask {
    private static final String CONFIG = "bert";
    private static final String TOKENIZER = "tokenizer";

    /** The number of tokens that a tokenizer is trained for. */
    private static final int TOKENS = 8000;

    private static final int MIN_FREQ = 5;
    private static final int LEAST_STEPS = 8;

    private final BertClassificationRecipe recipe;
    private final int steps;
    private @Nullable Tokenizer tokenizer;
    private @Nullable BertConfig config;

    BertClassifierTask(BertClassificationRecipe recipe, TaskOptions options) {
        super(options, recipe.isOfPairs());
        this.recipe = recipe;
        steps = options.integer(BertClassificationRecipe.STEPS, LEAST_STEPS).orElseThrow();
        options.integer(BertClassificationRecipe.PRETRAIN_EPOCHS, 0);
        if (options.isOfRun()) {
            try {
                tokenizer = Tokenizer.parse(String.valueOf(options.settings().get(TOKENIZER)));
                config = BertConfig.of(PretrainedConfig.of(settings(options.settings().get(CONFIG))));
            } catch (IllegalArgumentException | UncheckedIOException e) {
                throw new RecipeException("the run's settings are damaged: tokenizer or bert: " + e.getMessage());
            }
        }
    }

    private static Map<String, Object> settings(@Nullable Object kept) {
        if (!(kept instanceof Map<?, ?> map)) {
            throw new IllegalArgumentException("expected the configuration of a BERT, got " + kept);
        }
        var settings = new LinkedHashMap<String, Object>();
        map.forEach((name, value) -> settings.put(String.valueOf(name), value));
        return settings;
    }

    private @Nullable Path weights() {
        String folder = options.option(BertClassificationRecipe.WEIGHTS).orElse("");
        if (folder.isEmpty()) {
            return null;
        }
        if (!Files.isDirectory(Path.of(folder))) {
            throw new RecipeException(BertClassificationRecipe.WEIGHTS, "there is no folder " + folder);
        }
        return Path.of(folder);
    }

    private Tokenizer tokenizer() {
        if (tokenizer == null) {
            Path folder = weights();
            try {
                tokenizer =
                        folder != null
                                ? Tokenizer.load(folder)
                                : TokenizerTrainer.train(
                                        TokenizerKind.BERT,
                                        texts().train().stream().flatMap(e -> e.texts().stream()).toList(),
                                        o -> o.vocabularySize(TOKENS));
            } catch (UncheckedIOException e) {
                throw new RecipeException(BertClassificationRecipe.WEIGHTS, String.valueOf(e.getMessage()));
            }
        }
        return tokenizer;
    }

    /** {@return the id of the padding token} */
    private int pad() {
        Tokenizer known = tokenizer();
        return known.id(known.contains("[PAD]") ? "[PAD]" : "<pad>");
    }

    @Override
    public Layer network() {
        return new BertClassifier(model(), pad());
    }

    private BertForSequenceClassification model() {
        BertConfig kept = config;
        if (options.isOfRun() && kept != null) {
            return new BertForSequenceClassification(kept.with(c -> c.labels(classes())));
        }
        Path folder = weights();
        BertForSequenceClassification model = folder != null ? pretrained(folder) : pretrainedHere();
        config = model.config();
        return model;
    }

    private BertForSequenceClassification pretrained(Path folder) {
        try {
            var model = BertForSequenceClassification.fromPretrained(folder, o -> o.labels(classes()));
            if (model.config().maxTokens() < steps) {
                throw new RecipeException(
                        BertClassificationRecipe.STEPS,
                        String.format(Locale.ROOT, "%s reads at most %d tokens", folder, model.config().maxTokens()));
            }
            return model;
        } catch (UncheckedIOException | IllegalArgumentException e) {
            throw new RecipeException(BertClassificationRecipe.WEIGHTS, String.valueOf(e.getMessage()));
        }
    }

    private BertForSequenceClassification pretrainedHere() {
        int epochs = options.integer(BertClassificationRecipe.PRETRAIN_EPOCHS, 0).orElseThrow();
        BertConfig small = BertClassificationRecipe.small(tokenizer().size(), steps, pad(), classes());
        var model = new BertForSequenceClassification(small);
        if (epochs == 0) {
            options.notice().accept("a small BERT with new weights, which is not pretrained");
            return model;
        }
        options.notice()
                .accept(
                        String.format(
                                Locale.ROOT,
                                "pretraining a small BERT on the training texts (%d layers of width %d, %,d tokens; %d epochs)",
                                small.layers(),
                                small.hiddenSize(),
                                small.vocabSize(),
                                epochs));
        var result = MaskedPretraining.train(small, tokenizer(), sequences(texts().train()), epochs, options.seed());
        options.notice().accept(String.format(Locale.ROOT, "pretrained: loss of masked tokens %.3f", result.loss()));
        model.loadPretrained(result.model().pretrainedState());
        return model;
    }

    @Override
    LabelledSequences sequences(List<LabelledTexts.Example> examples) {
        Tokenizer known = tokenizer();
        List<Encoding> encodings =
                examples.parallelStream()
                        .map(e ->
                                arePairs
                                        ? known.encode(
                                                e.texts().getFirst(), e.texts().getLast(), o -> o.maxLength(steps))
                                        : known.encode(e.texts().getFirst(), o -> o.maxLength(steps)))
                        .toList();
        long[] labels = examples.stream().mapToLong(LabelledTexts.Example::label).toArray();
        return LabelledSequences.ofEncodings(encodings, labels, pad(), steps);
    }

    @Override
    int minFreq() {
        return MIN_FREQ;
    }

    @Override
    String details() {
        Path folder = weights();
        return folder == null ? "" : "weights of " + folder;
    }

    @Override
    public void configure(TrainerOptions trainer, Layer net, Consumer<String> show) {
        super.configure(trainer, net, show);
        trainer.note(CONFIG, ((BertClassifier) net).model().config().settings()).note(TOKENIZER, tokenizer().toJson());
    }
}
