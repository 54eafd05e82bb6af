package fathom.plot.text;

/**
 * Widths of text in a sans-serif font, by classes of characters. They are those of a wide font (DejaVu Sans, Verdana),
 * so that labels that fit by this table also fit in narrower fonts.
 */
public final class TextWidths {
    private static final String NARROW = "iljI|!.,:;' ";
    private static final String LESS = "ftr()[]/\\\"-{}`";
    private static final String WIDE = "mwMW%@—…";

    private TextWidths() {}

    /** {@return text as a single line; invalid characters become the replacement character} */
    public static String clean(String text) {
        var clean = new StringBuilder(text.length());
        text.codePoints()
                .map(c -> c == '\t' || c == '\n' || c == '\r' ? ' ' : c)
                .map(c -> c >= 0x20 && c <= 0xD7FF || c >= 0xE000 && c <= 0xFFFD || c >= 0x10000 ? c : 0xFFFD)
                .forEach(clean::appendCodePoint);
        return clean.toString();
    }

    public static double of(String text, double size, boolean bold) {
        double em = 0;
        for (int i = 0; i < text.length(); ) {
            int c = text.codePointAt(i);
            em += width(c);
            i += Character.charCount(c);
        }
        return em * size * (bold ? 1.1 : 1);
    }

    private static double width(int c) {
        int type = Character.getType(c);
        if (type == Character.NON_SPACING_MARK || type == Character.ENCLOSING_MARK || type == Character.FORMAT) {
            return 0;
        }
        if (isWide(c)) {
            return 1;
        }
        if (c < 0x80) {
            return NARROW.indexOf(c) >= 0
                    ? 0.33
                    : LESS.indexOf(c) >= 0
                            ? 0.42
                            : WIDE.indexOf(c) >= 0 ? 0.97 : Character.isUpperCase(c) ? 0.71 : 0.63;
        }
        if ("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺".indexOf(c) >= 0) {
            return 0.42;
        }
        return WIDE.indexOf(c) >= 0 ? 1 : 0.68;
    }

    /** {@return whether a character is full-width: Chinese, Japanese, Korean, full-width forms, emoji} */
    public static boolean isWide(int c) {
        return c >= 0x1100 && c <= 0x115F
                || c >= 0x2E80 && c <= 0xA4CF
                || c >= 0xAC00 && c <= 0xD7A3
                || c >= 0xF900 && c <= 0xFAFF
                || c >= 0xFE30 && c <= 0xFE6F
                || c >= 0xFF00 && c <= 0xFF60
                || c >= 0xFFE0 && c <= 0xFFE6
                || c >= 0x1F300 && c <= 0x1FAFF
                || c >= 0x20000 && c <= 0x3FFFD;
    }
}
