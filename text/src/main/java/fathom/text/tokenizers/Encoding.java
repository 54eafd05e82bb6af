package fathom.text.tokenizers;

import fathom.Tensor;
import fathom.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * The tokens of an input: ids, and for each token the part of the input that it stands for.
 *
 * @see Tokenizer#encode(String)
 */
public final class Encoding {
    final Tokenizer tokenizer;
    final int[] ids;
    final int[] typeIds;
    final int[] starts;
    final int[] ends;

    /** Of each token: 0 or 1, the input that it is of; -1 for special tokens and padding. */
    final int[] sequences;

    final int padLeft;
    final int padRight;

    Encoding(
            Tokenizer tokenizer,
            int[] ids,
            int[] typeIds,
            int[] starts,
            int[] ends,
            int[] sequences,
            int padLeft,
            int padRight) {
        this.tokenizer = tokenizer;
        this.ids = ids;
        this.typeIds = typeIds;
        this.starts = starts;
        this.ends = ends;
        this.sequences = sequences;
        this.padLeft = padLeft;
        this.padRight = padRight;
    }

    /**
     * A part of an input.
     *
     * @param start the index of its first {@code char}
     * @param end the index after its last one
     */
    public record Span(int start, int end) {}

    /** {@return the number of tokens, with special ones and padding} */
    public int length() {
        return ids.length;
    }

    /** {@return the tokens' ids} */
    public long[] ids() {
        return Arrays.stream(ids).asLongStream().toArray();
    }

    /** {@return the tokens' segments: 0, and for a second input what the post-processor says, usually 1} */
    public long[] typeIds() {
        return Arrays.stream(typeIds).asLongStream().toArray();
    }

    /** {@return 1 for each token, 0 for padding} */
    public long[] attentionMask() {
        var mask = new long[length()];
        Arrays.fill(mask, padLeft, length() - padRight, 1);
        return mask;
    }

    /** {@return the tokens as they are in the vocabulary} */
    public List<String> tokens() {
        var tokens = new ArrayList<String>(length());
        for (int id : ids) {
            tokens.add(tokenizer.token(id));
        }
        return tokens;
    }

    /**
     * {@return the part of its input that a token stands for; empty, at 0, for special tokens and padding}
     *
     * @throws IndexOutOfBoundsException if there is no such token
     */
    public Span span(int token) {
        check(token);
        return new Span(starts[token], ends[token]);
    }

    /** {@return the input that a token is of, 0 or 1; -1 for special tokens and padding} */
    public int sequence(int token) {
        check(token);
        return sequences[token];
    }

    private void check(int token) {
        if (token < 0 || token >= length()) {
            throw new IndexOutOfBoundsException(
                    String.format(Locale.ROOT, "Encoding: there is no token %d among %d", token, length()));
        }
    }

    /** {@return whether each token was added around the inputs, or is padding} */
    public boolean[] specialTokensMask() {
        var mask = new boolean[length()];
        for (int i = 0; i < mask.length; i++) {
            mask[i] = sequences[i] < 0;
        }
        return mask;
    }

    /** {@return the ids as a batch of one: int64 {@code [1, length]}} */
    public Tensor tensor() {
        return Tensors.tensor(ids()).unsqueeze(0);
    }

    Encoding withType(int type) {
        var types = new int[length()];
        Arrays.fill(types, type);
        return new Encoding(tokenizer, ids, types, starts, ends, sequences, padLeft, padRight);
    }

    Encoding slice(int from, int to) {
        return new Encoding(
                tokenizer,
                Arrays.copyOfRange(ids, from, to),
                Arrays.copyOfRange(typeIds, from, to),
                Arrays.copyOfRange(starts, from, to),
                Arrays.copyOfRange(ends, from, to),
                Arrays.copyOfRange(sequences, from, to),
                0,
                0);
    }

    static Encoding special(Tokenizer tokenizer, int[] ids, int type) {
        var types = new int[ids.length];
        Arrays.fill(types, type);
        var none = new int[ids.length];
        Arrays.fill(none, -1);
        return new Encoding(tokenizer, ids, types, new int[ids.length], new int[ids.length], none, 0, 0);
    }

    static Encoding joined(Tokenizer tokenizer, List<Encoding> parts) {
        if (parts.size() == 1) {
            return parts.getFirst();
        }
        int n = parts.stream().mapToInt(Encoding::length).sum();
        var all = new Encoding(tokenizer, new int[n], new int[n], new int[n], new int[n], new int[n], 0, 0);
        int at = 0;
        for (Encoding part : parts) {
            int length = part.length();
            System.arraycopy(part.ids, 0, all.ids, at, length);
            System.arraycopy(part.typeIds, 0, all.typeIds, at, length);
            System.arraycopy(part.starts, 0, all.starts, at, length);
            System.arraycopy(part.ends, 0, all.ends, at, length);
            System.arraycopy(part.sequences, 0, all.sequences, at, length);
            at += length;
        }
        return all;
    }

    Encoding padded(int length, boolean left, int id, int type) {
        int more = length - length();
        if (more <= 0) {
            return this;
        }
        var ids = new int[more];
        Arrays.fill(ids, id);
        Encoding padding = special(tokenizer, ids, type);
        Encoding all = joined(tokenizer, left ? List.of(padding, this) : List.of(this, padding));
        return new Encoding(
                tokenizer, all.ids, all.typeIds, all.starts, all.ends, all.sequences, left ? more : 0, left ? 0 : more);
    }

    @Override
    public String toString() {
        return tokens().toString();
    }
}
