package fathom.text.generation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Set;

/**
 * The beginnings that beam search keeps, for several sources at once: row {@code i * width + k} of a model's state is
 * beam k of source i. The model is the caller's: it computes the probabilities of next tokens, and orders its state.
 *
 * @see fathom.text.translation.BeamSearch
 */
public final class Beams {
    private final int width;
    private final double lengthPenalty;
    private final Set<Integer> ends;
    private final Set<Integer> never;
    private final List<List<Beam>> beams = new ArrayList<>();
    private final List<List<Hypothesis>> ended = new ArrayList<>();

    /**
     * A text that was found.
     *
     * @param tokens its tokens, without the one that ends it
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

    /** A beginning that is continued; its place is a row of the model's state. */
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
     * Empty beginnings.
     *
     * @param sources the number of sources
     * @param width the number of beginnings that are kept of each
     * @param lengthPenalty the exponent of the length in scores
     * @param ends tokens that end a text
     * @param never tokens that may not occur
     */
    public Beams(int sources, int width, double lengthPenalty, Set<Integer> ends, Set<Integer> never) {
        this.width = width;
        this.lengthPenalty = lengthPenalty;
        this.ends = Set.copyOf(ends);
        this.never = Set.copyOf(never);
        for (int i = 0; i < sources; i++) {
            beams.add(List.of(new Beam(List.of(), 0)));
            ended.add(new ArrayList<>());
        }
    }

    /** {@return how many of each row's most probable tokens {@link #advance} needs} */
    public long candidates(long vocabulary) {
        return Math.min(vocabulary, width + (long) ends.size() + never.size());
    }

    /**
     * Extends the beginnings by their most probable next tokens.
     *
     * @param values the logarithms of probabilities, by row, {@link #candidates} of each
     * @param indices their tokens
     * @param tokens receives the token that each row has now
     * @return the row of the state that each row continues
     */
    public long[] advance(float[][] values, long[][] indices, long[] tokens) {
        long[] parents = new long[beams.size() * width];
        Arrays.setAll(parents, i -> i);
        for (int i = 0; i < beams.size(); i++) {
            List<Beam> now = beams.get(i);
            if (now.isEmpty()) {
                continue;
            }
            List<Hypothesis> done = ended.get(i);
            var next = new ArrayList<Beam>();
            for (Candidate c : candidates(i, values, indices)) {
                Beam parent = now.get(c.row() - i * width);
                if (ends.contains(c.token())) {
                    done.add(hypothesis(parent.tokens(), c.logProbability(), true));
                } else {
                    parents[i * width + next.size()] = c.row();
                    tokens[i * width + next.size()] = c.token();
                    next.add(parent.with(c.token(), c.logProbability()));
                }
                if (next.size() == width || done.size() >= width) {
                    break;
                }
            }
            beams.set(i, done.size() >= width ? List.of() : next);
        }
        return parents;
    }

    private List<Candidate> candidates(int i, float[][] values, long[][] indices) {
        var all = new ArrayList<Candidate>();
        List<Beam> now = beams.get(i);
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

    /** {@return whether no beginning is continued any more} */
    public boolean isDone() {
        return beams.stream().allMatch(List::isEmpty);
    }

    /** {@return for each source up to {@code width} texts, the best one first; beginnings end where they are} */
    public List<List<Hypothesis>> end() {
        for (int i = 0; i < beams.size(); i++) {
            List<Hypothesis> found = ended.get(i);
            beams.get(i).forEach(b -> found.add(hypothesis(b.tokens(), b.logProbability(), false)));
            found.sort(Comparator.comparingDouble(Hypothesis::score).reversed());
        }
        return ended.stream().map(all -> List.copyOf(all.subList(0, Math.min(width, all.size())))).toList();
    }

    private Hypothesis hypothesis(List<Integer> tokens, double logProbability, boolean isEnded) {
        int length = Math.max(1, tokens.size() + (isEnded ? 1 : 0));
        return new Hypothesis(tokens, isEnded, logProbability, logProbability / Math.pow(length, lengthPenalty));
    }
}
