package fathom.text.bert;

import fathom.Autograd;
import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.data.DataLoader;
import fathom.nn.Layer;
import fathom.text.Vocabulary;
import fathom.text.datasets.WikiText2;
import fathom.train.Losses;
import fathom.train.Run;
import fathom.train.Task;
import fathom.train.TrainerOptions;
import fathom.train.recipe.InferenceGraph;
import fathom.train.recipe.PredictionOptions;
import fathom.train.recipe.RecipeException;
import fathom.train.recipe.RecipeTask;
import fathom.train.recipe.TaskOptions;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Pretrains BERT on WikiText-2, or on paragraphs in its format. The run's settings keep the vocabulary. */
final class BertTask implements RecipeTask {
    private static final String VOCABULARY = "vocabulary";
    private static final String MLM = "MLM";
    private static final String NSP = "NSP";
    private static final String PAIR = " ||| ";
    private static final int SHOWN = 5;

    private final TaskOptions options;
    private final int steps;
    private final int length;
    private @Nullable BertPretrainingData data;
    private @Nullable Vocabulary vocabulary;
    private String source = "";
    private List<List<String>> held = List.of();

    BertTask(TaskOptions options) {
        this.options = options;
        steps = options.integer(BertRecipe.STEPS, 1).orElseThrow();
        length = options.integer(BertRecipe.LENGTH, 8).orElseThrow();
        if (options.settings().get(VOCABULARY) instanceof List<?> kept) {
            try {
                vocabulary = Vocabulary.ofTokens(kept.stream().map(String.class::cast).toList());
            } catch (IllegalArgumentException | ClassCastException e) {
                throw new RecipeException("the run's settings are damaged: its vocabulary is " + kept);
            }
        }
    }

    private BertPretrainingData pairs() {
        if (data == null) {
            List<List<String>> paragraphs = paragraphs();
            Vocabulary known = vocabulary;
            try {
                data = of(paragraphs, known);
            } catch (IllegalArgumentException e) {
                throw new RecipeException("data", String.valueOf(e.getMessage()));
            }
        }
        return data;
    }

    private BertPretrainingData of(List<List<String>> paragraphs, @Nullable Vocabulary known) {
        return BertPretrainingData.of(
                paragraphs,
                o -> {
                    o.maxLength(length).seed(options.seed());
                    if (known != null) {
                        o.vocabulary(known);
                    }
                });
    }

    private List<List<String>> paragraphs() {
        String file = options.data();
        if (file == null) {
            WikiText2 all = WikiText2.load();
            source = all.isStandIn() ? "the stand-in of WikiText-2" : "WikiText-2";
            held = all.test();
            return all.train();
        }
        source = file;
        try {
            return WikiText2.paragraphs(Path.of(file));
        } catch (UncheckedIOException e) {
            throw new RecipeException("data", String.valueOf(e.getMessage()));
        }
    }

    private Vocabulary vocabulary() {
        if (vocabulary == null) {
            vocabulary = pairs().vocabulary();
        }
        return vocabulary;
    }

    private int integer(String name) {
        return options.integer(name, 1).orElseThrow();
    }

    @Override
    public Layer network() {
        int hidden = integer(BertRecipe.HIDDEN);
        int heads = integer(BertRecipe.HEADS);
        if (hidden % heads != 0) {
            throw new RecipeException(
                    BertRecipe.HEADS, "%s heads do not divide a width of %s".formatted(heads, hidden));
        }
        Vocabulary v = vocabulary();
        return BertRecipe.model(v.size(), v.index(SentencePair.PAD), hidden, integer(BertRecipe.LAYERS), heads, length);
    }

    @Override
    public DataLoader train() {
        BertPretrainingData all = pairs();
        long n = Math.min(Math.min(options.limit(), wanted()), all.size());
        return DataLoader.of(n < all.size() ? all.range(0, n) : all, options.hyperParameters().batchSize())
                .shuffle(true)
                .seed(options.seed());
    }

    private long wanted() {
        return (long) steps * options.hyperParameters().batchSize();
    }

    /** A small data set is passed through several times, for as many steps. */
    @Override
    public long wholeSize() {
        return options.data() == null ? wanted() : 0;
    }

    @Override
    public DataLoader evaluation() {
        pairs();
        if (held.isEmpty()) {
            options.notice().accept("evaluated on the paragraphs it was trained with, masked anew");
        }
        List<List<String>> paragraphs = held.isEmpty() ? paragraphs() : held;
        BertPretrainingData test =
                BertPretrainingData.of(
                        paragraphs, o -> o.maxLength(length).seed(options.seed() + 1).vocabulary(vocabulary()));
        long n = Math.min(options.limit(), test.size());
        return DataLoader.of(n < test.size() ? test.range(0, n) : test, options.hyperParameters().batchSize());
    }

    @Override
    public String data() {
        return String.format(
                Locale.ROOT,
                "%,d pairs of sentences, %,d different tokens, from %s",
                pairs().size(),
                vocabulary().size(),
                source);
    }

    @Override
    public Task<?> task(Layer net) {
        var model = (BertForPreTraining) net;
        return new Task<>(BertPretrainingData.Pairs.class, model) {
            @Override
            public Losses step(BertPretrainingData.Pairs batch) {
                var out =
                        model.forward(
                                batch.ids(), batch.positions(), i -> i.types(batch.types()).lengths(batch.lengths()));
                return Losses.of(MLM, model.tokenLoss(out.tokens(), batch.targets()))
                        .and(NSP, model.sentenceLoss(out.sentences(), batch.next()));
            }
        };
    }

    @Override
    public void configure(TrainerOptions trainer, Layer net, Consumer<String> show) {
        trainer.note(VOCABULARY, vocabulary().tokens());
    }

    /** As the course: the mean losses of the last epoch. */
    @Override
    public List<String> report(Run run, Layer net) {
        Map<String, Double> losses = run.last().train();
        return List.of(
                String.format(Locale.ROOT, "MLM loss %.3f, NSP loss %.3f", losses.get(MLM), losses.get(NSP)),
                String.format(Locale.ROOT, "%.1f sentence pairs/sec", run.examplesPerSecond()));
    }

    /** Inputs have the names that Hugging Face's exporter gives them. */
    @Override
    public InferenceGraph inference(Layer net) {
        var model = (BertForPreTraining) net;
        Map<Integer, String> axes = Map.of(0, InferenceGraph.BATCH, 1, "length");
        Tensor example = Tensors.ones(1, Math.min(length, 8)).to(DType.INT64);
        return new InferenceGraph(
                net,
                List.of(
                        new InferenceGraph.Input("input_ids", example, axes),
                        new InferenceGraph.Input("attention_mask", example.clone(), axes),
                        new InferenceGraph.Input("token_type_ids", example.clone(), axes)),
                List.of("last_hidden_state", "prediction_logits", "seq_relationship_logits"),
                in -> {
                    var out = model.forward(in.get(0), null, i -> i.mask(in.get(1)).types(in.get(2)));
                    return List.of(out.hidden(), out.tokens(), out.sentences());
                },
                Map.of(VOCABULARY, InferenceGraph.json(vocabulary().tokens())));
    }

    /**
     * Inputs are texts with {@code <mask>}, for which the most probable words are shown, and pairs of texts separated
     * by {@code |||}, for which the probability that the second follows the first is shown.
     */
    @Override
    public List<String> predict(Layer net, PredictionOptions asked) {
        var model = (BertForPreTraining) net;
        List<String> inputs = asked.inputs().isEmpty() ? examples() : asked.inputs();
        var lines = new ArrayList<String>();
        try (var off = Autograd.noGrad()) {
            for (String input : inputs) {
                String[] parts = input.split(" *\\|\\|\\| *", 2);
                var pair = SentencePair.of(words(parts[0]), parts.length == 1 ? List.of() : words(parts[1]));
                if (pair.tokens().size() > length) {
                    throw new RecipeException(
                            "'%s' has %s tokens, more than the %s that the model reads"
                                    .formatted(input, pair.tokens().size(), length));
                }
                var out = model.forward(pair.ids(vocabulary()), null, i -> i.types(pair.typeIds()));
                for (int i = 0; i < pair.tokens().size(); i++) {
                    if (pair.tokens().get(i).equals(SentencePair.MASK)) {
                        lines.add(input + ": " + likely(out.tokens().select(0, 0).select(0, i)));
                    }
                }
                if (parts.length == 2) {
                    double follows = out.sentences().softmax(-1).select(1, 1).item();
                    lines.add(String.format(Locale.ROOT, "%s: the second follows with %.3f", input, follows));
                } else if (!pair.tokens().contains(SentencePair.MASK)) {
                    throw new RecipeException(
                            "'%s' has neither a <mask> to fill in nor two texts separated by |||".formatted(input));
                }
            }
        }
        return lines;
    }

    private static List<String> words(String text) {
        return Arrays.stream(text.strip().split("\\s+"))
                .map(w -> w.equalsIgnoreCase(SentencePair.MASK) ? SentencePair.MASK : w.toLowerCase(Locale.ROOT))
                .toList();
    }

    private String likely(Tensor logits) {
        var top = logits.softmax(-1).topk(Math.min(SHOWN, vocabulary().size()));
        long[] ids = top.indices().toLongArray();
        float[] chances = top.values().toFloatArray();
        var texts = new ArrayList<String>();
        for (int i = 0; i < ids.length; i++) {
            texts.add(String.format(Locale.ROOT, "%s %.3f", vocabulary().token((int) ids[i]), chances[i]));
        }
        return String.join(", ", texts);
    }

    /** {@return a sentence with a mask, and a pair} */
    private List<String> examples() {
        List<List<String>> all = paragraphs();
        for (List<String> paragraph : all) {
            List<String> first = words(paragraph.get(0));
            List<String> second = words(paragraph.get(1));
            if (first.size() > 2 && first.size() + second.size() + 3 <= length) {
                var masked = new ArrayList<>(first);
                masked.set(first.size() / 2, SentencePair.MASK);
                return List.of(String.join(" ", masked), String.join(" ", first) + PAIR + String.join(" ", second));
            }
        }
        throw new RecipeException("there is no short pair of sentences in " + source);
    }
}
