package fathom.interop.onnx.export;

import fathom.DType;
import fathom.ir.Exprs;
import fathom.primitive.Views;
import fathom.primitive.neural.Normalize;
import fathom.primitive.neural.Softmax;
import fathom.primitive.neural.Variance;
import java.util.ArrayList;
import java.util.List;

/** Softmax, and normalisation by the mean and variance of the input itself. */
final class Normalizations {
    private Normalizations() {}

    static void softmax(Lowering to, Step s, Softmax p) {
        to.set(s.out(0), to.graph.node(p.log() ? "LogSoftmax" : "Softmax", List.of(to.name(s.in(0))), "axis", p.dim()));
    }

    static void normalize(Lowering to, Step s, Normalize n) {
        GraphWriter graph = to.graph;
        Value x = s.in(0);
        int[] dims = Elementwise.dims(s, Normalize.class, Normalize::dims);
        int first = x.rank() - dims.length;
        boolean isTrailing = dims.length > 0 && dims[0] == first && dims[dims.length - 1] == x.rank() - 1;
        int bias = s.inputs().size() - 1;
        boolean isLayerNorm =
                n.centred()
                        && n.weighted()
                        && isTrailing
                        && x.type() == DType.FLOAT32
                        && isPlain(s.in(1), x, first)
                        && (!n.biased() || isPlain(s.in(bias), x, first))
                        && isAlone(to, s);
        if (isLayerNorm) {
            var in = new ArrayList<>(List.of(to.name(x), trailing(to, s.in(1), x, first)));
            if (n.biased()) {
                in.add(trailing(to, s.in(bias), x, first));
            }
            to.set(s.out(0), graph.node("LayerNormalization", in, "axis", first - x.rank(), "epsilon", n.eps()));
            return;
        }
        DType wide = Exprs.wide(x.type());
        String value = graph.cast(to.name(x), x.type(), wide);
        String mean = null;
        String distance = value;
        if (n.centred()) {
            mean = graph.reduce("ReduceMean", value, dims);
            distance = graph.node("Sub", List.of(value, mean));
        }
        String variance = graph.reduce("ReduceMean", graph.node("Mul", List.of(distance, distance)), dims);
        String shifted = graph.node("Add", List.of(variance, graph.scalar(wide, n.eps())));
        String rstd = graph.node("Reciprocal", List.of(graph.node("Sqrt", List.of(shifted))));
        String y = graph.node("Mul", List.of(distance, rstd));
        if (n.weighted()) {
            y = graph.node("Mul", List.of(y, graph.cast(to.name(s.in(1)), s.in(1).type(), wide)));
        }
        if (n.biased()) {
            y = graph.node("Add", List.of(y, graph.cast(to.name(s.in(bias)), s.in(bias).type(), wide)));
        }
        to.set(s.out(0), graph.cast(y, wide, x.type()));
        to.set(s.out(1), mean == null ? variance : mean);
        to.set(s.out(2), rstd);
        to.set(s.out(3), variance);
    }

    /** {@return whether only the first output is used} */
    private static boolean isAlone(Lowering to, Step s) {
        for (int i = 1; i < s.outputs().size(); i++) {
            if (to.isUsed(s.out(i))) {
                return false;
            }
        }
        return true;
    }

    /** {@return whether a weight has the sizes of x from dimension {@code first} on, and 1 before} */
    private static boolean isPlain(Value w, Value x, int first) {
        if (w.rank() != x.rank() || !w.isFixedShape()) {
            return false;
        }
        for (int d = 0; d < x.rank(); d++) {
            if (d < first ? w.dim(d).size() != 1 : !w.dim(d).equals(x.dim(d))) {
                return false;
            }
        }
        return true;
    }

    /** {@return a weight without its leading dimensions of size 1} */
    private static String trailing(Lowering to, Value w, Value x, int first) {
        List<Dim> shape = x.shape().subList(first, x.rank());
        Step s = to.producers.get(w);
        if (s != null && s.primitive() instanceof Views.Reshape && s.in(0).shape().equals(shape)) {
            return to.name(s.in(0));
        }
        return to.graph.reshape(to.name(w), w, shape);
    }

    static void variance(Lowering to, Step s, Variance v) {
        GraphWriter graph = to.graph;
        Value x = s.in(0);
        int[] dims = Elementwise.dims(s, Variance.class, Variance::dims);
        Dim count = count(x, dims);
        String value = graph.cast(to.name(x), x.type(), DType.FLOAT64);
        String mean = graph.reduce("ReduceMean", value, dims);
        String distance = graph.node("Sub", List.of(value, mean));
        String squares = graph.node("Mul", List.of(distance, distance));
        to.set(s.out(1), mean);
        if (v.correction() == 0) {
            to.set(s.out(0), graph.reduce("ReduceMean", squares, dims));
            return;
        }
        Dim divisor = count.minus(new Dim(fill(count.sizes().length, v.correction())));
        String number = graph.node("Squeeze", List.of(graph.integer(divisor, "the divisor of a variance")));
        to.set(
                s.out(0),
                graph.node(
                        "Div",
                        List.of(
                                graph.reduce("ReduceSum", squares, dims),
                                graph.cast(number, DType.INT64, DType.FLOAT64))));
    }

    private static long[] fill(int n, long value) {
        var a = new long[n];
        java.util.Arrays.fill(a, value);
        return a;
    }

    private static Dim count(Value x, int[] dims) {
        long[] n = fill(x.traced().size(), 1);
        for (int d : dims) {
            for (int i = 0; i < n.length; i++) {
                n[i] *= x.dim(d).sizes()[i];
            }
        }
        return new Dim(n);
    }
}
