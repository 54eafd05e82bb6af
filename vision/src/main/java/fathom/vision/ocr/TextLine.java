package fathom.vision.ocr;

import java.util.Locale;

/**
 * A line of text in an image.
 *
 * @param text the text
 * @param confidence the mean probability of its characters, from 0 to 1
 * @param box where it is
 */
public record TextLine(String text, double confidence, Quad box) {
    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%.3f  %s  %s", confidence, text, box);
    }
}
