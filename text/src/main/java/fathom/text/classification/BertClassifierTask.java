package fathom.text.classification;

import fathom.nn.Layer;
import fathom.text.bert.BertConfig;
import fathom.text.bert.BertForSequenceClassification;
import fathom.text.bert.SentencePair;
import fathom.text.pretrained.PretrainedConfig;
import fathom.text.tokenizers.Encoding;
import fathom.text.tokenizers.Tokenizer;
import fathom.text.tokenizers.TokenizerKind;
import fathom.text.tokenizers.TokenizerTrainer;
import fathom.train.TrainerOptions;
import fathom.train.recipe.HyperParameters;
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

    /** The learning rate for the small model. */
    private static final double SMALL_LR = 5e-4;

    /** The stand-ins are so much smaller that the course's few passes learn little. */
    private static final long ENOUGH_TEXTS = 16_000;

    private static final long ENOUGH_PAIRS = 32_000;

    private final BertClassificationRecipe recipe;
    private final int steps;
    private @Nullable Tokenizer tokenizer;
    private @Nullable BertConfig config;
    private @Nullable WordBert words;

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

    /** {@return the user's folder or the name of a model of the course; empty for none} */
    private String weights() {
        return options.option(BertClassificationRecipe.WEIGHTS).orElse("");
    }

    /** {@return the model of words that the user chose; null for another or none} */
    private @Nullable WordBert words() {
        if (words == null && !options.isOfRun() && !weights().isEmpty()) {
            words = WordBert.find(weights());
            if (words == null && !Files.isDirectory(Path.of(weights()))) {
                throw new RecipeException(BertClassificationRecipe.WEIGHTS, "there is no folder " + weights());
            }
        }
        return words;
    }

    private Tokenizer tokenizer() {
        if (tokenizer == null) {
            WordBert chosen = words();
            try {
                tokenizer =
                        chosen != null
                                ? chosen.tokenizer()
                                : weights().isEmpty()
                                        ? TokenizerTrainer.train(
                                                TokenizerKind.BERT,
                                                texts().train().stream().flatMap(e -> e.texts().stream()).toList(),
                                                o -> o.vocabularySize(TOKENS))
                                        : Tokenizer.load(Path.of(weights()));
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
        BertForSequenceClassification model;
        try {
            WordBert chosen = words();
            if (chosen != null) {
                model = new BertForSequenceClassification(chosen.model().config().with(c -> c.labels(classes())));
                model.loadPretrained(chosen.model().pretrainedState());
            } else if (weights().isEmpty()) {
                model = pretrainedHere();
            } else {
                model = BertForSequenceClassification.fromPretrained(Path.of(weights()), o -> o.labels(classes()));
            }
        } catch (UncheckedIOException | IllegalArgumentException e) {
            throw new RecipeException(BertClassificationRecipe.WEIGHTS, String.valueOf(e.getMessage()));
        }
        config = model.config();
        if (model.config().maxTokens() < steps) {
            options.notice()
                    .accept(
                            String.format(
                                    Locale.ROOT,
                                    "the model reads %d tokens at most; others are cut off",
                                    model.config().maxTokens()));
        }
        return model;
    }

    /** {@return the maximum number of tokens, which the model may limit} */
    private int most() {
        return config == null ? steps : (int) Math.min(steps, config.maxTokens());
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
        int most = most();
        // a tokenizer of words splits at white space alone
        boolean areWords = !known.contains("[CLS]") && known.contains(SentencePair.CLS);
        List<Encoding> encodings =
                examples.parallelStream()
                        .map(e -> {
                            List<String> texts =
                                    areWords
                                            ? e.texts().stream()
                                                    .map(t -> String.join(" ", LabelledTexts.words(t)))
                                                    .toList()
                                            : e.texts();
                            return arePairs
                                    ? known.encode(texts.getFirst(), texts.getLast(), o -> o.maxLength(most))
                                    : known.encode(texts.getFirst(), o -> o.maxLength(most));
                        })
                        .toList();
        long[] labels = examples.stream().mapToLong(LabelledTexts.Example::label).toArray();
        return LabelledSequences.ofEncodings(encodings, labels, pad(), most);
    }

    @Override
    public long wholeSize() {
        return texts().isStandIn() ? arePairs ? ENOUGH_PAIRS : ENOUGH_TEXTS : 0;
    }

    @Override
    int minFreq() {
        return MIN_FREQ;
    }

    @Override
    String details() {
        return weights().isEmpty() ? "" : "weights of " + weights();
    }

    @Override
    public void configure(TrainerOptions trainer, Layer net, Consumer<String> show) {
        super.configure(trainer, net, show);
        HyperParameters chosen = options.hyperParameters();
        if (weights().isEmpty() && !options.isOfRun() && chosen.lr() == recipe.hyperParameters().lr()) {
            // pretrained models would forget what they know
            trainer.optimizer(p -> recipe.optimizer(chosen.optimizer(), p, SMALL_LR)).note("lr", SMALL_LR);
            options.notice().accept("learning rate %s, since the model is small".formatted(SMALL_LR));
        }
        trainer.note(CONFIG, ((BertClassifier) net).model().config().settings()).note(TOKENIZER, tokenizer().toJson());
    }
}
