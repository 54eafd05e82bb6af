package fathom.text.tokenizers;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Pieces with their scores, and those that begin at a place of a word. */
final class PieceTrie {
    /** Receives a piece and where it ends. */
    @FunctionalInterface
    interface Match {
        void found(int end, int piece);
    }

    private static final int ROOT = 0;

    private final List<String> texts = new ArrayList<>();
    private final double[] scores;

    /** By node and character. */
    private final Map<Long, Integer> children = new HashMap<>();

    private int[] pieceOf = new int[64];
    private int nodes = 1;

    PieceTrie(List<UnigramLearner.Piece> pieces) {
        Arrays.fill(pieceOf, -1);
        scores = new double[pieces.size()];
        for (UnigramLearner.Piece piece : pieces) {
            scores[texts.size()] = piece.score();
            int node = ROOT;
            for (int i = 0; i < piece.text().length(); i++) {
                node = children.computeIfAbsent(key(node, piece.text().charAt(i)), k -> nodes++);
            }
            if (nodes > pieceOf.length) {
                int before = pieceOf.length;
                pieceOf = Arrays.copyOf(pieceOf, 2 * nodes);
                Arrays.fill(pieceOf, before, pieceOf.length, -1);
            }
            pieceOf[node] = texts.size();
            texts.add(piece.text());
        }
    }

    private static long key(int node, char c) {
        return (long) node << 16 | c;
    }

    int size() {
        return scores.length;
    }

    String text(int piece) {
        return texts.get(piece);
    }

    double score(int piece) {
        return scores[piece];
    }

    List<UnigramLearner.Piece> pieces() {
        var pieces = new ArrayList<UnigramLearner.Piece>(scores.length);
        for (int p = 0; p < scores.length; p++) {
            pieces.add(new UnigramLearner.Piece(texts.get(p), scores[p]));
        }
        return pieces;
    }

    /** Finds the pieces that begin at a place, short ones first. */
    void match(String word, int from, Match match) {
        int node = ROOT;
        for (int i = from; i < word.length(); i++) {
            Integer next = children.get(key(node, word.charAt(i)));
            if (next == null) {
                return;
            }
            node = next;
            if (pieceOf[node] >= 0) {
                match.found(i + 1, pieceOf[node]);
            }
        }
    }

    /**
     * {@return the segmentation of a word with the largest sum of scores}
     *
     * @param without a piece that it must not have; -1 for none
     */
    int[] best(String word, int without) {
        int n = word.length();
        var best = new double[n + 1];
        var piece = new int[n + 1];
        Arrays.fill(best, Double.NEGATIVE_INFINITY);
        best[0] = 0;
        for (int i = 0; i < n; i++) {
            double here = best[i];
            if (here > Double.NEGATIVE_INFINITY) {
                match(
                        word,
                        i,
                        (end, p) -> {
                            if (p != without && here + scores[p] > best[end]) {
                                best[end] = here + scores[p];
                                piece[end] = p;
                            }
                        });
            }
        }
        int count = 0;
        for (int end = n; end > 0; end -= texts.get(piece[end]).length()) {
            count++;
        }
        var found = new int[count];
        for (int end = n; end > 0; end -= texts.get(piece[end]).length()) {
            found[--count] = piece[end];
        }
        return found;
    }
}
