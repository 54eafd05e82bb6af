package fathom.text.embeddings;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;

/**
 * The character n-grams of words, hashed into buckets, as in fastText (Bojanowski et al., "Enriching Word Vectors with
 * Subword Information", 2017).
 *
 * {@snippet :
 * Subwords.ngrams("where", 3, 6);      // [<wh, <whe, <wher, <where, whe, ..., re>]
 * }
 *
 * @see <a href="https://d2l.ai/chapter_natural-language-processing-pretraining/subword-embedding.html">Dive into Deep
 *     Learning, Subword Embedding</a>
 */
public final class Subwords {
    private final int min;
    private final int max;
    private final int buckets;

    /**
     * n-grams of {@code min} to {@code max} characters in {@code buckets} buckets; fastText has 3, 6 and 2,000,000.
     *
     * @throws IllegalArgumentException if the numbers are not positive, or max is less than min
     */
    public Subwords(int min, int max, int buckets) {
        if (min < 1 || max < min || buckets < 1) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "Subwords: expected 1 <= min <= max and at least one bucket, got %d, %d and %d",
                            min,
                            max,
                            buckets));
        }
        this.min = min;
        this.max = max;
        this.buckets = buckets;
    }

    /** {@return the distinct n-grams of a word between {@code <} and {@code >}, without the whole} */
    public static List<String> ngrams(String word, int min, int max) {
        int[] all = ("<" + word + ">").codePoints().toArray();
        var found = new LinkedHashSet<String>();
        for (int from = 0; from < all.length; from++) {
            for (int n = min; n <= max && from + n <= all.length; n++) {
                boolean isWhole = n == all.length;
                boolean isMark = n == 1 && (from == 0 || from == all.length - 1);
                if (!isWhole && !isMark) {
                    found.add(new String(all, from, n));
                }
            }
        }
        return List.copyOf(found);
    }

    /** {@return the number of buckets} */
    public int buckets() {
        return buckets;
    }

    /** {@return the buckets of a word's n-grams} */
    public List<Integer> indices(String word) {
        var found = new ArrayList<Integer>();
        for (String ngram : ngrams(word, min, max)) {
            found.add(Integer.remainderUnsigned(hash(ngram), buckets));
        }
        return found;
    }

    /** fastText's variant of FNV-1a, in which bytes are signed. */
    static int hash(String text) {
        int h = 0x811C9DC5;
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            h ^= b;
            h *= 16777619;
        }
        return h;
    }
}
