package fathom.text.tokenizers;

/** The bytes of code points in UTF-8. */
final class Utf8Bytes {
    private Utf8Bytes() {}

    /** Writes the bytes of a code point, and returns their number. */
    static int encode(int c, byte[] into) {
        if (c < 0x80) {
            into[0] = (byte) c;
            return 1;
        }
        if (c < 0x800) {
            into[0] = (byte) (0xC0 | (c >> 6));
            into[1] = (byte) (0x80 | (c & 0x3F));
            return 2;
        }
        if (c < 0x10000) {
            into[0] = (byte) (0xE0 | (c >> 12));
            into[1] = (byte) (0x80 | ((c >> 6) & 0x3F));
            into[2] = (byte) (0x80 | (c & 0x3F));
            return 3;
        }
        into[0] = (byte) (0xF0 | (c >> 18));
        into[1] = (byte) (0x80 | ((c >> 12) & 0x3F));
        into[2] = (byte) (0x80 | ((c >> 6) & 0x3F));
        into[3] = (byte) (0x80 | (c & 0x3F));
        return 4;
    }

    /** {@return the text with U+FFFD for each surrogate that is not one of a pair, which UTF-8 cannot encode} */
    static String wellFormed(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isSurrogate(text.charAt(i))) {
                var s = new StringBuilder(text);
                for (int k = i; k < s.length(); k++) {
                    if (Character.isHighSurrogate(s.charAt(k))
                            && k + 1 < s.length()
                            && Character.isLowSurrogate(s.charAt(k + 1))) {
                        k++;
                    } else if (Character.isSurrogate(s.charAt(k))) {
                        s.setCharAt(k, '\uFFFD');
                    }
                }
                return s.toString();
            }
        }
        return text;
    }
}
