package fathom.files;

import java.io.IOException;
import java.util.Locale;

/**
 * What reading one file may cost. A format that can name one part of a file many times, or describe large things in few
 * bytes, lets a small file ask for any amount of memory or time; its reader therefore charges what it makes, in bytes,
 * to a budget in proportion to the file, so that both stay linear in the file's size.
 */
public final class ReadBudget {
    /** Readers' own objects cost 16 to 64 bytes for each of the one to three bytes that ask for them. */
    private static final long PER_BYTE = 64;

    private static final long AT_LEAST = 1 << 20;
    private static final long AT_MOST = 512L << 20;

    private final long limit;
    private long spent;

    private ReadBudget(long limit) {
        this.limit = limit;
    }

    /** {@return the budget for reading a file of so many bytes, not counting the elements of tensors} */
    public static ReadBudget forFile(long bytes) {
        return new ReadBudget(Math.clamp(bytes, AT_LEAST / PER_BYTE, AT_MOST / PER_BYTE) * PER_BYTE);
    }

    /**
     * Charges something that the reader makes or goes through.
     *
     * @param bytes its size, not negative
     * @throws IOException if the budget is spent
     */
    public void spend(long bytes) throws IOException {
        if (bytes > limit - spent) {
            throw new IOException(
                    String.format(
                            Locale.ROOT,
                            "it describes more than %,d bytes of objects, out of proportion to its size",
                            limit));
        }
        spent += bytes;
    }
}
