package fathom.text.tokenizers;

import java.util.Arrays;

/**
 * GPT-2's bijection between bytes and printable characters, by which byte-level vocabularies are written (Radford et
 * al., 2019).
 */
final class ByteChars {
    private static final char[] CHARS = new char[256];
    private static final int[] BYTES = new int[512];

    static {
        Arrays.fill(BYTES, -1);
        int next = 256;
        for (int b = 0; b < 256; b++) {
            boolean isPrintable = (b >= '!' && b <= '~') || (b >= 0xA1 && b <= 0xAC) || (b >= 0xAE && b <= 0xFF);
            CHARS[b] = (char) (isPrintable ? b : next++);
            BYTES[CHARS[b]] = b;
        }
    }

    private ByteChars() {}

    static char of(byte b) {
        return CHARS[b & 0xFF];
    }

    /** {@return the byte that a character stands for, or -1} */
    static int toByte(char c) {
        return c < BYTES.length ? BYTES[c] : -1;
    }

    /** {@return all 256 characters, in order of their code points} */
    static String[] alphabet() {
        char[] sorted = CHARS.clone();
        Arrays.sort(sorted);
        var all = new String[256];
        for (int i = 0; i < 256; i++) {
            all[i] = String.valueOf(sorted[i]);
        }
        return all;
    }
}
