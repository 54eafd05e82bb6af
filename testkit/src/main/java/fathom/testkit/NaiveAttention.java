package fathom.testkit;

import fathom.DType;
import fathom.primitive.Operand;
import fathom.primitive.neural.Attention;
import fathom.primitive.neural.AttentionGrad;
import java.util.Arrays;

/** Attention and its gradient from the definition, in double precision, with all weights of one query at a time. */
final class NaiveAttention {
    private final Attention p;
    private final Operand[] in;
    private final int r;
    private final int keys;

    private NaiveAttention(Attention p, Operand[] in) {
        this.p = p;
        this.in = in;
        this.r = in[0].rank();
        this.keys = (int) in[1].shape()[r - 2];
    }

    static void forward(Attention p, Operand[] in, Operand[] out) {
        var self = new NaiveAttention(p, in);
        self.eachQuery(query -> {
            double[] weights = new double[self.keys];
            double lse = self.weights(query, weights);
            Cells.set(out[1], NaiveContractions.offset(out[1], Arrays.copyOf(query, self.r - 1)), lse);
            for (long e = 0; e < out[0].shape()[self.r - 1]; e++) {
                double sum = 0;
                for (int s = 0; s < self.keys; s++) {
                    sum += self.stays(query, s) * weights[s] * self.at(in[2], query, s, e);
                }
                Cells.set(out[0], self.offset(out[0], query, query[self.r - 2], e), sum);
            }
        });
    }

    static void gradient(AttentionGrad p, Operand[] in, Operand[] outputs) {
        Operand[] out = p.separate(outputs);
        var self = new NaiveAttention(p.forward(), in);
        Operand g = in[in.length - 1];
        double[][] sums = new double[3][];
        for (int i = 0; i < 3; i++) {
            sums[i] = new double[Math.toIntExact(out[i].numel())];
        }
        self.eachQuery(query -> {
            var weights = new double[self.keys];
            self.weights(query, weights);
            long l = query[self.r - 2];
            var byWeight = new double[self.keys];
            double mean = 0;
            for (int s = 0; s < self.keys; s++) {
                double stays = self.stays(query, s);
                for (long e = 0; e < out[2].shape()[self.r - 1]; e++) {
                    double given = self.at(g, query, l, e);
                    byWeight[s] += stays * given * self.at(in[2], query, s, e);
                    sums[2][self.number(out[2], query, s, e)] += stays * weights[s] * given;
                }
                mean += weights[s] * byWeight[s];
            }
            for (int s = 0; s < self.keys; s++) {
                double byScore = weights[s] * (byWeight[s] - mean) * self.p.scale();
                for (long e = 0; e < out[0].shape()[self.r - 1]; e++) {
                    sums[0][self.number(out[0], query, l, e)] += byScore * self.at(in[1], query, s, e);
                    sums[1][self.number(out[1], query, s, e)] += byScore * self.at(in[0], query, l, e);
                }
            }
        });
        for (int i = 0; i < 3; i++) {
            Operand to = out[i];
            double[] values = sums[i];
            int[] number = {0};
            Walk.over(to.shape(), (at, index) -> Cells.set(to, at[0], values[number[0]++]), to.strides());
        }
    }

    private interface Query {
        /** Receives the index of a query: its batch index, its number, and 0. */
        void visit(long[] index);
    }

    private void eachQuery(Query body) {
        long[] shape = in[0].shape().clone();
        shape[r - 1] = 1;
        Walk.over(shape, (at, index) -> body.visit(index.clone()), in[0].strides());
    }

    /** Computes a query's weights; returns their log-sum-exp. */
    private double weights(long[] query, double[] weights) {
        double max = Double.NEGATIVE_INFINITY;
        for (int s = 0; s < keys; s++) {
            double score = 0;
            for (long e = 0; e < in[0].shape()[r - 1]; e++) {
                score += at(in[0], query, query[r - 2], e) * at(in[1], query, s, e);
            }
            weights[s] = masked(query, s, score * p.scale());
            max = Math.max(max, weights[s]);
        }
        if (max == Double.NEGATIVE_INFINITY) {
            Arrays.fill(weights, 0);
            return Double.POSITIVE_INFINITY;
        }
        double sum = 0;
        for (int s = 0; s < keys; s++) {
            weights[s] = Math.exp(weights[s] - max);
            sum += weights[s];
        }
        for (int s = 0; s < keys; s++) {
            weights[s] /= sum;
        }
        return max + Math.log(sum);
    }

    private double masked(long[] query, int s, double score) {
        if (p.causal()) {
            return s > query[r - 2] + p.shift() ? Double.NEGATIVE_INFINITY : score;
        }
        if (!p.masked()) {
            return score;
        }
        Operand mask = in[3];
        long at = offset(mask, query, query[r - 2], s);
        if (mask.dtype() == DType.BOOL) {
            return Cells.getLong(mask, at) != 0 ? score : Double.NEGATIVE_INFINITY;
        }
        return score + Cells.getDouble(mask, at);
    }

    private double stays(long[] query, int s) {
        if (!p.drops()) {
            return 1;
        }
        Operand keep = in[p.masked() ? 4 : 3];
        return Cells.getLong(keep, offset(keep, query, query[r - 2], s)) != 0 ? p.factor() : 0;
    }

    private double at(Operand o, long[] query, long row, long column) {
        return Cells.getDouble(o, offset(o, query, row, column));
    }

    private long offset(Operand o, long[] query, long row, long column) {
        return NaiveContractions.offset(o, index(query, row, column));
    }

    private long[] index(long[] query, long row, long column) {
        long[] index = query.clone();
        index[r - 2] = row;
        index[r - 1] = column;
        return index;
    }

    /** The row-major index of an element of the query's matrix. */
    private int number(Operand o, long[] query, long row, long column) {
        long[] index = index(query, row, column);
        long number = 0;
        for (int d = 0; d < r; d++) {
            number = number * o.shape()[d] + index[d];
        }
        return (int) number;
    }
}
