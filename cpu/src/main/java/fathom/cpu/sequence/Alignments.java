package fathom.cpu.sequence;

import fathom.DType;
import fathom.cpu.memory.Memory;
import java.util.Arrays;

/**
 * The alignments of one target with its frames (forward-backward algorithm). A state is a label or a blank next to it;
 * from frame to frame the state stays, advances by one, or skips a blank between different labels. Sums are
 * log-probabilities in double precision: probabilities of long sequences underflow.
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

    /** Per frame and state: first the forward log-sums, then the posterior probabilities. */
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

    /** {@return the number of valid frames} */
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

    /** Computes the sums of the next frame, in descending order of states, so that both may share an array. */
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
     * Computes the posterior probability of each state in each frame.
     *
     * @return whether any alignment is possible
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
        // the backward log-sums, without the current frame's own probability
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

    /** Writes each class' probability in a frame minus its posterior probability. */
    void probabilities(int t, double[] row) {
        for (int c = 0; c < row.length; c++) {
            row[c] = Math.exp(logProb(t, c));
        }
        for (int s = 0; s < states; s++) {
            row[labels[s]] -= sums[t * states + s];
        }
    }

    private static double add(double a, double b) {
        double max = Math.max(a, b);
        return max == NEVER ? NEVER : max + Math.log(1 + Math.exp(Math.min(a, b) - max));
    }

    private static double add(double a, double b, double c) {
        double max = Math.max(a, Math.max(b, c));
        return max == NEVER ? NEVER : max + Math.log(Math.exp(a - max) + Math.exp(b - max) + Math.exp(c - max));
    }
}
