package fathom.text.classification;

import fathom.data.hub.DataHub;
import fathom.nn.Layer;
import fathom.text.TokenEmbedding;
import fathom.text.Vocabulary;
import fathom.train.TrainerOptions;
import fathom.train.recipe.RecipeException;
import fathom.train.recipe.TaskOptions;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The training of a classifier by word vectors. The run's settings keep the vocabulary and the width of the vectors.
 */
final class WordClassifierTask extends ClassifierTask {
    private static final String VOCABULARY = "vocabulary";
    private static final String WIDTH = "vectorWidth";
    private static final String FROZEN = "vectorsFrozen";
    private static final String NONE = "none";

    private final TextClassificationRecipe recipe;
    private final int steps;
    private @Nullable Vocabulary vocabulary;
    private @Nullable WordTable table;
    private String vectors = "";

    WordClassifierTask(TextClassificationRecipe recipe, TaskOptions options) {
        super(options, recipe.isOfPairs());
        this.recipe = recipe;
        steps = options.integer(TextClassificationRecipe.STEPS, 1).orElseThrow();
        if (options.settings().get(VOCABULARY) instanceof List<?> words) {
            try {
                vocabulary = Vocabulary.ofTokens(words.stream().map(String.class::cast).toList());
                LabelledSequences.pad(vocabulary);
            } catch (IllegalArgumentException | ClassCastException e) {
                throw new RecipeException("the run's settings are damaged: its vocabulary: " + e.getMessage());
            }
        } else if (options.isOfRun()) {
            throw new RecipeException("the run's settings are damaged: there is no vocabulary");
        }
    }

    private Vocabulary vocabulary() {
        if (vocabulary == null) {
            vocabulary = texts().vocabulary(minFreq());
        }
        return vocabulary;
    }

    private long pad() {
        return LabelledSequences.pad(vocabulary());
    }

    private WordTable table() {
        if (table == null) {
            table = options.isOfRun() ? tableOfRun() : newTable();
        }
        return table;
    }

    /** The weights of the run are loaded into it. */
    private WordTable tableOfRun() {
        if (options.settings().get(WIDTH) instanceof Number width
                && width.longValue() > 0
                && options.settings().get(FROZEN) instanceof Boolean isFrozen) {
            return WordTable.random(vocabulary().size(), width.longValue(), isFrozen);
        }
        throw new RecipeException(
                "the run's settings are damaged: %s is %s, %s is %s"
                        .formatted(WIDTH, options.settings().get(WIDTH), FROZEN, options.settings().get(FROZEN)));
    }

    private WordTable newTable() {
        String name = options.option(TextClassificationRecipe.VECTORS).orElse("");
        boolean isFrozen = !recipe.trainsVectors() && !options.isOn(TextClassificationRecipe.TRAIN_VECTORS);
        TokenEmbedding pretrained =
                name.equals(NONE) || name.isEmpty() && texts().isStandIn() ? null : pretrained(name);
        if (pretrained == null) {
            vectors = "vectors learnt";
            return WordTable.random(vocabulary().size(), TextClassificationRecipe.DIMENSIONS, false);
        }
        long known = vocabulary().tokens().stream().filter(t -> pretrained.index(t) > 0).count();
        vectors =
                String.format(
                        Locale.ROOT,
                        "%,d with vectors of %s, %s",
                        known,
                        pretrained.source(),
                        isFrozen ? "not trained" : "trained");
        return WordTable.of(pretrained, vocabulary(), isFrozen);
    }

    /** {@return vectors of a file or of the hub; null if the hub has them not, and the user did not ask for them} */
    private @Nullable TokenEmbedding pretrained(String name) {
        try {
            if (Files.isRegularFile(Path.of(name))) {
                return name.endsWith(".bin")
                        ? TokenEmbedding.loadBinary(Path.of(name))
                        : TokenEmbedding.load(Path.of(name));
            }
            TokenEmbedding found =
                    TokenEmbedding.load(
                            DataHub.standard(), name.isEmpty() ? TextClassificationRecipe.GLOVE : name, line -> {});
            if (!found.isStandIn()) {
                return found;
            }
        } catch (UncheckedIOException e) {
            throw new RecipeException("vectors", String.valueOf(e.getMessage()));
        } catch (IllegalArgumentException e) {
            throw new RecipeException("vectors", "there is no file %s, nor a data set of this name".formatted(name));
        }
        if (!name.isEmpty()) {
            throw new RecipeException(
                    "vectors", "%s could not be had: fathom data get %s says why".formatted(name, name));
        }
        options.notice()
                .accept(
                        "%s could not be had; word vectors are learnt instead"
                                .formatted(TextClassificationRecipe.GLOVE));
        return null;
    }

    @Override
    public Layer network() {
        return recipe.network(table(), pad(), classes().size(), options.isOn(TextClassificationRecipe.INTRA));
    }

    @Override
    LabelledSequences sequences(List<LabelledTexts.Example> examples) {
        return LabelledTexts.sequences(examples, vocabulary(), steps, arePairs);
    }

    @Override
    int minFreq() {
        return options.integer(TextClassificationRecipe.MIN_FREQ, 1).orElseThrow();
    }

    @Override
    String details() {
        table();
        return String.format(
                Locale.ROOT, "%,d words%s", vocabulary().size(), vectors.isEmpty() ? "" : " (" + vectors + ")");
    }

    @Override
    public void configure(TrainerOptions trainer, Layer net, Consumer<String> show) {
        super.configure(trainer, net, show);
        trainer.note(VOCABULARY, vocabulary().tokens())
                .note(WIDTH, table().dimensions())
                .note(FROZEN, table().isFrozen());
    }
}
