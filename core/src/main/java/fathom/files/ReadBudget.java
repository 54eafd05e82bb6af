package fathom.files;

import java.io.IOException;
import java.util.Locale;

/**
 * The limit of memory and time spent on reading one file. A format that can reference one part of a file many times, or
 * describe large objects in few bytes, lets a small file demand any amount of either; its reader therefore charges what
 * it creates, in bytes, to a budget proportional to the file, so that both stay linear in the file's size.
 */
public final class ReadBudget {
    /** Readers' own objects cost 16 to 64 bytes per one to three bytes of the file. */
    private static final long PER_BYTE = 64;

    private static final long MIN_BYTES = 1 << 20;
    private static final long MAX_BYTES = 512L << 20;

    private final long limit;
    private long spent;

    private ReadBudget(long limit) {
        this.limit = limit;
    }

    /** {@return the budget for a file of this size, not counting the elements of tensors} */
    public static ReadBudget forFile(long bytes) {
        return new ReadBudget(Math.clamp(bytes, MIN_BYTES / PER_BYTE, MAX_BYTES / PER_BYTE) * PER_BYTE);
    }

    /**
     * Charges an object that the reader creates or traverses.
     *
     * @param bytes its size, not negative
     * @throws IOException if the budget is exhausted
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
