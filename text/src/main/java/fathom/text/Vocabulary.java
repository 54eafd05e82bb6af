package fathom.text;

import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.files.Excerpt;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;

/**
 * A mapping between tokens and indices: 0 is {@value #UNKNOWN}, followed by reserved tokens, then the others by
 * descending frequency, equally frequent ones in the order of their first occurrence.
 *
 * {@snippet :
 * var words = Tokens.WORDS.of(TimeMachine.text());
 * var vocabulary = Vocabulary.of(words, o -> o.minFreq(2).reserved("<pad>", "<bos>", "<eos>"));
 * Tensor x = vocabulary.indices(List.of("the", "time"));      // int64 [2]
 * vocabulary.tokens(x);                                       // [the, time]
 * }
 *
 * @see <a href="https://d2l.ai/chapter_recurrent-neural-networks/text-sequence.html">Dive into Deep Learning,
 *     Converting Raw Text into Sequence Data</a>
 */
public final class Vocabulary {
    /** The token for unknown tokens. */
    public static final String UNKNOWN = "<unk>";

    private static final int SHOWN = 5;

    private final List<String> tokens;
    private final Map<String, Integer> indices = new HashMap<>();
    private final long[] frequencies;

    /** Options: which tokens a vocabulary has. */
    public static final class Options {
        private long minFreq;
        private int maxSize = Integer.MAX_VALUE;
        private List<String> reserved = List.of();

        private Options() {}

        /** Sets the minimum frequency of a token; rarer ones are unknown. Default: 0. */
        public Options minFreq(long minFreq) {
            this.minFreq = minFreq;
            return this;
        }

        /**
         * Sets the maximum number of tokens, with the unknown and the reserved ones, which are always included.
         * Default: no maximum.
         *
         * @throws IllegalArgumentException if it is below 1
         */
        public Options maxSize(int maxSize) {
            if (maxSize < 1) {
                throw new IllegalArgumentException("Vocabulary: maxSize must be at least 1, got " + maxSize);
            }
            this.maxSize = maxSize;
            return this;
        }

        /** Sets tokens that are always included, such as {@code <pad>}: they have the indices 1, 2, ... */
        public Options reserved(String... tokens) {
            reserved = List.of(tokens);
            return this;
        }
    }

    private Vocabulary(List<String> tokens, long[] frequencies) {
        this.tokens = List.copyOf(tokens);
        this.frequencies = frequencies;
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
        return of(tokens, o -> o.minFreq(minFreq).reserved(reserved.toArray(String[]::new)));
    }

    /** {@return the vocabulary of a corpus: {@code Vocabulary.of(words, o -> o.minFreq(2).reserved("<pad>"))}} */
    public static Vocabulary of(List<String> tokens, Consumer<Options> options) {
        return ofSentences(List.of(tokens), options);
    }

    /** {@return the vocabulary of a corpus of sentences, or of other lists of tokens} */
    public static Vocabulary ofSentences(Iterable<? extends Collection<String>> sentences, Consumer<Options> options) {
        var counts = new LinkedHashMap<String, Long>();
        for (Collection<String> sentence : sentences) {
            for (String token : sentence) {
                counts.merge(token, 1L, Long::sum);
            }
        }
        return ofCounts(counts, options);
    }

    /** {@return the vocabulary of counted tokens; equally frequent ones in the order of the map} */
    public static Vocabulary ofCounts(Map<String, Long> counts, Consumer<Options> options) {
        var o = new Options();
        options.accept(o);
        var all = new LinkedHashSet<String>();
        all.add(UNKNOWN);
        all.addAll(o.reserved);
        counts.entrySet().stream()
                .filter(e -> e.getValue() >= o.minFreq && !all.contains(e.getKey()))
                .sorted(Map.Entry.<String, Long>comparingByValue(Comparator.reverseOrder()))
                .limit(Math.max(0, (long) o.maxSize - all.size()))
                .forEachOrdered(e -> all.add(e.getKey()));
        var tokens = List.copyOf(all);
        return new Vocabulary(tokens, tokens.stream().mapToLong(t -> counts.getOrDefault(t, 0L)).toArray());
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
        return new Vocabulary(tokens, new long[tokens.size()]);
    }

    /**
     * {@return the vocabulary of a file of {@link #save}: a token per line, in index order}
     *
     * @throws UncheckedIOException if the file cannot be read, or is none of a vocabulary; the message names it
     */
    public static Vocabulary load(Path file) {
        try {
            // not readAllLines, which also splits at a lone \r
            String text = Files.readString(file);
            String[] lines = (text.endsWith("\n") ? text.substring(0, text.length() - 1) : text).split("\n", -1);
            return ofTokens(Arrays.asList(lines));
        } catch (IllegalArgumentException e) {
            String message =
                    "%s: not a file of a vocabulary, with a distinct token per line, %s first: it begins with '%s'"
                            .formatted(file, UNKNOWN, Excerpt.of(firstLine(file)));
            throw new UncheckedIOException(message, new IOException(message, e));
        } catch (IOException e) {
            throw new UncheckedIOException(file + ": " + e, e);
        }
    }

    private static String firstLine(Path file) {
        try (var lines = Files.lines(file)) {
            return lines.findFirst().orElse("");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Writes the tokens in index order, one per line, in UTF-8.
     *
     * @throws IllegalArgumentException if a token has a line break, which the file cannot hold
     * @throws UncheckedIOException if the file cannot be written
     */
    public void save(Path file) {
        for (String token : tokens) {
            if (token.indexOf('\n') >= 0) {
                throw new IllegalArgumentException(
                        "Vocabulary.save: the token '%s' has a line break, and the file has a token per line"
                                .formatted(token.replace("\n", "\\n")));
            }
        }
        try {
            Files.writeString(file, String.join("\n", tokens) + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(file + ": " + e, e);
        }
    }

    /** {@return the number of tokens, including the unknown token} */
    public int size() {
        return tokens.size();
    }

    /** {@return the token's index; 0 if it is unknown} */
    public int index(String token) {
        return indices.getOrDefault(token, 0);
    }

    /** {@return whether it has the token} */
    public boolean contains(String token) {
        return indices.containsKey(token);
    }

    /** {@return how often the token occurs in the corpus; 0 if it is unknown, reserved or read from a file} */
    public long frequency(String token) {
        Integer index = indices.get(token);
        return index == null ? 0 : frequencies[index];
    }

    /** {@return the tokens' indices as an array} */
    public long[] indexArray(List<String> tokens) {
        return tokens.stream().mapToLong(this::index).toArray();
    }

    /** {@return the tokens' indices, int64 {@code [n]}} */
    public Tensor indices(List<String> tokens) {
        return Tensors.tensor(indexArray(tokens));
    }

    /**
     * {@return the token with this index}
     *
     * @throws IndexOutOfBoundsException if the index is out of range
     */
    public String token(int index) {
        return tokens.get(index);
    }

    /**
     * {@return the tokens with these indices}
     *
     * @param indices of an integer type, {@code [n]}
     * @throws IllegalArgumentException if it is not a vector of integers
     * @throws IndexOutOfBoundsException if an index is out of range
     */
    public List<String> tokens(Tensor indices) {
        if (indices.dim() != 1 || !indices.dtype().isIntegral()) {
            throw new IllegalArgumentException(
                    "Vocabulary.tokens: expected indices [n] of an integer type, got %s of %s"
                            .formatted(indices.shape(), indices.dtype()));
        }
        return tokens(indices.to(DType.INT64).toLongArray());
    }

    /**
     * {@return the tokens with these indices}
     *
     * @throws IndexOutOfBoundsException if an index is out of range
     */
    public List<String> tokens(long... indices) {
        var found = new ArrayList<String>(indices.length);
        for (long i : indices) {
            if (i < 0 || i >= size()) {
                throw new IndexOutOfBoundsException(
                        String.format(Locale.ROOT, "Vocabulary: there is no token %,d among %,d", i, size()));
            }
            found.add(tokens.get((int) i));
        }
        return found;
    }

    /** {@return all tokens by their indices} */
    public List<String> tokens() {
        return tokens;
    }

    /** {@return the number of tokens and the first of them} */
    @Override
    public String toString() {
        return "Vocabulary(%s tokens: %s%s)"
                .formatted(
                        tokens.size(),
                        String.join(", ", tokens.subList(0, Math.min(SHOWN, tokens.size()))),
                        tokens.size() > SHOWN ? ", ..." : "");
    }
}
