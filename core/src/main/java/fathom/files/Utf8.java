package fathom.files;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/** Strict UTF-8: malformed input is an error, where Java's own methods substitute a replacement character. */
public final class Utf8 {
    private Utf8() {}

    /**
     * {@return the decoded text}
     *
     * @throws CharacterCodingException if the bytes are malformed, with the position of the first error
     */
    public static String decode(byte[] bytes) throws CharacterCodingException {
        CharsetDecoder decoder =
                StandardCharsets.UTF_8
                        .newDecoder()
                        .onMalformedInput(CodingErrorAction.REPORT)
                        .onUnmappableCharacter(CodingErrorAction.REPORT);
        var in = ByteBuffer.wrap(bytes);
        var out = CharBuffer.allocate(bytes.length); // UTF-8 has at least as many bytes as UTF-16 has units
        if (decoder.decode(in, out, true).isError()) {
            throw new NotUtf8(in.position());
        }
        return out.flip().toString();
    }

    private static final class NotUtf8 extends CharacterCodingException {
        private static final long serialVersionUID = 1;

        private final int position;

        NotUtf8(int position) {
            this.position = position;
        }

        @Override
        public String getMessage() {
            return "it is not UTF-8 at byte " + position;
        }
    }

    /**
     * Checks that a text can be encoded.
     *
     * @param what the role of the text, for the message
     * @throws IllegalArgumentException if it has an unpaired surrogate
     */
    public static void check(String what, String text) {
        if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
            throw new IllegalArgumentException(
                    "%s '%s' has an unpaired surrogate, which cannot be written to a file"
                            .formatted(what, Excerpt.of(text)));
        }
    }
}
