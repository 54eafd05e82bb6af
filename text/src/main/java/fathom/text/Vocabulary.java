package fathom.text;

import fathom.Tensor;
import fathom.Tensors;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A mapping between tokens and indices: 0 is {@value #UNKNOWN}, followed by reserved tokens, then the others by
 * descending frequency.
 *
 * @see <a href="https://d2l.ai/chapter_recurrent-neural-networks/text-sequence.html">Dive into Deep Learning,
 *     Converting Raw Text into Sequence Data</a>
 */
public final class Vocabulary {
    /** The token for unknown tokens. */
    public static final String UNKNOWN = "<unk>";

    private final List<String> tokens;
    private final Map<String, Integer> indices = new HashMap<>();

    private Vocabulary(List<String> tokens) {
        this.tokens = List.copyOf(tokens);
        for (int i = 0; i < tokens.size(); i++) {
            indices.put(tokens.get(i), i);
        }
    }

    /** {@return the vocabulary of all these tokens} */
    public static Vocabulary of(List<String> tokens) {
        return of(tokens, 0, List.of());
    }

    /**
     * {@return the vocabulary of the tokens that occur at least {@code minFreq} times}
     *
     * @param tokens the tokens of a corpus
     * @param minFreq the minimum frequency of a token
     * @param reserved tokens that are always included, such as {@code <pad>} and {@code <bos>}
     */
    public static Vocabulary of(List<String> tokens, int minFreq, List<String> reserved) {
        var counts = new LinkedHashMap<String, Integer>();
        tokens.forEach(t -> counts.merge(t, 1, Integer::sum));
        var all = new ArrayList<String>();
        all.add(UNKNOWN);
        all.addAll(reserved);
        counts.entrySet().stream()
                .filter(e -> e.getValue() >= minFreq && !all.contains(e.getKey()))
                .sorted(Map.Entry.<String, Integer>comparingByValue(Comparator.reverseOrder()))
                .forEachOrdered(e -> all.add(e.getKey()));
        return new Vocabulary(all);
    }

    /**
     * {@return the vocabulary of the given tokens in index order, as returned by {@link #tokens}}
     *
     * @throws IllegalArgumentException if the first is not {@value #UNKNOWN}, or a token occurs twice
     */
    public static Vocabulary ofTokens(List<String> tokens) {
        if (tokens.isEmpty() || !tokens.getFirst().equals(UNKNOWN) || new HashSet<>(tokens).size() < tokens.size()) {
            throw new IllegalArgumentException(
                    "Vocabulary: expected distinct tokens that begin with %s, got %s".formatted(UNKNOWN, tokens));
        }
        return new Vocabulary(tokens);
    }

    /** {@return the number of tokens, including the unknown token} */
    public int size() {
        return tokens.size();
    }

    /** {@return the token's index; 0 if it is unknown} */
    public int index(String token) {
        return indices.getOrDefault(token, 0);
    }

    /** {@return the tokens' indices, int64 {@code [n]}} */
    public Tensor indices(List<String> tokens) {
        return Tensors.tensor(tokens.stream().mapToLong(this::index).toArray());
    }

    /**
     * {@return the token with this index}
     *
     * @throws IndexOutOfBoundsException if the index is out of range
     */
    public String token(int index) {
        return tokens.get(index);
    }

    /** {@return all tokens by their indices} */
    public List<String> tokens() {
        return tokens;
    }
}
