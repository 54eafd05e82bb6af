package fathom.text.embeddings;

import fathom.Tensor;
import fathom.data.Batch;
import fathom.data.DataLoader;
import fathom.data.Dataset;
import fathom.files.InputFiles;
import fathom.nn.Layer;
import fathom.text.TokenEmbedding;
import fathom.text.Vocabulary;
import fathom.text.WordTokenizer;
import fathom.text.datasets.Ptb;
import fathom.train.Losses;
import fathom.train.Run;
import fathom.train.Task;
import fathom.train.TrainerOptions;
import fathom.train.recipe.PredictionOptions;
import fathom.train.recipe.RecipeException;
import fathom.train.recipe.RecipeTask;
import fathom.train.recipe.TaskOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Trains word embeddings on the Penn Treebank, or on a text file with a sentence per line. */
final class WordTask implements RecipeTask {
    static final int DIMENSIONS = 100;
    private static final int WINDOW = 5;
    private static final int NEGATIVES = 5;
    private static final int GLOVE_WINDOW = 10;
    private static final double THRESHOLD = 1e-4;
    private static final int MIN_FREQ = 10;

    /** About so many centre words has the Penn Treebank after subsampling. */
    private static final long WHOLE = 375_000;

    private static final int FEW_WORDS = 100_000;
    private static final int NEAREST = 3;
    private static final String VOCABULARY = "vocabulary";
    private static final String COUNTS = "counts";
    private static final List<String> SHOWN = List.of("chip", "company", "bank", "president");

    private final WordRecipe recipe;
    private final TaskOptions options;
    private @Nullable WordCorpus corpus;
    private String source = "";
    private boolean isStandIn;
    private @Nullable Vocabulary vocabulary;
    private long[] counts = {};

    WordTask(WordRecipe recipe, TaskOptions options) {
        this.recipe = recipe;
        this.options = options;
        if (options.settings().get(VOCABULARY) instanceof List<?> kept
                && options.settings().get(COUNTS) instanceof List<?> numbers) {
            try {
                vocabulary = Vocabulary.ofTokens(kept.stream().map(String.class::cast).toList());
                counts = numbers.stream().mapToLong(n -> ((Number) n).longValue()).toArray();
            } catch (IllegalArgumentException | ClassCastException e) {
                throw new RecipeException("the run's settings are damaged: its vocabulary is " + kept);
            }
        }
    }

    private WordCorpus corpus() {
        if (corpus == null) {
            List<List<String>> sentences = sentences();
            long words = sentences.stream().mapToLong(List::size).sum();
            Vocabulary known = vocabulary;
            corpus =
                    known != null
                            ? WordCorpus.of(sentences, known)
                            : WordCorpus.of(sentences, words < FEW_WORDS ? 2 : MIN_FREQ);
        }
        return corpus;
    }

    private List<List<String>> sentences() {
        String file = options.data();
        if (file == null) {
            Ptb ptb = Ptb.load();
            isStandIn = ptb.isStandIn();
            source = ptb.isStandIn() ? "the stand-in of the Penn Treebank" : "the Penn Treebank";
            return ptb.train();
        }
        source = file;
        var tokenizer = new WordTokenizer();
        try {
            return InputFiles.text(Path.of(file)).lines().map(tokenizer::tokens).filter(l -> !l.isEmpty()).toList();
        } catch (IOException e) {
            throw new RecipeException("data", String.valueOf(e.getMessage()));
        }
    }

    private Vocabulary vocabulary() {
        if (vocabulary == null) {
            vocabulary = corpus().vocabulary();
            counts = corpus().counts();
        }
        return vocabulary;
    }

    @Override
    public Layer network() {
        Vocabulary v = vocabulary();
        return recipe.network(v, counts, DIMENSIONS);
    }

    @Override
    public DataLoader train() {
        WordCorpus all = corpus();
        if (all.vocabulary().size() < 2) {
            throw new RecipeException("data", "no word occurs often enough to be learnt");
        }
        try {
            long seed = options.seed();
            WordCorpus some = recipe == WordRecipe.GLOVE ? all : all.subsampled(THRESHOLD, seed);
            Dataset data =
                    switch (recipe) {
                        case WORD2VEC, FASTTEXT -> ContextPairs.of(some, WINDOW, NEGATIVES, seed);
                        case HIERARCHICAL -> ContextPairs.of(some, WINDOW, 0, seed);
                        case CBOW -> ContextBags.of(some, WINDOW, NEGATIVES, seed);
                        case GLOVE -> Cooccurrences.of(some, GLOVE_WINDOW);
                    };
            long n = Math.min(options.limit(), data.size());
            return DataLoader.of(n < data.size() ? data.range(0, n) : data, options.hyperParameters().batchSize())
                    .shuffle(true)
                    .seed(seed);
        } catch (IllegalArgumentException e) {
            throw new RecipeException("data", String.valueOf(e.getMessage()));
        }
    }

    @Override
    public String data() {
        return String.format(
                Locale.ROOT,
                "%,d sentences, %,d different words, from %s",
                corpus().sentences().size(),
                vocabulary().size() - 1,
                source);
    }

    /** The stand-in is so much smaller that five passes learn nothing. */
    @Override
    public long wholeSize() {
        return isStandIn && recipe != WordRecipe.GLOVE ? WHOLE : 0;
    }

    @Override
    public DataLoader evaluation() {
        throw new RecipeException(
                "word vectors are not evaluated on a test set; see predict RUN WORD, or WORD:WORD::WORD");
    }

    @Override
    public Task<?> task(Layer net) {
        WordModel model = (WordModel) net;
        return new ModelTask(model);
    }

    private static final class ModelTask extends Task<Batch> {
        private final WordModel model;

        ModelTask(WordModel model) {
            super(Batch.class, model);
            this.model = model;
        }

        @Override
        public Losses step(Batch batch) {
            return Losses.of("loss", model.loss(batch));
        }
    }

    @Override
    public void configure(TrainerOptions trainer, Layer net, Consumer<String> show) {
        trainer.note(VOCABULARY, vocabulary().tokens());
        trainer.note(COUNTS, Arrays.stream(counts).boxed().toList());
    }

    private TokenEmbedding vectors(Layer net) {
        return TokenEmbedding.of(vocabulary().tokens(), ((WordModel) net).vectors());
    }

    @Override
    public List<String> report(Run run, Layer net) {
        var lines = new ArrayList<String>();
        lines.add(
                String.format(Locale.ROOT, "loss %.3f, %,.0f examples/s", run.last().loss(), run.examplesPerSecond()));
        TokenEmbedding vectors = vectors(net);
        Stream.concat(SHOWN.stream(), vocabulary().tokens().stream().skip(1))
                .filter(vocabulary()::contains)
                .limit(2)
                .forEach(word -> lines.add(nearest(vectors, word)));
        return lines;
    }

    private static String nearest(TokenEmbedding vectors, String word) {
        return word
                + ": "
                + vectors.nearest(word, NEAREST).stream()
                        .map(s -> String.format(Locale.ROOT, "%s %.3f", s.token(), s.similarity()))
                        .collect(Collectors.joining(", "));
    }

    /** Inputs are words, whose nearest ones are shown; analogies {@code man:woman::son}; or a file for the vectors. */
    @Override
    public List<String> predict(Layer net, PredictionOptions asked) {
        TokenEmbedding vectors = vectors(net);
        List<String> inputs = asked.inputs();
        if (inputs.isEmpty()) {
            inputs =
                    Stream.concat(SHOWN.stream(), vocabulary().tokens().stream().skip(1))
                            .filter(vocabulary()::contains)
                            .limit(SHOWN.size())
                            .toList();
        }
        var lines = new ArrayList<String>();
        for (String input : inputs) {
            String[] words = input.split("::?");
            if (input.endsWith(".txt") || input.endsWith(".bin")) {
                vectors.save(Path.of(input));
                lines.add(String.format(Locale.ROOT, "%s: %,d vectors", input, vectors.size()));
                continue;
            }
            for (String word : words) {
                if (!vocabulary().contains(word) && !(net instanceof SubwordSkipGram)) {
                    throw new RecipeException("the vocabulary has no word '%s'".formatted(word));
                }
            }
            if (words.length == 3) {
                lines.add(input + " = " + vectors.analogy(words[0], words[1], words[2]));
            } else if (vocabulary().contains(input)) {
                lines.add(nearest(vectors, input));
            } else if (net instanceof SubwordSkipGram subwords) {
                Tensor vector = subwords.vectorOf(input);
                lines.add(
                        input
                                + " (by its subwords): "
                                + vectors.nearest(vector, NEAREST).stream()
                                        .map(s -> String.format(Locale.ROOT, "%s %.3f", s.token(), s.similarity()))
                                        .collect(Collectors.joining(", ")));
            }
        }
        return lines;
    }
}
