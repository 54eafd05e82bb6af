package fathom.interop.onnx.export;

import fathom.DType;
import fathom.ir.ReduceOp;
import fathom.primitive.ArgReduce;
import fathom.primitive.Cat;
import fathom.primitive.Pad;
import fathom.primitive.Roll;
import fathom.primitive.Scan;
import fathom.primitive.indexing.ArgSort;
import fathom.primitive.indexing.Gather;
import fathom.primitive.indexing.IndexAdd;
import fathom.primitive.indexing.IndexSelect;
import fathom.primitive.indexing.ScatterReduce;
import java.util.List;

/** Joining, padding, sorting and indexing. */
final class Movement {
    private static final long END = Long.MAX_VALUE;

    private Movement() {}

    static void cat(Lowering to, Step s, Cat c) {
        to.set(s.out(0), to.graph.node("Concat", to.names(s.inputs()), "axis", c.dim()));
    }

    static void pad(Lowering to, Step s, Pad p) {
        int rank = s.in(0).rank();
        var pads = new long[2 * rank];
        for (int d = 0; d < rank; d++) {
            int at = d;
            pads[d] = fixed(s.attribute(Pad.class, a -> a.before()[at]));
            pads[rank + d] = fixed(s.attribute(Pad.class, a -> a.after()[at]));
        }
        DType type = s.in(0).type();
        to.set(
                s.out(0),
                to.graph.node(
                        "Pad", List.of(to.name(s.in(0)), to.graph.integers(pads), to.graph.scalar(type, p.value()))));
    }

    private static long fixed(Dim d) {
        if (!d.isFixed()) {
            throw new UnsupportedOperationException(
                    "Onnx.export: padding that depends on a dynamic axis cannot be exported; export with fixed axes");
        }
        return d.size();
    }

    static void roll(Lowering to, Step s, Roll r) {
        GraphWriter graph = to.graph;
        String x = to.name(s.in(0));
        for (int d = 0; d < r.shifts().size(); d++) {
            int at = d;
            Dim shift = s.attribute(Roll.class, a -> a.shifts().get(at));
            // a negative shift may be the fixed one
            Dim back = shift.minus(s.in(0).dim(d));
            if (shift.isFixed() && shift.size() == 0) {
                continue;
            }
            if (!shift.isFixed() && !back.isFixed()) {
                throw new UnsupportedOperationException(
                        "Onnx.export: a roll that depends on a dynamic axis cannot be exported; export with fixed axes");
            }
            long from = shift.isFixed() ? -shift.size() : -back.size();
            String cut = graph.integers(from);
            String axis = graph.integers(d);
            String behind = graph.node("Slice", List.of(x, cut, graph.integers(END), axis));
            String front = graph.node("Slice", List.of(x, graph.integers(0), cut, axis));
            x = graph.node("Concat", List.of(behind, front), "axis", d);
        }
        to.set(s.out(0), x);
    }

    static void argReduce(Lowering to, Step s, ArgReduce a) {
        to.set(
                s.out(0),
                to.graph.node(
                        a.greatest() ? "ArgMax" : "ArgMin", List.of(to.name(s.in(0))), "axis", a.dim(), "keepdims", 1));
    }

    static void argSort(Lowering to, Step s, ArgSort a) {
        GraphWriter graph = to.graph;
        if (s.in(0).rank() == 0) {
            to.set(s.out(0), graph.scalar(DType.INT64, 0));
            return;
        }
        String count = graph.integer(s.out(0).dim(a.dim()), "the number of sorted elements", to.near(s.in(0)));
        List<String> y =
                graph.nodes(
                        2,
                        "TopK",
                        List.of(to.name(s.in(0)), count),
                        "axis",
                        a.dim(),
                        "largest",
                        a.descending() ? 1 : 0);
        to.set(s.out(0), y.get(1));
    }

    static void scan(Lowering to, Step s, Scan c) {
        if (c.op() != ReduceOp.SUM) {
            throw new UnsupportedOperationException("Onnx.export: cumprod has no counterpart in ONNX");
        }
        to.set(s.out(0), to.graph.node("CumSum", List.of(to.name(s.in(0)), to.graph.scalar(DType.INT64, c.dim()))));
    }

    static void indexSelect(Lowering to, Step s, IndexSelect i) {
        to.set(s.out(0), to.graph.node("Gather", to.names(s.inputs()), "axis", i.dim()));
    }

    static void gather(Lowering to, Step s, Gather g) {
        to.set(s.out(0), to.graph.node("GatherElements", to.names(s.inputs()), "axis", g.dim()));
    }

    /** Adds slices: the index is expanded to their shape. */
    static void indexAdd(Lowering to, Step s, IndexAdd i) {
        GraphWriter graph = to.graph;
        Value source = s.in(2);
        var shape = new java.util.ArrayList<Dim>();
        var one = new long[source.traced().size()];
        java.util.Arrays.fill(one, 1);
        for (int d = 0; d < source.rank(); d++) {
            shape.add(d == i.dim() ? source.dim(d) : new Dim(one));
        }
        String index = graph.reshape(to.name(s.in(1)), s.in(1), shape);
        index = graph.expand(index, shape, source.shape(), to.near(source));
        to.set(
                s.out(0),
                graph.node(
                        "ScatterElements",
                        List.of(to.name(s.in(0)), index, to.name(source)),
                        "axis",
                        i.dim(),
                        "reduction",
                        "add"));
    }

    static void scatter(Lowering to, Step s, ScatterReduce r) {
        GraphWriter graph = to.graph;
        Value index = s.in(1);
        Value source = s.in(2);
        String mode =
                switch (r.mode()) {
                    case SET -> "none";
                    case ADD -> "add";
                    case PROD -> "mul";
                    case MAX -> "max";
                    case MIN -> "min";
                };
        if (graph.opset < 18 && (mode.equals("max") || mode.equals("min"))) {
            throw new UnsupportedOperationException(
                    "Onnx.export: ONNX has scatterReduce with %s from opset 18 on; export with opset(18)"
                            .formatted(mode));
        }
        String from = to.name(source);
        if (!source.shape().equals(index.shape())) {
            for (int d = 0; d < index.rank(); d++) {
                if (!source.dim(d).equals(index.dim(d))) {
                    String end = graph.integer(index.dim(d), "a scatter", to.near(index));
                    from = graph.node("Slice", List.of(from, graph.integers(0), end, graph.integers(d)));
                }
            }
        }
        var in = List.of(to.name(s.in(0)), to.name(index), from);
        to.set(
                s.out(0),
                mode.equals("none")
                        ? graph.node("ScatterElements", in, "axis", r.dim())
                        : graph.node("ScatterElements", in, "axis", r.dim(), "reduction", mode));
    }
}
