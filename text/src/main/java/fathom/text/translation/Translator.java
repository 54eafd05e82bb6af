package fathom.text.translation;

import fathom.Autograd;
import fathom.Device;
import fathom.Tensor;
import fathom.Tensors;
import fathom.plot.Plot;
import fathom.text.Vocabulary;
import fathom.text.datasets.FraEng;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/** Translates sentences with a trained {@link EncoderDecoder}. */
public final class Translator {
    private final EncoderDecoder<?> model;
    private final Vocabulary source;
    private final Vocabulary target;
    private final int steps;

    /**
     * A translator.
     *
     * @param source the vocabulary of the sentences
     * @param target the vocabulary of the translations
     * @param steps the length of the sequences that the model was trained with
     */
    public Translator(EncoderDecoder<?> model, Vocabulary source, Vocabulary target, int steps) {
        if (steps < 1) {
            throw new IllegalArgumentException("Translator: steps must be at least 1, is " + steps);
        }
        this.model = model;
        this.source = source;
        this.target = target;
        this.steps = steps;
    }

    /** {@return the translation of a sentence by greedy decoding} */
    public Translation translate(String sentence) {
        return translate(List.of(sentence), o -> {}).getFirst();
    }

    /**
     * {@return the best translation of each sentence}
     *
     * @param sentences sentences; they are lower-cased, and punctuation becomes a token of its own
     * @param options {@code o -> o.width(4)}; the maximum length is the number of steps unless set
     */
    public List<Translation> translate(List<String> sentences, Consumer<BeamSearch.Options> options) {
        if (sentences.isEmpty()) {
            return List.of();
        }
        List<List<String>> tokens = sentences.stream().map(this::tokens).toList();
        var found = BeamSearch.search(model, sources(tokens), lengths(tokens), o -> options.accept(o.maxLength(steps)));
        var translations = new ArrayList<Translation>();
        for (int i = 0; i < tokens.size(); i++) {
            var best = found.get(i).getFirst();
            translations.add(
                    new Translation(tokens.get(i), best.tokens().stream().map(target::token).toList(), best.score()));
        }
        return translations;
    }

    /** {@return the tokens of a sentence that the model reads: cut off, with the one that ends it} */
    private List<String> tokens(String sentence) {
        var tokens = new ArrayList<>(FraEng.tokens(sentence.strip()));
        tokens.add(FraEng.EOS);
        return List.copyOf(tokens.subList(0, Math.min(steps, tokens.size())));
    }

    private Tensor sources(List<List<String>> sentences) {
        int pad = source.index(FraEng.PAD);
        List<long[]> rows = sentences.stream().map(t -> t.stream().mapToLong(source::index).toArray()).toList();
        return BeamSearch.padded(rows, steps, pad).to(device());
    }

    private Tensor lengths(List<List<String>> sentences) {
        return Tensors.tensor(sentences.stream().mapToLong(List::size).toArray()).to(device());
    }

    private Device device() {
        return model.parameters().getFirst().device();
    }

    /**
     * {@return the attention weights while the model produces a translation, {@code [layers, heads, queries, keys]}
     * each; empty for a model without attention} The queries of a decoder are the tokens of the translation and the one
     * that ends it, the keys of its self-attention the tokens that it has read.
     */
    public Map<AttentionKind, Tensor> attention(Translation translation) {
        long[] read = new long[translation.tokens().size() + 1];
        read[0] = model.markers().bos();
        for (int i = 1; i < read.length; i++) {
            read[i] = target.index(translation.tokens().get(i - 1));
        }
        List<List<String>> one = List.of(translation.source());
        long words = translation.source().size();
        boolean training = model.isTraining();
        try (var off = Autograd.noGrad()) {
            model.train(false);
            var weights = new EnumMap<AttentionKind, Tensor>(AttentionKind.class);
            model.attention(sources(one), lengths(one), Tensors.tensor(read).to(device()).unsqueeze(0))
                    .forEach((kind, w) -> {
                        Tensor rows = w.select(0, 0);
                        Tensor cut = kind.queriesAreSource() ? rows.narrow(-2, 0, words) : rows;
                        weights.put(kind, kind.keysAreSource() ? cut.narrow(-1, 0, words) : cut);
                    });
            return weights;
        } finally {
            model.train(training);
        }
    }

    /**
     * {@return heat maps of the attention weights of a translation: a row for each layer, a column for each head}
     *
     * @throws IllegalArgumentException if the model has no such attention
     */
    public Plot plot(Translation translation, AttentionKind kind) {
        Tensor weights = attention(translation).get(kind);
        if (weights == null) {
            throw new IllegalArgumentException("Translator: the model has no " + kind.title());
        }
        List<String> written = new ArrayList<>(translation.tokens());
        written.add(FraEng.EOS);
        List<String> read = new ArrayList<>(translation.tokens());
        read.addFirst(FraEng.BOS);
        return Plot.heatmaps(
                weights,
                h ->
                        h.title(kind.title())
                                .xLabel("key positions")
                                .yLabel("query positions")
                                .rows(kind.queriesAreSource() ? translation.source() : written)
                                .columns(kind.keysAreSource() ? translation.source() : read)
                                .titles(
                                        IntStream.rangeClosed(1, Math.toIntExact(weights.size(0) * weights.size(1)))
                                                .mapToObj(i -> head(i - 1, weights.size(1)))
                                                .toList()));
    }

    private static String head(int i, long heads) {
        return String.format(Locale.ROOT, "layer %d, head %d", i / heads + 1, i % heads + 1);
    }
}
