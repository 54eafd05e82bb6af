package fathom.text.translation;

import fathom.Autograd;
import fathom.DType;
import fathom.Scope;
import fathom.Tensor;
import fathom.Tensors;
import fathom.text.generation.Beams;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Decoding by beam search: at each step the most probable continuations of the most probable beginnings are kept. A
 * width of 1, the default, is greedy decoding.
 *
 * @see <a href="https://d2l.ai/chapter_recurrent-modern/beam-search.html">Dive into Deep Learning, Beam Search</a>
 */
public final class BeamSearch {
    private BeamSearch() {}

    /** Options of beam search. */
    public static final class Options {
        private int width = 1;
        private double lengthPenalty = 0.75;
        private int maxLength = 10;

        private Options() {}

        /** The number of beginnings that are kept; 1 unless set, which is greedy decoding. */
        public Options width(int width) {
            this.width = positive("width", width);
            return this;
        }

        /**
         * The exponent of the length by which the logarithm of a sequence's probability is divided; 0 for none, 0.75
         * unless set.
         */
        public Options lengthPenalty(double exponent) {
            if (!(exponent >= 0) || Double.isInfinite(exponent)) {
                throw new IllegalArgumentException("lengthPenalty: must not be negative, is " + exponent);
            }
            this.lengthPenalty = exponent;
            return this;
        }

        /** The maximum number of tokens, including the one that ends the sequence; 10 unless set. */
        public Options maxLength(int maxLength) {
            this.maxLength = positive("maxLength", maxLength);
            return this;
        }

        private static int positive(String name, int value) {
            if (value < 1) {
                throw new IllegalArgumentException(
                        String.format(Locale.ROOT, "%s: must be at least 1, is %d", name, value));
            }
            return value;
        }
    }

    /**
     * A decoded sequence.
     *
     * @param tokens its tokens, without those that begin and end it
     * @param ended whether the model ended it, rather than the maximum length
     * @param logProbability the natural logarithm of its probability
     * @param score that, divided by the length (with the token that ends it) to the power of the length penalty
     */
    public record Hypothesis(List<Integer> tokens, boolean ended, double logProbability, double score) {
        /** Takes a copy of the tokens. */
        public Hypothesis {
            tokens = List.copyOf(tokens);
        }
    }

    /**
     * {@return for each source up to {@code width} sequences, the best one first}
     *
     * @param source token indices, int64 {@code [N, S]}
     * @param lengths the number of tokens of each source, int64 {@code [N]}
     * @param options {@code o -> o.width(4).maxLength(20)}
     */
    public static <S extends Decoder.State<S>> List<List<Hypothesis>> search(
            EncoderDecoder<S> model, Tensor source, Tensor lengths, Consumer<Options> options) {
        var o = new Options();
        options.accept(o);
        boolean training = model.isTraining();
        try (var off = Autograd.noGrad();
                var scope = Scope.open()) {
            model.train(false);
            return new Search<>(model, Math.toIntExact(source.size(0)), o).run(source, lengths);
        } finally {
            model.train(training);
        }
    }

    /** One search, for several sources at once, whose beams are rows of the decoder's state. */
    private static final class Search<S extends Decoder.State<S>> {
        private final EncoderDecoder<S> model;
        private final Options options;
        private final int sources;
        private final Beams beams;

        Search(EncoderDecoder<S> model, int sources, Options options) {
            this.model = model;
            this.options = options;
            this.sources = sources;
            Markers markers = model.markers();
            beams =
                    new Beams(
                            sources,
                            options.width,
                            options.lengthPenalty,
                            Set.of(markers.eos()),
                            Set.of(markers.pad(), markers.bos()));
        }

        List<List<Hypothesis>> run(Tensor source, Tensor lengths) {
            S state = model.decoder().start(model.encoder().forward(source, lengths));
            var tokens = new long[sources * options.width];
            if (options.width > 1) {
                var rows = new long[tokens.length];
                Arrays.setAll(rows, i -> i / options.width);
                state = state.select(source.newTensor(rows, DType.INT64));
            }
            Arrays.fill(tokens, model.markers().bos());
            for (int step = 0; step < options.maxLength; step++) {
                Tensor x = source.newTensor(tokens, DType.INT64).unsqueeze(1);
                var out = model.decoder().forward(x, state);
                Tensor logits = out.logits().select(1, -1);
                var best = logits.logSoftmax(-1).topk(beams.candidates(logits.size(-1)));
                long[] parents =
                        beams.advance(
                                best.values().toArray(float[][].class), best.indices().toArray(long[][].class), tokens);
                if (beams.isDone()) {
                    break;
                }
                state = out.state();
                if (options.width > 1) {
                    state = state.select(source.newTensor(parents, DType.INT64));
                }
            }
            return beams.end().stream().map(all -> all.stream().map(Search::hypothesis).toList()).toList();
        }

        private static Hypothesis hypothesis(Beams.Hypothesis h) {
            return new Hypothesis(h.tokens(), h.ended(), h.logProbability(), h.score());
        }
    }

    /** {@return sources of different lengths as one batch, {@code [N, S]}, filled with {@code pad}} */
    static Tensor padded(List<long[]> sources, int steps, int pad) {
        var all = new long[sources.size() * steps];
        Arrays.fill(all, pad);
        for (int i = 0; i < sources.size(); i++) {
            System.arraycopy(sources.get(i), 0, all, i * steps, sources.get(i).length);
        }
        return Tensors.tensor(all).reshape(sources.size(), steps);
    }
}
