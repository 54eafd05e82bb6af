package fathom.text.tokenizers;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.text.BreakIterator;
import java.util.Arrays;
import java.util.Base64;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * SentencePiece's table of normalisations (Kudo and Richardson, 2018): a double-array trie of sequences of bytes, whose
 * values are positions in a list of replacements that end in a zero byte. The longest prefix of each cluster of
 * characters decides.
 */
final class Charsmap implements Normalizer {
    private final int[] trie;
    private final byte[] replacements;

    private Charsmap(int[] trie, byte[] replacements) {
        this.trie = trie;
        this.replacements = replacements;
    }

    static Normalizer of(String base64) {
        byte[] bytes = Base64.getDecoder().decode(base64);
        if (bytes.length == 0) {
            return t -> t;
        }
        ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        int size = bytes.length < 4 ? -1 : in.getInt();
        if (size < 4 || size > bytes.length - 4 || size % 4 != 0) {
            throw new IllegalArgumentException("Precompiled: precompiled_charsmap is not a table of SentencePiece");
        }
        var trie = new int[size / 4];
        in.asIntBuffer().get(trie);
        return new Charsmap(trie, Arrays.copyOfRange(bytes, 4 + size, bytes.length));
    }

    private static int offset(int unit) {
        return (unit >>> 10) << ((unit & (1 << 9)) >>> 6);
    }

    /** {@return the replacement of the first sequence of the table that the bytes begin with, or null} */
    private @Nullable String find(byte[] key) {
        int node = offset(trie[0]);
        for (byte b : key) {
            if (b == 0) {
                return null;
            }
            node ^= b & 0xFF;
            if (node >= trie.length) {
                return null;
            }
            int unit = trie[node];
            if ((unit & (1 << 31 | 0xFF)) != (b & 0xFF)) {
                return null;
            }
            node ^= offset(unit);
            if ((unit >>> 8 & 1) == 1) {
                int at = trie[node] & Integer.MAX_VALUE;
                int end = at;
                while (end < replacements.length && replacements[end] != 0) {
                    end++;
                }
                return new String(replacements, at, end - at, StandardCharsets.UTF_8);
            }
        }
        return null;
    }

    @Override
    public AlignedText normalize(AlignedText text) {
        String s = text.text();
        var b = new AlignedText.Builder(text, s.length() + 8);
        BreakIterator clusters = BreakIterator.getCharacterInstance(Locale.ROOT);
        clusters.setText(s);
        for (int i = clusters.first(), end = clusters.next();
                end != BreakIterator.DONE;
                i = end, end = clusters.next()) {
            byte[] cluster = s.substring(i, end).getBytes(StandardCharsets.UTF_8);
            String whole = cluster.length < 6 ? find(cluster) : null;
            if (whole != null) {
                replace(whole, i, end, b);
                continue;
            }
            for (int k = i; k < end; ) {
                int next = k + Character.charCount(s.codePointAt(k));
                String one = find(s.substring(k, next).getBytes(StandardCharsets.UTF_8));
                if (one == null) {
                    b.keep(k, next);
                } else {
                    replace(one, k, next, b);
                }
                k = next;
            }
        }
        return b.build();
    }

    private static void replace(String by, int from, int to, AlignedText.Builder b) {
        if (by.isEmpty()) {
            b.dropped();
        } else {
            b.add(by, from, to);
        }
    }
}
