package fathom.text.translation;

import fathom.Autograd;
import fathom.DType;
import fathom.Scope;
import fathom.Tensor;
import fathom.Tensors;
import fathom.ValuesAndIndices;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
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

    /** A beginning that is continued; its place is a row of the decoder's state. */
    private record Beam(List<Integer> tokens, double logProbability) {
        Beam with(int token, double logProbability) {
            var more = new ArrayList<>(tokens);
            more.add(token);
            return new Beam(more, logProbability);
        }
    }

    /** A possible next token of the beam in a row. */
    private record Candidate(int row, int token, double logProbability) {}

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

    /** One search, for several sources at once: row {@code i * width + k} of the state is beam k of source i. */
    private static final class Search<S extends Decoder.State<S>> {
        private final EncoderDecoder<S> model;
        private final Options options;
        private final int width;
        private final List<List<Beam>> beams = new ArrayList<>();
        private final List<List<Hypothesis>> ended = new ArrayList<>();

        Search(EncoderDecoder<S> model, int sources, Options options) {
            this.model = model;
            this.options = options;
            this.width = options.width;
            for (int i = 0; i < sources; i++) {
                beams.add(List.of(new Beam(List.of(), 0)));
                ended.add(new ArrayList<>());
            }
        }

        List<List<Hypothesis>> run(Tensor source, Tensor lengths) {
            S state = model.decoder().start(model.encoder().forward(source, lengths));
            int n = beams.size();
            if (width > 1) {
                state = state.select(source.newTensor(rows(i -> i / width), DType.INT64));
            }
            var tokens = new long[n * width];
            Arrays.fill(tokens, model.markers().bos());
            for (int step = 0; step < options.maxLength; step++) {
                Tensor x = source.newTensor(tokens, DType.INT64).unsqueeze(1);
                var out = model.decoder().forward(x, state);
                Tensor logits = out.logits().select(1, -1);
                // besides the tokens that are kept, one that ends the sequence, and two that may not occur
                var best = logits.logSoftmax(-1).topk(Math.min(logits.size(-1), width + 3L));
                long[] parents = advance(best, tokens);
                if (beams.stream().allMatch(List::isEmpty)) {
                    break;
                }
                state = out.state();
                if (width > 1) {
                    state = state.select(source.newTensor(parents, DType.INT64));
                }
            }
            for (int i = 0; i < n; i++) {
                List<Hypothesis> found = ended.get(i);
                beams.get(i).forEach(b -> found.add(hypothesis(b.tokens(), b.logProbability(), false)));
                found.sort(Comparator.comparingDouble(Hypothesis::score).reversed());
            }
            return ended.stream().map(all -> List.copyOf(all.subList(0, Math.min(width, all.size())))).toList();
        }

        private long[] rows(java.util.function.IntToLongFunction row) {
            var rows = new long[beams.size() * width];
            Arrays.setAll(rows, row);
            return rows;
        }

        /** Extends the beams by their best next tokens; returns the row of the state that each row continues. */
        private long[] advance(ValuesAndIndices best, long[] tokens) {
            float[][] values = best.values().toArray(float[][].class);
            long[][] indices = best.indices().toArray(long[][].class);
            long[] parents = rows(i -> i);
            for (int i = 0; i < beams.size(); i++) {
                List<Beam> now = beams.get(i);
                if (now.isEmpty()) {
                    continue;
                }
                var next = new ArrayList<Beam>();
                for (Candidate c : candidates(i, values, indices)) {
                    Beam parent = now.get(c.row() - i * width);
                    if (c.token() == model.markers().eos()) {
                        ended.get(i).add(hypothesis(parent.tokens(), c.logProbability(), true));
                    } else {
                        parents[i * width + next.size()] = c.row();
                        tokens[i * width + next.size()] = c.token();
                        next.add(parent.with(c.token(), c.logProbability()));
                    }
                    if (next.size() == width || ended.get(i).size() >= width) {
                        break;
                    }
                }
                beams.set(i, ended.get(i).size() >= width ? List.of() : next);
            }
            return parents;
        }

        private List<Candidate> candidates(int i, float[][] values, long[][] indices) {
            var all = new ArrayList<Candidate>();
            List<Beam> now = beams.get(i);
            var never = Set.of(model.markers().pad(), model.markers().bos());
            for (int k = 0; k < now.size(); k++) {
                int row = i * width + k;
                for (int j = 0; j < values[row].length; j++) {
                    int token = Math.toIntExact(indices[row][j]);
                    if (!never.contains(token)) {
                        all.add(new Candidate(row, token, now.get(k).logProbability() + values[row][j]));
                    }
                }
            }
            all.sort(Comparator.comparingDouble(Candidate::logProbability).reversed());
            return all;
        }

        private Hypothesis hypothesis(List<Integer> tokens, double logProbability, boolean isEnded) {
            int length = Math.max(1, tokens.size() + (isEnded ? 1 : 0));
            return new Hypothesis(
                    tokens, isEnded, logProbability, logProbability / Math.pow(length, options.lengthPenalty));
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
