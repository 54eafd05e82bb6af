package fathom.testkit;

import fathom.primitive.Operand;
import fathom.primitive.neural.CtcLoss;
import fathom.primitive.neural.CtcLossGrad;
import java.util.HashMap;
import java.util.Map;

/**
 * Connectionist temporal classification from its definition: the probabilities of label prefixes (the labels so far,
 * and whether a blank follows) are propagated from frame to frame. The gradient is computed by restricting each frame
 * to one class at a time.
 */
final class NaiveCtc {
    /** A prefix: the number of labels emitted so far, and the class of the last frame. */
    private record Prefix(int labels, int last) {}

    private NaiveCtc() {}

    static void loss(CtcLoss p, Operand[] in, Operand out) {
        for (int n = 0; n < out.shape()[0]; n++) {
            double loss = -Math.log(probability(p, in, n, -1, -1));
            Cells.set(out, n * out.strides()[0], p.zeroInfinity() && Double.isInfinite(loss) ? 0 : loss);
        }
    }

    static void gradient(CtcLossGrad p, Operand[] in, Operand out) {
        Operand[] inputs = {in[1], in[2], in[3], in[4]};
        for (int n = 0; n < out.shape()[1]; n++) {
            double given = Cells.getDouble(in[0], n * in[0].strides()[0]);
            long length = length(in[3], n);
            double all = probability(p.forward(), inputs, n, -1, -1);
            for (int t = 0; t < out.shape()[0]; t++) {
                for (int c = 0; c < out.shape()[2]; c++) {
                    double value = 0;
                    if (t < length) {
                        double share = probability(p.forward(), inputs, n, t, c) / all;
                        double own = Math.exp(Cells.getDouble(in[1], NaiveContractions.offset(in[1], t, n, c)));
                        value = all > 0 ? given * (own - share) : p.forward().zeroInfinity() ? 0 : Double.NaN;
                    }
                    Cells.set(out, NaiveContractions.offset(out, t, n, c), value);
                }
            }
        }
    }

    private static long length(Operand lengths, long n) {
        return Cells.getLong(lengths, n * lengths.strides()[0]);
    }

    /**
     * The probability of a target; only of alignments whose class at {@code frame} is {@code only}, unless negative.
     */
    private static double probability(CtcLoss p, Operand[] in, int n, int frame, int only) {
        Operand x = in[0];
        Operand targets = in[1];
        int classes = (int) x.shape()[2];
        long frames = length(in[2], n);
        int labels = (int) length(in[3], n);
        long start = 0;
        boolean rows = targets.rank() == 2;
        for (int i = 0; i < n && !rows; i++) {
            start += length(in[3], i);
        }
        CtcLoss.check(n, frames, x.shape()[0], labels, rows ? targets.shape()[1] : targets.shape()[0] - start);
        var target = new int[labels];
        for (int i = 0; i < labels; i++) {
            long at = rows ? NaiveContractions.offset(targets, n, i) : (start + i) * targets.strides()[0];
            target[i] = CtcLoss.label(n, Cells.getLong(targets, at), classes);
        }
        Map<Prefix, Double> said = new HashMap<>();
        said.put(new Prefix(0, p.blank()), 1.0);
        for (int t = 0; t < frames; t++) {
            var next = new HashMap<Prefix, Double>();
            for (var entry : said.entrySet()) {
                for (int c = 0; c < classes; c++) {
                    Prefix then = then(entry.getKey(), c, p.blank(), target);
                    if (then != null && (t != frame || c == only)) {
                        double more =
                                entry.getValue() * Math.exp(Cells.getDouble(x, NaiveContractions.offset(x, t, n, c)));
                        next.merge(then, more, Double::sum);
                    }
                }
            }
            said = next;
        }
        double sum = 0;
        for (var entry : said.entrySet()) {
            sum += entry.getKey().labels == labels ? entry.getValue() : 0;
        }
        return sum;
    }

    private static @org.jspecify.annotations.Nullable Prefix then(Prefix before, int c, int blank, int[] target) {
        if (c == blank || c == before.last) {
            return new Prefix(before.labels, c);
        }
        return before.labels < target.length && target[before.labels] == c ? new Prefix(before.labels + 1, c) : null;
    }
}
