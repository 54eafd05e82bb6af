package fathom.text.translation;

import fathom.text.Vocabulary;
import fathom.text.datasets.FraEng;
import java.util.Locale;

/**
 * The indices of the tokens that are no words.
 *
 * @param pad fills sequences behind their end
 * @param bos begins a target
 * @param eos ends a sequence
 */
public record Markers(int pad, int bos, int eos) {
    /** Validates that they differ. */
    public Markers {
        if (pad < 0 || bos < 0 || eos < 0 || pad == bos || pad == eos || bos == eos) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT, "Markers: expected three different tokens, got %d, %d and %d", pad, bos, eos));
        }
    }

    /**
     * {@return the indices of {@code <pad>}, {@code <bos>} and {@code <eos>}}
     *
     * @throws IllegalArgumentException if the vocabulary lacks one
     */
    public static Markers of(Vocabulary vocabulary) {
        return new Markers(index(vocabulary, FraEng.PAD), index(vocabulary, FraEng.BOS), index(vocabulary, FraEng.EOS));
    }

    private static int index(Vocabulary vocabulary, String token) {
        int index = vocabulary.index(token);
        if (!vocabulary.token(index).equals(token)) {
            throw new IllegalArgumentException("Markers: the vocabulary lacks %s; reserve it".formatted(token));
        }
        return index;
    }
}
