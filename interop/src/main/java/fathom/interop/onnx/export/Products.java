package fathom.interop.onnx.export;

import fathom.DType;
import fathom.primitive.MatMul;
import fathom.primitive.Views;
import fathom.primitive.neural.Attention;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Matrix products and attention. */
final class Products {
    private Products() {}

    static void matMul(Lowering to, Step s, MatMul m) {
        GraphWriter graph = to.graph;
        Value a = s.in(0);
        Value b = s.in(1);
        DType result = s.out(0).type();
        Value transposed = transposed(to, b);
        if (a.rank() == 2 && transposed != null && a.type() == result) {
            var in =
                    m.bias()
                            ? List.of(to.name(a), to.name(transposed), bias(to, s, result))
                            : List.of(to.name(a), to.name(transposed));
            to.set(s.out(0), graph.node("Gemm", in, "transB", 1));
            return;
        }
        String x = graph.cast(to.name(a), a.type(), result);
        String y = graph.cast(to.name(b), b.type(), result);
        String product = graph.node("MatMul", List.of(x, y));
        to.set(s.out(0), m.bias() ? graph.node("Add", List.of(product, bias(to, s, result))) : product);
    }

    private static String bias(Lowering to, Step s, DType type) {
        return to.graph.cast(to.name(s.in(2)), s.in(2).type(), type);
    }

    /** {@return the matrix of which {@code v} is the transpose; null if it is none} */
    static @Nullable Value transposed(Lowering to, Value v) {
        Step s = to.producers.get(v);
        boolean is =
                v.rank() == 2
                        && s != null
                        && !s.isWriteBack()
                        && s.primitive() instanceof Views.Permute p
                        && p.order()[0] == 1;
        return is && s != null ? s.in(0) : null;
    }

    static void attention(Lowering to, Step s, Attention a) {
        if (a.drops()) {
            throw new UnsupportedOperationException("Onnx.export: attention that drops weights cannot be exported");
        }
        GraphWriter graph = to.graph;
        Value query = s.in(0);
        Value key = s.in(1);
        DType type = query.type();
        int rank = query.rank();
        var swap = new int[rank];
        for (int d = 0; d < rank; d++) {
            swap[d] = d;
        }
        swap[rank - 1] = rank - 2;
        swap[rank - 2] = rank - 1;
        String scores = graph.node("MatMul", List.of(to.name(query), graph.transpose(to.name(key), swap)));
        scores = graph.node("Mul", List.of(scores, graph.scalar(type, a.scale())));
        String lowest = graph.scalar(type, type == DType.FLOAT16 ? -65504 : -Float.MAX_VALUE);
        String y;
        if (!a.masked() && !a.causal()) {
            y = softmax(graph, scores);
        } else if (a.causal()) {
            // query i sees key 0 at least
            String seen =
                    graph.node(
                            "GreaterOrEqual",
                            List.of(
                                    positions(graph, query.dim(rank - 2), query, to, 1),
                                    positions(graph, key.dim(rank - 2), key, to, 0)));
            y = softmax(graph, graph.node("Where", List.of(seen, scores, lowest)));
        } else if (s.in(3).type() == DType.BOOL) {
            // a query that sees no key yields zero
            String mask = to.name(s.in(3));
            String weights = softmax(graph, graph.node("Where", List.of(mask, scores, lowest)));
            y = graph.node("Where", List.of(mask, weights, graph.scalar(type, 0)));
        } else {
            Value mask = s.in(3);
            String sum = graph.node("Add", List.of(scores, graph.cast(to.name(mask), mask.type(), type)));
            String any =
                    graph.node(
                            "Greater",
                            List.of(
                                    graph.reduce("ReduceMax", sum, rank - 1),
                                    graph.scalar(type, Double.NEGATIVE_INFINITY)));
            String safe = graph.node("Where", List.of(any, sum, graph.scalar(type, 0)));
            y = graph.node("Where", List.of(any, softmax(graph, safe), graph.scalar(type, 0)));
        }
        to.set(s.out(0), graph.node("MatMul", List.of(y, to.name(s.in(2)))));
    }

    private static String softmax(GraphWriter graph, String x) {
        return graph.node("Softmax", List.of(x), "axis", -1);
    }

    /** {@return the indices of a dimension; as a column if {@code behind} is 1} */
    private static String positions(GraphWriter graph, Dim size, Value near, Lowering to, int behind) {
        String count = graph.node("Squeeze", List.of(graph.integer(size, "causal attention", to.near(near))));
        String range = graph.node("Range", List.of(graph.scalar(DType.INT64, 0), count, graph.scalar(DType.INT64, 1)));
        return behind == 0 ? range : graph.node("Unsqueeze", List.of(range, graph.integers(1)));
    }
}
