package fathom.interop.onnx.export;

import fathom.primitive.window.Pool;
import fathom.primitive.window.PoolAxis;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Pooling. */
final class Pools {
    private Pools() {}

    static void write(Lowering to, Step s, Pool first) {
        List<List<PoolAxis>> axes = s.primitives().stream().map(p -> ((Pool) p).axes()).toList();
        int rank = first.axes().size();
        Value x = s.in(0);
        boolean isMax = first.kind() == Pool.Kind.MAX;
        if (axes.stream().flatMap(List::stream).allMatch(a -> a instanceof PoolAxis.Adaptive && a.count() == 1)) {
            global(to, s, isMax);
            return;
        }
        if (first.axes().getFirst() instanceof PoolAxis.Adaptive) {
            adaptive(to, s, first);
            return;
        }
        var kernel = new long[rank];
        var strides = new long[rank];
        var pads = new long[2 * rank];
        var dilations = new long[rank];
        boolean extends_ = false;
        for (int i = 0; i < rank; i++) {
            var a = (PoolAxis.Sliding) first.axes().get(i);
            kernel[i] = a.kernel();
            strides[i] = a.stride();
            dilations[i] = a.dilation();
            pads[i] = a.low();
            pads[rank + i] = a.high();
            int at = i;
            // how far the last window extends beyond the padding, which it does where sizes are rounded up
            Dim beyond = s.attribute(Pool.class, p -> beyond((PoolAxis.Sliding) p.axes().get(at), p, s, at));
            if (beyond.sizes().length > 0 && Arrays.stream(beyond.sizes()).anyMatch(b -> b > 0)) {
                extends_ = true;
                if (!beyond.isFixed()) {
                    throw new UnsupportedOperationException(
                            "Onnx.export: a pooling that rounds sizes up depends on a dynamic axis; export with fixed axes");
                }
                pads[rank + i] += beyond.size();
            }
        }
        GraphWriter graph = to.graph;
        if (isMax) {
            List<String> y =
                    graph.nodes(
                            2,
                            "MaxPool",
                            List.of(to.name(x)),
                            "dilations",
                            dilations,
                            "kernel_shape",
                            kernel,
                            "pads",
                            pads,
                            "strides",
                            strides);
            to.set(s.out(0), y.getFirst());
            indices(to, s, y.get(1));
            return;
        }
        if (extends_ || first.divisor() != 0) {
            weighted(to, s, first);
            return;
        }
        to.set(
                s.out(0),
                graph.node(
                        "AveragePool",
                        List.of(to.name(x)),
                        "count_include_pad",
                        first.countIncludePad() ? 1 : 0,
                        "kernel_shape",
                        kernel,
                        "pads",
                        pads,
                        "strides",
                        strides));
    }

    /** Names the indices of maxima, which count from the start of a plane, in ONNX from that of the tensor. */
    private static void indices(Lowering to, Step s, String indices) {
        if (!to.isUsed(s.out(1))) {
            return;
        }
        Value x = s.in(0);
        var plane = new long[x.traced().size()];
        for (int t = 0; t < plane.length; t++) {
            plane[t] = 1;
            for (int d = 2; d < x.rank(); d++) {
                plane[t] *= x.dim(d).sizes()[t];
            }
        }
        String size = to.graph.integer(new Dim(plane), "an index of a maximum");
        to.set(s.out(1), to.graph.node("Mod", List.of(indices, size)));
    }

    private static long beyond(PoolAxis.Sliding a, Pool p, Step s, int axis) {
        int trace = s.primitives().indexOf(p);
        long in = s.in(0).dim(2 + axis).sizes()[trace];
        return Math.max(0, a.end(a.count() - 1) - (in + a.high()));
    }

    private static void global(Lowering to, Step s, boolean isMax) {
        String x = to.name(s.in(0));
        to.set(s.out(0), to.graph.node(isMax ? "GlobalMaxPool" : "GlobalAveragePool", List.of(x)));
    }

    private static void adaptive(Lowering to, Step s, Pool p) {
        int rank = p.axes().size();
        var size = new long[rank];
        boolean isEven = true;
        boolean isSame = true;
        for (int i = 0; i < rank; i++) {
            Dim in = s.in(0).dim(2 + i);
            if (!in.isFixed()) {
                throw new UnsupportedOperationException(
                        "Onnx.export: an adaptive pooling of a dynamic axis cannot be exported; export with fixed axes");
            }
            long count = p.axes().get(i).count();
            isEven &= in.size() % count == 0;
            isSame &= in.size() == count;
            size[i] = in.size() / count;
        }
        GraphWriter graph = to.graph;
        boolean isMax = p.kind() == Pool.Kind.MAX;
        if (isSame && !isMax) {
            to.set(s.out(0), to.name(s.in(0)));
        } else if (isEven) {
            String operator = isMax ? "MaxPool" : "AveragePool";
            List<String> y =
                    graph.nodes(
                            isMax ? 2 : 1, operator, List.of(to.name(s.in(0))), "kernel_shape", size, "strides", size);
            to.set(s.out(0), y.getFirst());
            if (isMax) {
                indices(to, s, y.get(1));
            }
        } else if (isMax) {
            parts(to, s, p);
        } else {
            weighted(to, s, p);
        }
    }

    /** The maximum of each window along an axis, one axis after another. */
    private static void parts(Lowering to, Step s, Pool p) {
        GraphWriter graph = to.graph;
        String x = to.name(s.in(0));
        for (int i = 0; i < p.axes().size(); i++) {
            PoolAxis axis = p.axes().get(i);
            var windows = new ArrayList<String>();
            for (long o = 0; o < axis.count(); o++) {
                String part =
                        graph.node(
                                "Slice",
                                List.of(
                                        x,
                                        graph.integers(axis.start(o)),
                                        graph.integers(axis.end(o)),
                                        graph.integers(2 + i)));
                windows.add(graph.reduce("ReduceMax", part, 2 + i));
            }
            x = graph.node("Concat", windows, "axis", 2 + i);
        }
        to.set(s.out(0), x);
    }

    /** Averages as products with a matrix of weights along each axis. */
    private static void weighted(Lowering to, Step s, Pool p) {
        String x = to.name(s.in(0));
        int rank = s.in(0).rank();
        for (int i = 0; i < p.axes().size(); i++) {
            PoolAxis axis = p.axes().get(i);
            Dim size = s.in(0).dim(2 + i);
            if (!size.isFixed()) {
                throw new UnsupportedOperationException(
                        "Onnx.export: this average pooling of a dynamic axis cannot be exported; export with fixed axes");
            }
            long in = size.size();
            var rows = new double[(int) axis.count()][(int) in];
            for (int o = 0; o < rows.length; o++) {
                long start = Math.max(0, axis.start(o));
                long end = Math.min(in, axis.end(o));
                double count =
                        p.divisor() != 0
                                ? i == 0 ? p.divisor() : 1
                                : p.countIncludePad()
                                        ? Math.min(axis.end(o), in + axis.high()) - Math.max(axis.start(o), -axis.low())
                                        : end - start;
                for (long k = start; k < end; k++) {
                    rows[o][(int) k] = 1 / count;
                }
            }
            x = Resampling.along(to.graph, x, rank, 2 + i, rows, s.in(0).type());
        }
        to.set(s.out(0), x);
    }
}
