package fathom.text.tokenizers;

import java.util.Arrays;

/**
 * Decodes ids that come one by one. Text is given out as soon as it is complete: the bytes of a character may be spread
 * over several tokens.
 */
public final class StreamDecoder {
    private final Tokenizer tokenizer;
    private long[] ids = new long[16];
    private int count;
    private int from; // of the ids that are decoded together, as spaces depend on the tokens before
    private int done; // so many ids were given out

    StreamDecoder(Tokenizer tokenizer) {
        this.tokenizer = tokenizer;
    }

    /**
     * {@return the text that the next id completes, which may be empty}
     *
     * @throws IndexOutOfBoundsException if there is no such id
     */
    public String next(long id) {
        if (count == ids.length) {
            ids = Arrays.copyOf(ids, 2 * count);
        }
        ids[count++] = id;
        String before = tokenizer.decode(Arrays.copyOfRange(ids, from, done));
        String all = tokenizer.decode(Arrays.copyOfRange(ids, from, count));
        if (all.length() <= before.length() || all.endsWith("\uFFFD")) {
            return "";
        }
        from = done;
        done = count;
        return all.substring(before.length());
    }

    /** {@return the text of the last tokens that was not complete: U+FFFD for bytes that are no character} */
    public String end() {
        String before = tokenizer.decode(Arrays.copyOfRange(ids, from, done));
        String all = tokenizer.decode(Arrays.copyOfRange(ids, from, count));
        done = count;
        from = count;
        return all.length() <= before.length() ? "" : all.substring(before.length());
    }
}
