package fathom.interop.onnx.export;

import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Constants made in Java whose size depends on a dynamic axis: one number everywhere, or a range of integers. */
final class Constants {
    private Constants() {}

    static String write(GraphWriter graph, Value v) {
        if (v.traced().stream().allMatch(t -> t.isUninitialised)) {
            return full(graph, v, 0);
        }
        var flat = new ArrayList<double[]>();
        for (int i = 0; i < v.traced().size(); i++) {
            if (v.traced().get(i).elements == null) {
                throw refused(v);
            }
            flat.add(Lowering.tensor(v, i).to(DType.FLOAT64).reshape(-1).toDoubleArray());
        }
        Double same = same(flat);
        if (same != null) {
            return full(graph, v, same);
        }
        String range = v.rank() == 1 ? range(graph, v, flat) : null;
        if (range == null) {
            throw refused(v);
        }
        return range;
    }

    private static UnsupportedOperationException refused(Value v) {
        return new UnsupportedOperationException(
                ("Onnx.export: a constant %s depends on a dynamic axis; make it by tensor operations, or export with"
                                + " fixed axes")
                        .formatted(v));
    }

    private static String full(GraphWriter graph, Value v, double value) {
        Tensor number = Tensors.full(v.type().isFloating() ? (Number) value : (Number) (long) value, v.type());
        return graph.expand(graph.constant(number), List.of(), v.shape());
    }

    private static @Nullable Double same(List<double[]> all) {
        Double first = null;
        for (double[] numbers : all) {
            for (double d : numbers) {
                if (first == null) {
                    first = d;
                } else if (Double.compare(first, d) != 0) {
                    return null;
                }
            }
        }
        return first;
    }

    private static @Nullable String range(GraphWriter graph, Value v, List<double[]> all) {
        double[] one = all.getFirst();
        if (one.length < 2 || v.type() != DType.INT64 && v.type() != DType.INT32 && !v.type().isFloating()) {
            return null;
        }
        double step = one[1] - one[0];
        for (double[] numbers : all) {
            for (int i = 0; i < numbers.length; i++) {
                if (numbers[i] != one[0] + i * step) {
                    return null;
                }
            }
        }
        if (one[0] != Math.rint(one[0]) || step != Math.rint(step)) {
            return null;
        }
        String count = graph.node("Squeeze", List.of(graph.integer(v.dim(0), "a range")));
        String indices =
                graph.node("Range", List.of(graph.scalar(DType.INT64, 0), count, graph.scalar(DType.INT64, 1)));
        String scaled =
                step == 1 ? indices : graph.node("Mul", List.of(indices, graph.scalar(DType.INT64, (long) step)));
        String moved =
                one[0] == 0 ? scaled : graph.node("Add", List.of(scaled, graph.scalar(DType.INT64, (long) one[0])));
        return graph.cast(moved, DType.INT64, v.type());
    }
}
