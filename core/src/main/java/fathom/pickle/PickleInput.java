package fathom.pickle;

import fathom.files.ReadBudget;
import fathom.files.Utf8;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** The bytes of a pickle. Claimed lengths cost no memory until the bytes have been read. */
public final class PickleInput {
    /** An upper bound for names of modules, functions and classes. */
    private static final int MAX_LINE = 1000;

    private final InputStream in;
    private final long limit;
    private final ReadBudget budget;
    private long position;

    /**
     * Reads from a stream, byte by byte.
     *
     * @param limit the maximum number of bytes to read
     * @param budget charged with the objects that pickles create
     */
    public PickleInput(InputStream in, long limit, ReadBudget budget) {
        this.in = in;
        this.limit = limit;
        this.budget = budget;
    }

    /** Charges bytes for objects created or traversed. */
    public void spend(long bytes) throws IOException {
        budget.spend(bytes);
    }

    /** {@return the number of bytes read} */
    public long position() {
        return position;
    }

    int u1() throws IOException {
        int b = position < limit ? in.read() : -1;
        if (b < 0) {
            throw truncated();
        }
        position++;
        return b;
    }

    /** {@return a little-endian number of {@code bytes} bytes, not negative for fewer than 8} */
    public long number(int bytes) throws IOException {
        long value = 0;
        for (int i = 0; i < bytes; i++) {
            value |= (long) u1() << 8 * i;
        }
        return value;
    }

    double bigEndianDouble() throws IOException {
        return Double.longBitsToDouble(Long.reverseBytes(number(8)));
    }

    byte[] bytes(long length) throws IOException {
        if (length < 0 || length > limit - position || length > Integer.MAX_VALUE - 64) {
            throw truncated();
        }
        spend(2 * length); // as text
        byte[] bytes = in.readNBytes((int) length); // grows as bytes arrive
        position += bytes.length;
        if (bytes.length < length) {
            throw truncated();
        }
        return bytes;
    }

    String text(long length) throws IOException {
        try {
            return Utf8.decode(bytes(length));
        } catch (CharacterCodingException e) {
            throw new IOException("its pickle has a text that is not UTF-8, before byte " + position, e);
        }
    }

    /** {@return a Python 2 text of any encoding, or bytes: decoded as UTF-8 where valid} */
    String python2Text(long length) throws IOException {
        return new String(bytes(length), StandardCharsets.UTF_8);
    }

    /** {@return the text up to the next line feed} */
    String line() throws IOException {
        var line = new StringBuilder();
        for (int b = u1(); b != '\n'; b = u1()) {
            if (line.length() == MAX_LINE) {
                throw new IOException(
                        String.format(
                                Locale.ROOT,
                                "its pickle has a name of more than %d characters, at byte %d",
                                MAX_LINE,
                                position));
            }
            line.append((char) b);
        }
        return line.toString();
    }

    private IOException truncated() {
        return new IOException("its pickle ends, or grows too large, at byte " + position);
    }
}
