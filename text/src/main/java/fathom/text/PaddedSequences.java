package fathom.text;

import fathom.Tensor;
import fathom.Tensors;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * Sequences of different lengths in one tensor: truncated or padded to the same number of steps, with their valid
 * lengths.
 *
 * {@snippet :
 * var x = PaddedSequences.of(sentences, vocabulary, o -> o.steps(10).end("<eos>"));
 * x.tokens();      // int64 [sentences, 10], padded with "<pad>"
 * x.lengths();     // int64 [sentences]: the number of tokens, "<eos>" among them, without padding
 * }
 *
 * @param tokens int64 {@code [N, T]}
 * @param lengths the valid lengths, int64 {@code [N]}
 * @see <a href="https://d2l.ai/chapter_recurrent-modern/machine-translation-and-dataset.html">Dive into Deep Learning,
 *     Machine Translation and the Dataset</a>
 */
public record PaddedSequences(Tensor tokens, Tensor lengths) {
    /** The token that fills sequences unless the options say otherwise. */
    public static final String PAD = "<pad>";

    /** Options: the number of steps, tokens at both ends, and the side of padding. */
    public static final class Options {
        private int steps;
        private String pad = PAD;
        private String begin = "";
        private String end = "";
        private boolean padLeft;
        private boolean keepLast;

        private Options() {}

        /**
         * Sets the number of steps, with the tokens at both ends. Default: that of the longest sequence.
         *
         * @throws IllegalArgumentException if it is below 1
         */
        public Options steps(int steps) {
            if (steps < 1) {
                throw new IllegalArgumentException("PaddedSequences: steps must be at least 1, got " + steps);
            }
            this.steps = steps;
            return this;
        }

        /** Sets the token that fills short sequences. Default: {@value #PAD}. */
        public Options pad(String token) {
            pad = token;
            return this;
        }

        /** Sets a token that precedes each sequence, such as {@code <bos>}. Default: none. */
        public Options begin(String token) {
            begin = token;
            return this;
        }

        /** Sets a token that follows each sequence, such as {@code <eos>}; truncation cuts it off. Default: none. */
        public Options end(String token) {
            end = token;
            return this;
        }

        /** Sets whether padding precedes the tokens, as for generation in batches. Default: it follows them. */
        public Options padLeft(boolean padLeft) {
            this.padLeft = padLeft;
            return this;
        }

        /** Sets whether truncation keeps the last tokens of a long sequence. Default: it keeps the first ones. */
        public Options keepLast(boolean keepLast) {
            this.keepLast = keepLast;
            return this;
        }
    }

    /**
     * {@return sentences by the indices of their tokens}
     *
     * @param vocabulary the vocabulary, which must have the padding token
     * @throws IllegalArgumentException if it has not the tokens of the options
     */
    public static PaddedSequences of(
            List<? extends List<String>> sentences, Vocabulary vocabulary, Consumer<Options> options) {
        var o = new Options();
        options.accept(o);
        for (String token : List.of(o.pad, o.begin, o.end)) {
            if (!token.isEmpty() && !vocabulary.contains(token)) {
                throw new IllegalArgumentException(
                        "PaddedSequences: the vocabulary has no token %s; reserve it: Vocabulary.of(words, o -> o.reserved(\"%s\"))"
                                .formatted(token, token));
            }
        }
        var sequences = sentences.stream().map(s -> ends(vocabulary.indexArray(s), vocabulary, o)).toList();
        return of(sequences, vocabulary.index(o.pad), o);
    }

    private static long[] ends(long[] sentence, Vocabulary vocabulary, Options o) {
        int before = o.begin.isEmpty() ? 0 : 1;
        int after = o.end.isEmpty() ? 0 : 1;
        var all = new long[before + sentence.length + after];
        System.arraycopy(sentence, 0, all, before, sentence.length);
        if (before > 0) {
            all[0] = vocabulary.index(o.begin);
        }
        if (after > 0) {
            all[all.length - 1] = vocabulary.index(o.end);
        }
        return all;
    }

    /** {@return sequences of token indices, padded to the longest one} */
    public static PaddedSequences of(List<long[]> sequences, long pad) {
        return of(sequences, pad, new Options());
    }

    /** {@return sequences of token indices, truncated or padded to {@code steps} tokens} */
    public static PaddedSequences of(List<long[]> sequences, int steps, long pad) {
        return of(sequences, pad, new Options().steps(steps));
    }

    private static PaddedSequences of(List<long[]> sequences, long pad, Options o) {
        int n = sequences.size();
        int steps = o.steps > 0 ? o.steps : sequences.stream().mapToInt(s -> s.length).max().orElse(0);
        var tokens = new long[Math.multiplyExact(n, steps)];
        var lengths = new long[n];
        Arrays.fill(tokens, pad);
        for (int i = 0; i < n; i++) {
            long[] sequence = sequences.get(i);
            int length = Math.min(steps, sequence.length);
            int from = o.keepLast ? sequence.length - length : 0;
            System.arraycopy(sequence, from, tokens, i * steps + (o.padLeft ? steps - length : 0), length);
            lengths[i] = length;
        }
        return new PaddedSequences(Tensors.tensor(tokens).reshape(n, steps), Tensors.tensor(lengths));
    }

    /** {@return a sequence truncated or padded to {@code steps} elements} */
    public static long[] truncatePad(long[] sequence, int steps, long pad) {
        if (steps < 0) {
            throw new IllegalArgumentException(
                    String.format(Locale.ROOT, "truncatePad: steps must not be negative, got %d", steps));
        }
        long[] result = Arrays.copyOf(sequence, steps);
        if (sequence.length < steps) {
            Arrays.fill(result, sequence.length, steps, pad);
        }
        return result;
    }

    /** {@return whether a position holds a token, not padding that follows it: boolean {@code [N, T]}} */
    public Tensor mask() {
        Tensor steps = Tensors.arange(tokens.size(1)).to(lengths.device());
        return steps.unsqueeze(0).lt(lengths.unsqueeze(1));
    }
}
