package fathom.cpu.sequence;

import fathom.DType;
import fathom.cpu.memory.Memory;
import java.util.Arrays;

/**
 * The alignments of one target with its frames. A state is a label or a blank beside it; a frame's state is that of the
 * frame before, the next, or the one after it where that is another label. Sums are kept as logarithms, in double
 * precision: probabilities of long sequences are too small for numbers.
 */
final class Alignments {
    private static final double NEVER = Double.NEGATIVE_INFINITY;

    private final int[] labels;
    private final boolean[] skips;
    private final int frames;
    private final int states;
    private final long address;
    private final long frameStep;
    private final long classStep;
    private final boolean single;

    /** Of each frame and state: first the logarithms of sums over beginnings of alignments, then shares. */
    private double[] sums = {};

    private double total;

    Alignments(CtcKernel.Batch batch, long n) {
        labels = batch.labels((int) n);
        states = labels.length;
        frames = (int) batch.inputLengths()[(int) n];
        skips = new boolean[states];
        for (int s = 2; s < states; s++) {
            skips[s] = labels[s] != labels[s - 2];
        }
        var o = batch.logProbs();
        address = o.address() + n * CtcKernel.step(o, 1);
        frameStep = CtcKernel.step(o, 0);
        classStep = CtcKernel.step(o, 2);
        single = o.dtype() == DType.FLOAT32;
    }

    /** {@return the frames that count} */
    int frames() {
        return frames;
    }

    private double logProb(int t, int label) {
        long at = address + t * frameStep + label * classStep;
        return single ? Memory.getFloat(at) : Memory.getDouble(at);
    }

    /** {@return the negative logarithm of the probability of the target} */
    double loss() {
        if (frames == 0) {
            return states == 1 ? 0 : Double.POSITIVE_INFINITY;
        }
        var row = new double[states];
        start(row, 0);
        for (int t = 1; t < frames; t++) {
            step(t, row, 0, row, 0);
        }
        return -end(row, 0);
    }

    private void start(double[] row, int at) {
        Arrays.fill(row, at, at + states, NEVER);
        row[at] = logProb(0, labels[0]);
        if (states > 1) {
            row[at + 1] = logProb(0, labels[1]);
        }
    }

    private double end(double[] row, int at) {
        return states == 1 ? row[at] : add(row[at + states - 1], row[at + states - 2]);
    }

    /** From the sums of one frame to those of the next, which may be in the same place: from the last state on. */
    private void step(int t, double[] before, int from, double[] after, int to) {
        for (int s = states - 1; s >= 0; s--) {
            double sum = before[from + s];
            if (s > 0) {
                sum = skips[s] ? add(sum, before[from + s - 1], before[from + s - 2]) : add(sum, before[from + s - 1]);
            }
            after[to + s] = sum == NEVER ? NEVER : sum + logProb(t, labels[s]);
        }
    }

    /**
     * Computes, for each frame and state, the share of the alignments, by their probabilities, that are in that state.
     *
     * @return whether there is any alignment
     */
    boolean share() {
        if (frames == 0) {
            return states == 1;
        }
        sums = new double[Math.multiplyExact(frames, states)];
        start(sums, 0);
        for (int t = 1; t < frames; t++) {
            step(t, sums, (t - 1) * states, sums, t * states);
        }
        total = end(sums, (frames - 1) * states);
        if (total == NEVER) {
            return false;
        }
        // the endings of alignments after a frame, which take its label's probability with the frame
        var after = new double[states];
        Arrays.fill(after, NEVER);
        after[states - 1] = 0;
        if (states > 1) {
            after[states - 2] = 0;
        }
        for (int t = frames - 1; t >= 0; t--) {
            for (int s = 0; s < states; s++) {
                int at = t * states + s;
                sums[at] = sums[at] == NEVER || after[s] == NEVER ? 0 : Math.exp(sums[at] + after[s] - total);
                after[s] = after[s] == NEVER ? NEVER : after[s] + logProb(t, labels[s]);
            }
            for (int s = 0; s < states - 1; s++) {
                after[s] =
                        s + 2 < states && skips[s + 2]
                                ? add(after[s], after[s + 1], after[s + 2])
                                : add(after[s], after[s + 1]);
            }
        }
        return true;
    }

    /** Writes each class' probability in a frame less its share among the alignments. */
    void probabilities(int t, double[] row) {
        for (int c = 0; c < row.length; c++) {
            row[c] = Math.exp(logProb(t, c));
        }
        for (int s = 0; s < states; s++) {
            row[labels[s]] -= sums[t * states + s];
        }
    }

    private static double add(double a, double b) {
        double most = Math.max(a, b);
        return most == NEVER ? NEVER : most + Math.log(1 + Math.exp(Math.min(a, b) - most));
    }

    private static double add(double a, double b, double c) {
        double most = Math.max(a, Math.max(b, c));
        return most == NEVER ? NEVER : most + Math.log(Math.exp(a - most) + Math.exp(b - most) + Math.exp(c - most));
    }
}
