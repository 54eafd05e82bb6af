package fathom.text;

import fathom.files.Excerpt;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Segments Chinese text into words: of all segmentations into words of a dictionary, the most probable one under a
 * unigram model, found by dynamic programming. Characters that no word covers are words of their own.
 *
 * {@snippet :
 * ChineseWords.standard().segment("我们研究生命的起源");                 // [我们, 研究, 生命, 的, 起源]
 * ChineseWords.load(Path.of("dict.txt"));                             // a larger dictionary of your own
 * }
 *
 * <p>The standard dictionary is small: some hundred common words and the course's terms.
 */
public final class ChineseWords {
    private static final double OF_A_WORD = 100;

    private final Map<String, Double> frequencies;
    private final double logTotal;
    private final int longest;

    private ChineseWords(Map<String, Double> frequencies) {
        this.frequencies = frequencies;
        logTotal = Math.log(1 + frequencies.values().stream().mapToDouble(f -> f).sum());
        longest = frequencies.keySet().stream().mapToInt(String::length).max().orElse(1);
    }

    /** {@return a dictionary of common words and of the course's terms} */
    public static ChineseWords standard() {
        return Standard.WORDS;
    }

    private static final class Standard {
        private static final ChineseWords WORDS = read();

        private static ChineseWords read() {
            var words = new HashMap<String, Double>();
            try (var in = ChineseWords.class.getResourceAsStream("chinese-words.txt")) {
                if (in == null) {
                    throw new IllegalStateException(
                            "chinese-words.txt is missing beside " + ChineseWords.class.getName());
                }
                var reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
                for (String line; (line = reader.readLine()) != null; ) {
                    for (String word : line.split(" ")) {
                        words.put(word, OF_A_WORD);
                    }
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return new ChineseWords(words);
        }
    }

    /**
     * {@return the dictionary of a file: a word per line, with an optional frequency after a space; further columns are
     * ignored}
     *
     * @throws UncheckedIOException naming file and line, if it cannot be read
     */
    public static ChineseWords load(Path file) {
        var words = new HashMap<String, Double>();
        int number = 0;
        try {
            for (String line : Files.readAllLines(file)) {
                number++;
                String[] columns = line.strip().split("\\s+");
                if (!columns[0].isEmpty()) {
                    words.put(columns[0], columns.length > 1 ? Double.parseDouble(columns[1]) : OF_A_WORD);
                }
            }
        } catch (NumberFormatException e) {
            String message =
                    String.format(
                            Locale.ROOT,
                            "%s, line %,d: expected a word and its frequency, %s",
                            file,
                            number,
                            Excerpt.of(String.valueOf(e.getMessage())));
            throw new UncheckedIOException(message, new IOException(message, e));
        } catch (IOException e) {
            throw new UncheckedIOException(file + ": " + e, e);
        }
        return new ChineseWords(words);
    }

    /** {@return this dictionary with further words, as frequent as those of a dictionary without frequencies} */
    public ChineseWords with(String... words) {
        var all = new HashMap<>(frequencies);
        Arrays.stream(words).forEach(w -> all.put(w, OF_A_WORD));
        return new ChineseWords(all);
    }

    /** {@return the number of words} */
    public int size() {
        return frequencies.size();
    }

    /** {@return the words of a text without spaces; their concatenation is the text} */
    public List<String> segment(String text) {
        int n = text.length();
        var cost = new double[n + 1];
        var from = new int[n + 1];
        Arrays.fill(cost, 1, n + 1, Double.POSITIVE_INFINITY);
        for (int i = 0; i < n; i++) {
            if (cost[i] == Double.POSITIVE_INFINITY) {
                continue; // inside of a code point
            }
            int one = Character.charCount(text.codePointAt(i));
            for (int length = one; length <= Math.max(one, Math.min(longest, n - i)); length++) {
                Double frequency = frequencies.get(text.substring(i, i + length));
                if (frequency != null || length == one) {
                    double c = cost[i] + logTotal - (frequency == null ? 0 : Math.log(frequency));
                    if (c < cost[i + length]) {
                        cost[i + length] = c;
                        from[i + length] = i;
                    }
                }
            }
        }
        var words = new ArrayList<String>();
        for (int end = n; end > 0; end = from[end]) {
            words.add(text.substring(from[end], end));
        }
        Collections.reverse(words);
        return words;
    }
}
