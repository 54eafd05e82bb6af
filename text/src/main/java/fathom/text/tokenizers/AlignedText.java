package fathom.text.tokenizers;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A part of an input, possibly normalised, that knows for each of its {@code char}s which part of the input it came
 * from.
 */
final class AlignedText {
    private final String text;
    private final int shift;
    // of each char; null if char i came from char shift + i of the input
    private final int @Nullable [] starts;
    private final int @Nullable [] ends;

    private AlignedText(String text, int shift, int @Nullable [] starts, int @Nullable [] ends) {
        this.text = text;
        this.shift = shift;
        this.starts = starts;
        this.ends = ends;
    }

    /** {@return a part of an input as it is} */
    static AlignedText of(String text, int shift) {
        return new AlignedText(text, shift, null, null);
    }

    String text() {
        return text;
    }

    int length() {
        return text.length();
    }

    /** {@return where in the input the code point of char {@code i} begins} */
    int start(int i) {
        if (starts != null) {
            return starts[i];
        }
        boolean isLow =
                i > 0 && Character.isLowSurrogate(text.charAt(i)) && Character.isHighSurrogate(text.charAt(i - 1));
        return shift + (isLow ? i - 1 : i);
    }

    /** {@return where in the input the code point of char {@code i} ends} */
    int end(int i) {
        if (ends != null) {
            return ends[i];
        }
        boolean isHigh =
                i + 1 < length()
                        && Character.isHighSurrogate(text.charAt(i))
                        && Character.isLowSurrogate(text.charAt(i + 1));
        return shift + (isHigh ? i + 2 : i + 1);
    }

    AlignedText slice(int from, int to) {
        if (from == 0 && to == length()) {
            return this;
        }
        return new AlignedText(
                text.substring(from, to),
                shift + from,
                starts == null ? null : Arrays.copyOfRange(starts, from, to),
                ends == null ? null : Arrays.copyOfRange(ends, from, to));
    }

    /** {@return this text with another before it, which is aligned with the first code point; the same if empty} */
    AlignedText prepended(String before) {
        if (text.isEmpty()) {
            return this;
        }
        var b = new Builder(this, before.length() + length());
        b.add(before, 0, Character.charCount(text.codePointAt(0)));
        b.keep(0, length());
        return b.build();
    }

    /** Makes a text out of parts of another one. */
    static final class Builder {
        private final AlignedText from;
        private final StringBuilder text;
        private int[] starts;
        private int[] ends;
        private boolean isChanged;

        Builder(AlignedText from, int capacity) {
            this.from = from;
            text = new StringBuilder(capacity);
            starts = new int[capacity];
            ends = new int[capacity];
        }

        private void room(int more) {
            int needed = text.length() + more;
            if (needed > starts.length) {
                starts = Arrays.copyOf(starts, Math.max(needed, 2 * starts.length));
                ends = Arrays.copyOf(ends, starts.length);
            }
        }

        /** Adds chars {@code [begin, end)} of the source. */
        void keep(int begin, int end) {
            room(end - begin);
            for (int i = begin; i < end; i++) {
                int to = text.length() + i - begin;
                starts[to] = from.start(i);
                ends[to] = from.end(i);
            }
            text.append(from.text, begin, end);
        }

        /** Adds a text that replaces, or belongs to, the chars {@code [begin, end)} of the source; at least one. */
        void add(CharSequence replacement, int begin, int end) {
            int n = replacement.length();
            room(n);
            int start = from.start(begin);
            int stop = from.end(end - 1);
            for (int to = text.length(); to < text.length() + n; to++) {
                starts[to] = start;
                ends[to] = stop;
            }
            text.append(replacement);
            isChanged = true;
        }

        /** Notes that chars of the source were left out. */
        void dropped() {
            isChanged = true;
        }

        AlignedText build() {
            return isChanged ? new AlignedText(text.toString(), from.shift, starts, ends) : from;
        }
    }

    /** A function that appends what replaces a code point, at chars {@code [at, end)} of the source. */
    interface CodePoints {
        void add(int codePoint, int at, int end, Builder to);
    }

    /** {@return the text with each code point replaced} */
    AlignedText map(CodePoints function) {
        var b = new Builder(this, length() + 8);
        for (int i = 0; i < length(); ) {
            int c = text.codePointAt(i);
            int end = i + Character.charCount(c);
            function.add(c, i, end, b);
            i = end;
        }
        return b.build();
    }

    @Override
    public String toString() {
        return text;
    }
}
