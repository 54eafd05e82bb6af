package fathom.vision.ocr;

import fathom.KeepDim;
import fathom.Tensor;
import java.io.IOException;
import java.util.List;
import java.util.Locale;

/**
 * The characters of a recogniser. Of its classes the first is the blank of connectionist temporal classification, then
 * come the characters, last the space.
 */
final class Characters {
    private final List<String> all;

    private Characters(List<String> all) {
        this.all = all;
    }

    /** {@return the characters of a file's lines} */
    static Characters of(List<String> lines) throws IOException {
        if (lines.isEmpty()) {
            throw new IOException("the list of characters is empty");
        }
        return new Characters(List.copyOf(lines));
    }

    /**
     * What a line says.
     *
     * @param text the text
     * @param confidence the mean probability of its characters; 0 if it has none
     */
    record Reading(String text, double confidence) {}

    /**
     * {@return the most probable class of each step, without repetitions and blanks (greedy decoding)}
     *
     * @param probabilities {@code [T, classes]}
     */
    Reading read(Tensor probabilities) {
        if (probabilities.size(1) != all.size() + 2) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "Ocr: the recogniser has %d classes, but the list has %d characters, not %d; it belongs to another model",
                            probabilities.size(1),
                            all.size(),
                            probabilities.size(1) - 2));
        }
        long[] classes = probabilities.argmax(1).toLongArray();
        float[] values = probabilities.amax(new int[] {1}, KeepDim.DROP_DIM).toFloatArray();
        var text = new StringBuilder();
        double sum = 0;
        int count = 0;
        for (int t = 0; t < classes.length; t++) {
            int c = (int) classes[t];
            if (c != 0 && (t == 0 || c != classes[t - 1])) {
                text.append(c > all.size() ? " " : all.get(c - 1));
                sum += values[t];
                count++;
            }
        }
        return new Reading(text.toString(), count == 0 ? 0 : sum / count);
    }
}
