package fathom.pickle;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/** The bytes of a pickle. Lengths that it claims cost no memory before the bytes are there. */
public final class PickleInput {
    private final InputStream in;
    private final long limit;
    private long position;

    /**
     * Reads from a stream.
     *
     * @param limit how many bytes may be read
     */
    public PickleInput(InputStream in, long limit) {
        this.in = in;
        this.limit = limit;
    }

    /** {@return how many bytes were read} */
    public long position() {
        return position;
    }

    int u1() throws IOException {
        int b = position < limit ? in.read() : -1;
        if (b < 0) {
            throw ended();
        }
        position++;
        return b;
    }

    /** {@return a little-endian number of so many bytes, not negative for fewer than 8} */
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
            throw ended();
        }
        byte[] bytes = in.readNBytes((int) length); // grows as bytes arrive
        position += bytes.length;
        if (bytes.length < length) {
            throw ended();
        }
        return bytes;
    }

    String text(long length) throws IOException {
        return new String(bytes(length), StandardCharsets.UTF_8);
    }

    /** {@return what comes before the next line feed} */
    String line() throws IOException {
        var line = new StringBuilder();
        for (int b = u1(); b != '\n'; b = u1()) {
            line.append((char) b);
        }
        return line.toString();
    }

    private IOException ended() {
        return new IOException("its pickle ends, or grows too large, at byte " + position);
    }
}
