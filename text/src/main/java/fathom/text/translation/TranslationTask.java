package fathom.text.translation;

import fathom.data.DataLoader;
import fathom.nn.Layer;
import fathom.plot.Plot;
import fathom.text.Vocabulary;
import fathom.text.datasets.FraEng;
import fathom.train.EpochResult;
import fathom.train.Evaluation;
import fathom.train.Run;
import fathom.train.Task;
import fathom.train.TrainerOptions;
import fathom.train.TrainingCallback;
import fathom.train.metric.Bleu;
import fathom.train.recipe.PredictionOptions;
import fathom.train.recipe.RecipeException;
import fathom.train.recipe.TaskOptions;
import fathom.train.recipe.TranslatorTask;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The training of a translator on the course's pairs, and what it translates. The run's settings keep the vocabularies.
 */
final class TranslationTask implements TranslatorTask {
    /** The course's sentences with its translations; the third one is not among the first 600 pairs. */
    private static final List<FraEng.Pair> COURSE =
            List.of(
                    new FraEng.Pair("go .", "va !"),
                    new FraEng.Pair("i lost .", "j'ai perdu ."),
                    new FraEng.Pair("he's calm .", "il est calme ."),
                    new FraEng.Pair("i'm home .", "je suis chez moi ."));

    private static final String SOURCE = "sourceVocabulary";
    private static final String TARGET = "targetVocabulary";
    private static final int REPORTS = 10;

    /** The order of the course's BLEU. */
    private static final int ORDER = 2;

    private final TaskOptions options;
    private final TranslationRecipe recipe;
    private final int steps;
    private final int pairs;
    private @Nullable FraEng data;
    private @Nullable Vocabulary source;
    private @Nullable Vocabulary target;

    TranslationTask(TranslationRecipe recipe, TaskOptions options) {
        this.recipe = recipe;
        this.options = options;
        steps = options.integer(TranslationRecipe.STEPS, 2).orElseThrow();
        pairs = Math.min(options.limit(), options.integer(TranslationRecipe.PAIRS, 1).orElseThrow());
        if (options.isOfRun()) {
            source = kept(SOURCE);
            target = kept(TARGET);
        }
    }

    private @Nullable Vocabulary kept(String name) {
        if (!(options.settings().get(name) instanceof List<?> kept)) {
            return null;
        }
        try {
            return Vocabulary.ofTokens(kept.stream().map(String.class::cast).toList());
        } catch (IllegalArgumentException | ClassCastException e) {
            throw new RecipeException("the run's settings are damaged: its %s is %s".formatted(name, kept));
        }
    }

    private FraEng pairs() {
        if (data == null) {
            Consumer<FraEng.Options> chosen = o -> o.pairs(pairs).steps(steps);
            String file = options.data();
            if (file != null && !Files.isRegularFile(Path.of(file))) {
                throw new RecipeException("data", "there is no file " + file);
            }
            try {
                data = file == null ? FraEng.load(chosen) : FraEng.load(Path.of(file), chosen);
            } catch (UncheckedIOException e) {
                throw new RecipeException("data", String.valueOf(e.getMessage()));
            }
        }
        return data;
    }

    private Vocabulary source() {
        if (source == null) {
            source = pairs().source();
        }
        return source;
    }

    private Vocabulary target() {
        if (target == null) {
            target = pairs().target();
        }
        return target;
    }

    @Override
    public Layer network() {
        return recipe.model(source().size(), target().size(), Markers.of(target()));
    }

    @Override
    public DataLoader train() {
        FraEng found = pairs();
        if (!found.source().tokens().equals(source().tokens()) || !found.target().tokens().equals(target().tokens())) {
            throw new RecipeException("data", "the pairs have other words than those that the run was begun with");
        }
        return DataLoader.of(found, options.hyperParameters().batchSize()).shuffle(true);
    }

    @Override
    public String data() {
        FraEng found = pairs();
        return String.format(
                Locale.ROOT,
                "%,d pairs of sentences, %,d English and %,d French tokens, from %s",
                found.size(),
                source().size(),
                target().size(),
                found.origin());
    }

    /** The pairs it was trained with: the course has no others. */
    @Override
    public DataLoader evaluation() {
        options.notice().accept("evaluated on the %s pairs it was trained with".formatted(pairs().size()));
        return DataLoader.of(pairs(), options.hyperParameters().batchSize());
    }

    @Override
    public Task<?> task(Layer net) {
        model = (EncoderDecoder<?>) net;
        return model.task();
    }

    /** The network of {@link #task}, whose translations a report shows. */
    private @Nullable EncoderDecoder<?> model;

    @Override
    public void configure(TrainerOptions trainer, Layer net, Consumer<String> show) {
        int every = Math.max(1, options.hyperParameters().epochs() / REPORTS);
        trainer.progress(false)
                .note(SOURCE, source().tokens())
                .note(TARGET, target().tokens())
                .callbacks(
                        new TrainingCallback() {
                            @Override
                            public void onEpoch(Progress progress, EpochResult result) {
                                if (result.epoch() % every == 0) {
                                    show.accept(
                                            String.format(
                                                    Locale.ROOT, "epoch %d: loss %.4f", result.epoch(), result.loss()));
                                }
                            }
                        });
    }

    private Translator translator(Layer net) {
        return new Translator((EncoderDecoder<?>) net, source(), target(), steps);
    }

    /** {@return the course's sentences, or four from all over other data} */
    private List<String> sentences() {
        List<FraEng.Pair> all = pairs().pairs();
        if (isCourses()) {
            return COURSE.stream().map(FraEng.Pair::english).toList();
        }
        int n = Math.min(COURSE.size(), all.size());
        return IntStream.range(0, n)
                .mapToObj(i -> String.join(" ", FraEng.tokens(all.get(i * all.size() / n).english())))
                .toList();
    }

    private boolean isCourses() {
        return options.data() == null && !pairs().isStandIn();
    }

    private Optional<String> reference(String sentence) {
        String tokens = String.join(" ", FraEng.tokens(sentence));
        Optional<FraEng.Pair> known = COURSE.stream().filter(p -> p.english().equals(tokens)).findFirst();
        if (isCourses() && known.isPresent()) {
            return known.map(FraEng.Pair::french);
        }
        try {
            return Optional.of(pairs().reference(sentence));
        } catch (NoSuchElementException e) {
            return Optional.empty();
        }
    }

    private double bleu(Translation translation, String reference) {
        // as in the course, the reference is not cut off
        return Bleu.ofSentence(translation.text(), reference, ORDER);
    }

    private String line(String sentence, Translation translation) {
        String text = "%s => %s".formatted(sentence, translation.text());
        return reference(sentence)
                .map(r -> text + String.format(Locale.ROOT, ", bleu %.3f", bleu(translation, r)))
                .orElse(text);
    }

    private List<String> lines(Layer net, List<String> sentences, Consumer<BeamSearch.Options> search) {
        var found = translator(net).translate(sentences, search);
        var lines = new ArrayList<String>();
        for (int i = 0; i < sentences.size(); i++) {
            lines.add(line(sentences.get(i), found.get(i)));
        }
        return lines;
    }

    /** The loss is the mean over tokens; the course's is that over pairs of the mean over all steps. */
    @Override
    public List<String> report(Run run, Layer net) {
        var lines = new ArrayList<String>();
        lines.add(
                String.format(
                        Locale.ROOT,
                        "loss %.4f (the course's: %.4f), %.1f tokens/sec",
                        run.last().loss(),
                        run.last().loss() / steps,
                        run.examplesPerSecond() * targetTokens() / pairs().size()));
        lines.addAll(lines(net, sentences(), o -> {}));
        return lines;
    }

    /** {@return the number of tokens that a pass over the data predicts} */
    private long targetTokens() {
        return pairs().targets().narrow(1, 1, steps).ne(target().index(FraEng.PAD)).sum().itemLong();
    }

    @Override
    public String report(Evaluation evaluation) {
        var text = new StringBuilder(evaluation.toString());
        if (model != null) {
            lines(model, sentences(), o -> {}).forEach(l -> text.append(System.lineSeparator()).append(l));
        }
        return text.toString();
    }

    /** Inputs are sentences. */
    @Override
    public List<String> predict(Layer net, PredictionOptions asked) {
        return lines(net, asked.inputs().isEmpty() ? sentences() : asked.inputs(), o -> {});
    }

    @Override
    public List<String> translate(Layer net, List<String> sentences, Options asked) throws IOException {
        if (sentences.isEmpty()) {
            throw new RecipeException("there is no sentence to translate");
        }
        var lines =
                new ArrayList<>(
                        lines(net, sentences, o -> o.width(asked.beams()).lengthPenalty(asked.lengthPenalty())));
        Path file = asked.attention();
        if (file != null) {
            Translator translator = translator(net);
            Translation last =
                    translator
                            .translate(
                                    List.of(sentences.getLast()),
                                    o -> o.width(asked.beams()).lengthPenalty(asked.lengthPenalty()))
                            .getFirst();
            Map<AttentionKind, ?> weights = translator.attention(last);
            if (weights.isEmpty()) {
                throw new RecipeException("attention", "%s has no attention".formatted(recipe.name()));
            }
            for (AttentionKind kind : weights.keySet()) {
                Path to = weights.size() == 1 ? file : named(file, kind);
                Plot plot = translator.plot(last, kind);
                plot.save(to);
                lines.add("%s of '%s', drawn in %s".formatted(kind.title(), sentences.getLast(), to));
            }
        }
        return lines;
    }

    private static Path named(Path file, AttentionKind kind) {
        String name = String.valueOf(file.getFileName());
        int dot = name.lastIndexOf('.');
        return file.resolveSibling(
                "%s-%s%s".formatted(name.substring(0, dot), kind.name().toLowerCase(Locale.ROOT), name.substring(dot)));
    }
}
