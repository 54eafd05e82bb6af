package fathom.text;

import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.data.DataLoader;
import fathom.files.InputFiles;
import fathom.nn.Layer;
import fathom.nn.recurrent.RecurrentState;
import fathom.train.EpochResult;
import fathom.train.Evaluation;
import fathom.train.Run;
import fathom.train.Task;
import fathom.train.TrainerOptions;
import fathom.train.TrainingCallback;
import fathom.train.recipe.InferenceGraph;
import fathom.train.recipe.PredictionOptions;
import fathom.train.recipe.RecipeException;
import fathom.train.recipe.TaskOptions;
import fathom.train.recipe.TextTask;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A language model of characters, its text, and what it writes. The run's settings keep the vocabulary. */
final class LanguageModelTask implements TextTask {
    static final int STEPS = 35;

    /** The name of the vocabulary in a run's settings. */
    private static final String VOCABULARY = "vocabulary";

    private static final String PROMPT = "time traveller";

    /** The course trains with the first characters only. */
    private static final int MOST_TOKENS = 10_000;

    private static final int CONTINUED = 50;
    private static final int REPORTS = 10;

    /** The name of the course's text, which is the default. */
    private static final String TIME_MACHINE = "time-machine";

    /** What the course has continued besides. */
    private static final String SECOND_PROMPT = "traveller";

    private final LanguageModelRecipe recipe;
    private final TaskOptions options;
    private final int batchSize;
    private final int most;

    /** All characters of the text, read at the first use. */
    private @Nullable List<String> text;

    private @Nullable Vocabulary vocabulary;

    LanguageModelTask(LanguageModelRecipe recipe, TaskOptions options) {
        this.recipe = recipe;
        this.options = options;
        batchSize = options.hyperParameters().batchSize();
        most = Math.min(options.limit(), MOST_TOKENS);
        if (options.settings().get(VOCABULARY) instanceof List<?> kept) {
            try {
                vocabulary = Vocabulary.ofTokens(kept.stream().map(String.class::cast).toList());
            } catch (IllegalArgumentException | ClassCastException e) {
                throw new RecipeException("the run's settings are damaged: its vocabulary is " + kept);
            }
        }
    }

    private List<String> text() {
        if (text == null) {
            String file = file();
            try {
                text = Tokens.CHARACTERS.of(file == null ? TimeMachine.text() : InputFiles.text(Path.of(file)));
            } catch (IOException e) {
                throw new RecipeException("data", String.valueOf(e.getMessage()));
            }
        }
        return text;
    }

    /** {@return the characters to train with} */
    private List<String> learnt() {
        List<String> all = text();
        return all.subList(0, Math.min(most, all.size()));
    }

    private Vocabulary vocabulary() {
        if (vocabulary == null) {
            List<String> tokens = learnt();
            checkLength(tokens);
            vocabulary = Vocabulary.of(tokens);
        }
        return vocabulary;
    }

    private void checkLength(List<String> tokens) {
        if (tokens.size() <= (long) batchSize * STEPS) {
            throw new RecipeException(
                    options.limit() < tokens.size() + 1 ? "limit" : "data",
                    String.format(
                            Locale.ROOT,
                            "%d letters are too few for a batch of %d sequences of %d",
                            tokens.size(),
                            batchSize,
                            STEPS));
        }
    }

    @Override
    public Layer network() {
        return new StatefulLanguageModel(recipe.model(vocabulary().size()), batchSize);
    }

    @Override
    public DataLoader train() {
        List<String> tokens = learnt();
        checkLength(tokens);
        if (!Vocabulary.of(tokens).tokens().equals(vocabulary().tokens())) {
            throw new RecipeException("data", "the text has other characters than the one that the run was begun with");
        }
        return Sequences.sequentialPartition(vocabulary().indices(tokens), batchSize, STEPS);
    }

    @Override
    public String data() {
        return String.format(
                Locale.ROOT,
                "%,d characters, %d different ones, from %s",
                learnt().size(),
                vocabulary().size(),
                source());
    }

    /** {@return the text file; null for the course's text} */
    private @Nullable String file() {
        return TIME_MACHINE.equals(options.data()) ? null : options.data();
    }

    private String source() {
        String file = file();
        return file == null ? "The Time Machine" : file;
    }

    /** As many characters as it was trained with, from behind them if the text has enough of them. */
    @Override
    public DataLoader evaluation() {
        List<String> all = text();
        int from = all.size() > MOST_TOKENS + (long) batchSize * STEPS ? MOST_TOKENS : 0;
        List<String> tokens = all.subList(from, Math.min(all.size(), from + most));
        checkLength(tokens);
        options.notice()
                .accept(
                        String.format(
                                Locale.ROOT,
                                "characters %,d to %,d of %s, %s",
                                from + 1,
                                from + tokens.size(),
                                source(),
                                from == 0
                                        ? "which may be those it was trained with"
                                        : "behind those it was trained with"));
        return Sequences.sequentialPartition(vocabulary().indices(tokens), batchSize, STEPS).seed(options.seed());
    }

    @Override
    public Task<?> task(Layer net) {
        return ((StatefulLanguageModel) net).task();
    }

    @Override
    public void configure(TrainerOptions trainer, Layer net, Consumer<String> show) {
        var reader = (StatefulLanguageModel) net;
        int every = Math.max(1, options.hyperParameters().epochs() / REPORTS);
        trainer.progress(false)
                .note(VOCABULARY, vocabulary().tokens())
                .callbacks(
                        new TrainingCallback() {
                            @Override
                            public void onEpoch(Progress progress, EpochResult result) {
                                if (result.epoch() % every == 0) {
                                    show.accept(
                                            String.format(
                                                    Locale.ROOT,
                                                    "epoch %d: perplexity %.2f, %s",
                                                    result.epoch(),
                                                    Math.exp(result.loss()),
                                                    continueText(reader)));
                                }
                            }
                        });
    }

    /**
     * Tokens and a state yield logits and the next state, that of an LSTM being two tensors; the metadata list the
     * vocabulary.
     */
    @Override
    public InferenceGraph inference(Layer net) {
        var reader = (StatefulLanguageModel) net;
        String batch = InferenceGraph.BATCH;
        RecurrentState zeros = reader.initialState();
        List<InferenceGraph.Input> inputs = new ArrayList<>();
        inputs.add(
                new InferenceGraph.Input(
                        "tokens", Tensors.zeros(DType.INT64, 1, STEPS), Map.of(0, batch, 1, "length")));
        inputs.add(new InferenceGraph.Input("hidden", zeros.hidden(), Map.of(1, batch)));
        List<String> outputs = new ArrayList<>(List.of("logits", "last_hidden"));
        Tensor cell = zeros.cell();
        if (cell != null) {
            inputs.add(new InferenceGraph.Input("cell", cell, Map.of(1, batch)));
            outputs.add("last_cell");
        }
        return new InferenceGraph(
                net,
                inputs,
                outputs,
                in -> {
                    var state = new RecurrentState(in.get(1), in.size() == 3 ? in.get(2) : null);
                    var step = reader.unroll(in.getFirst(), state);
                    Tensor last = step.state().cell();
                    return last == null
                            ? List.of(step.logits(), step.state().hidden())
                            : List.of(step.logits(), step.state().hidden(), last);
                },
                Map.of(VOCABULARY, InferenceGraph.json(vocabulary().tokens())));
    }

    private String continueText(StatefulLanguageModel net) {
        List<String> prefix = file() == null ? Tokens.CHARACTERS.of(PROMPT) : learnt().subList(0, 10);
        return net.generate(prefix, CONTINUED, vocabulary());
    }

    @Override
    public List<String> report(Run run, Layer net) {
        var reader = (StatefulLanguageModel) net;
        var lines = new ArrayList<String>();
        lines.add(
                String.format(
                        Locale.ROOT,
                        "perplexity %.1f, %.1f tokens/sec%s",
                        Math.exp(run.last().loss()),
                        run.examplesPerSecond() * STEPS,
                        run.speed().substring(run.speed().indexOf(" on "))));
        lines.add(continueText(reader));
        if (file() == null) {
            lines.add(reader.generate(Tokens.CHARACTERS.of(SECOND_PROMPT), CONTINUED, vocabulary()));
        }
        return lines;
    }

    @Override
    public String report(Evaluation evaluation) {
        return evaluation + String.format(Locale.ROOT, ", perplexity %.1f", Math.exp(evaluation.loss()));
    }

    /** Inputs are beginnings of texts. */
    @Override
    public List<String> predict(Layer net, PredictionOptions asked) {
        return (asked.inputs().isEmpty() ? List.of(PROMPT) : asked.inputs())
                .stream().map(prompt -> generate(net, prompt, CONTINUED)).toList();
    }

    @Override
    public String generate(Layer net, String prompt, int length) {
        List<String> prefix = Tokens.CHARACTERS.of(prompt);
        if (prefix.isEmpty()) {
            throw new RecipeException("prompt", "has no letter to begin with: '%s'".formatted(prompt));
        }
        return ((StatefulLanguageModel) net).generate(prefix, length, vocabulary());
    }
}
