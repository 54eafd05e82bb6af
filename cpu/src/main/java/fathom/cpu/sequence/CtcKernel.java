package fathom.cpu.sequence;

import fathom.DType;
import fathom.cpu.memory.Floats;
import fathom.cpu.memory.Memory;
import fathom.cpu.parallel.Parallel;
import fathom.primitive.Operand;
import fathom.primitive.neural.CtcLoss;
import fathom.primitive.neural.CtcLossGrad;

/** Runs the CTC (connectionist temporal classification) loss and its gradient, in parallel over the examples. */
public final class CtcKernel {
    private CtcKernel() {}

    /** {@return whether the operands are supported: float32 or float64} */
    public static boolean supports(Operand logProbs, Operand[] out) {
        DType t = logProbs.dtype();
        return (t == DType.FLOAT32 || t == DType.FLOAT64) && out[0].dtype() == t;
    }

    /** Computes the losses. */
    public static void run(CtcLoss p, Operand[] in, Operand out) {
        var batch = new Batch(p, in[0], in[1], in[2], in[3]);
        Parallel.forRange(
                batch.examples(),
                1,
                (from, to) -> {
                    for (long n = from; n < to; n++) {
                        double loss = new Alignments(batch, n).loss();
                        loss = p.zeroInfinity() && loss == Double.POSITIVE_INFINITY ? 0 : loss;
                        Floats.set(out.dtype(), out.address() + n * step(out, 0), loss);
                    }
                });
    }

    /** Computes the gradient. */
    public static void run(CtcLossGrad p, Operand[] in, Operand out) {
        var batch = new Batch(p.forward(), in[1], in[2], in[3], in[4]);
        Operand g = in[0];
        Parallel.forRange(
                batch.examples(),
                1,
                (from, to) -> {
                    for (long n = from; n < to; n++) {
                        double grad = Floats.get(g.dtype(), g.address() + n * step(g, 0));
                        gradient(batch, n, grad, out);
                    }
                });
    }

    private static void gradient(Batch batch, long n, double grad, Operand out) {
        int classes = batch.classes();
        var alignments = new Alignments(batch, n);
        boolean isPossible = alignments.share();
        double impossible = batch.loss().zeroInfinity() ? 0 : Double.NaN;
        var row = new double[classes];
        for (int t = 0; t < batch.frames(); t++) {
            boolean counts = t < alignments.frames();
            if (counts && isPossible) {
                alignments.probabilities(t, row);
            }
            long at = out.address() + t * step(out, 0) + n * step(out, 1);
            for (int c = 0; c < classes; c++) {
                double value = !counts ? 0 : !isPossible ? impossible : grad * row[c];
                Floats.set(out.dtype(), at + c * step(out, 2), value);
            }
        }
    }

    static long step(Operand o, int d) {
        return o.strides()[d] * o.dtype().size();
    }

    /** The validated inputs. */
    record Batch(CtcLoss loss, Operand logProbs, Operand targets, long[] inputLengths, long[] lengths, long[] starts) {
        Batch(CtcLoss loss, Operand logProbs, Operand targets, Operand inputLengths, Operand targetLengths) {
            this(
                    loss,
                    logProbs,
                    targets,
                    longs(inputLengths),
                    longs(targetLengths),
                    new long[Math.toIntExact(logProbs.shape()[1])]);
            boolean rows = targets.rank() == 2;
            long room = rows ? targets.shape()[1] : targets.shape()[0];
            long next = 0;
            for (int n = 0; n < starts.length; n++) {
                long left = rows ? room : room - next;
                CtcLoss.check(n, this.inputLengths[n], logProbs.shape()[0], lengths[n], left);
                starts[n] = targets.address() + (rows ? n * step(targets, 0) : next * step(targets, 0));
                next += lengths[n];
            }
        }

        private static long[] longs(Operand o) {
            var values = new long[Math.toIntExact(o.shape()[0])];
            for (int i = 0; i < values.length; i++) {
                values[i] = Memory.getLong(o.address() + i * step(o, 0));
            }
            return values;
        }

        int examples() {
            return starts.length;
        }

        int frames() {
            return (int) logProbs.shape()[0];
        }

        int classes() {
            return (int) logProbs.shape()[2];
        }

        /** {@return the labels of an example with blanks around them} */
        int[] labels(int n) {
            int length = Math.toIntExact(lengths[n]);
            var labels = new int[2 * length + 1];
            java.util.Arrays.fill(labels, loss.blank());
            long step = step(targets, targets.rank() - 1);
            for (int i = 0; i < length; i++) {
                labels[2 * i + 1] = CtcLoss.label(n, Memory.getLong(starts[n] + i * step), classes());
            }
            return labels;
        }
    }
}
