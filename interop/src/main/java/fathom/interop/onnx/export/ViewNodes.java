package fathom.interop.onnx.export;

import fathom.primitive.Primitive;
import fathom.primitive.Views.Diagonal;
import fathom.primitive.Views.Expand;
import fathom.primitive.Views.Permute;
import fathom.primitive.Views.Reshape;
import fathom.primitive.Views.Select;
import fathom.primitive.Views.Slice;
import fathom.primitive.Views.Unfold;
import java.util.ArrayList;
import java.util.List;

/** Views. */
final class ViewNodes {
    private static final long END = Long.MAX_VALUE;
    private static final long BEGIN = Long.MIN_VALUE;

    private ViewNodes() {}

    static void write(Lowering to, Step s) {
        GraphWriter graph = to.graph;
        Value in = s.in(0);
        String x = to.name(in);
        Primitive view = s.primitive();
        String y =
                switch (view) {
                    case Permute p -> graph.transpose(x, p.order());
                    case Expand e -> graph.expand(x, in, s.out(0).shape());
                    case Reshape r -> graph.reshape(x, in, s.out(0).shape());
                    case Slice l -> slice(to, s, l);
                    case Select l -> select(to, s, l);
                    case Diagonal d -> diagonal(to, s, d);
                    case Unfold u -> unfold(to, s, u);
                    default -> throw refused(view);
                };
        to.set(s.out(0), y);
    }

    private static UnsupportedOperationException refused(Primitive view) {
        return new UnsupportedOperationException(
                "Onnx.export: the view %s has no counterpart in ONNX".formatted(view.name()));
    }

    private static String slice(Lowering to, Step s, Slice l) {
        GraphWriter graph = to.graph;
        Value in = s.in(0);
        Dim size = in.dim(l.dim());
        Dim start = s.attribute(Slice.class, Slice::start);
        Dim end = s.attribute(Slice.class, v -> v.start() + v.count() * v.step());
        long step = l.step();
        String from = place(to, in, start, size);
        String until;
        if (step > 0) {
            boolean toEnd = true;
            for (int t = 0; t < end.sizes().length; t++) {
                long last = end.sizes()[t] - step;
                toEnd &= last < size.sizes()[t] && last + step >= size.sizes()[t];
            }
            until = toEnd ? graph.integers(END) : place(to, in, end, size);
        } else {
            boolean toBegin = true;
            for (long e : end.sizes()) {
                toBegin &= e < 0;
            }
            until = toBegin ? graph.integers(BEGIN) : place(to, in, end, size);
        }
        var inputs = new ArrayList<>(List.of(to.name(in), from, until, graph.integers(l.dim())));
        if (step != 1) {
            inputs.add(graph.integers(step));
        }
        return graph.node("Slice", inputs);
    }

    /** {@return a position along a dimension: from its start, or if that varies from its end} */
    private static String place(Lowering to, Value in, Dim at, Dim size) {
        if (at.isFixed()) {
            return to.graph.integers(at.size());
        }
        Dim behind = at.minus(size);
        return behind.isFixed() && behind.size() < 0
                ? to.graph.integers(behind.size())
                : to.graph.integer(at, "the position of a slice", to.near(in));
    }

    private static String select(Lowering to, Step s, Select l) {
        GraphWriter graph = to.graph;
        Value in = s.in(0);
        Dim at = s.attribute(Select.class, Select::index);
        String index = graph.node("Squeeze", List.of(place(to, in, at, in.dim(l.dim()))));
        if (at.isFixed()) {
            index = graph.scalar(fathom.DType.INT64, at.size());
        } else if (at.minus(in.dim(l.dim())).isFixed()) {
            index = graph.scalar(fathom.DType.INT64, at.minus(in.dim(l.dim())).size());
        }
        return graph.node("Gather", List.of(to.name(in), index), "axis", l.dim());
    }

    /** The rows and columns become one dimension, of which the diagonal is a part. */
    private static String diagonal(Lowering to, Step s, Diagonal d) {
        Value in = s.in(0);
        if (!in.dim(d.dim1()).isFixed() || !in.dim(d.dim2()).isFixed()) {
            throw refused(d);
        }
        GraphWriter graph = to.graph;
        var order = new int[in.rank()];
        var shape = new ArrayList<Dim>();
        var permuted = new ArrayList<Dim>();
        int k = 0;
        for (int i = 0; i < in.rank(); i++) {
            if (i != d.dim1() && i != d.dim2()) {
                order[k++] = i;
                shape.add(in.dim(i));
                permuted.add(in.dim(i));
            }
        }
        order[k++] = d.dim1();
        order[k] = d.dim2();
        permuted.add(in.dim(d.dim1()));
        permuted.add(in.dim(d.dim2()));
        long columns = in.dim(d.dim2()).size();
        long all = in.dim(d.dim1()).size() * columns;
        var size = new long[in.traced().size()];
        java.util.Arrays.fill(size, all);
        shape.add(new Dim(size));
        String x = graph.transpose(to.name(in), order);
        x = graph.reshape(x, new Value(-1, in.type(), permuted, in.traced()), shape);
        long first = d.offset() >= 0 ? d.offset() : -d.offset() * columns;
        var indices = new long[(int) s.out(0).dim(s.out(0).rank() - 1).size()];
        for (int i = 0; i < indices.length; i++) {
            indices[i] = first + i * (columns + 1);
        }
        return graph.node("Gather", List.of(x, graph.integers(indices)), "axis", shape.size() - 1);
    }

    /** Windows of a dimension are gathered; their elements become the last dimension. */
    private static String unfold(Lowering to, Step s, Unfold u) {
        GraphWriter graph = to.graph;
        Value in = s.in(0);
        Dim count = s.out(0).dim(u.dim());
        if (!count.isFixed()) {
            throw refused(u);
        }
        var indices = new long[(int) (count.size() * u.size())];
        for (int i = 0; i < indices.length; i++) {
            indices[i] = i / u.size() * u.step() + i % u.size();
        }
        String index =
                graph.constant(fathom.Tensors.tensor(indices, fathom.DType.INT64).reshape(count.size(), u.size()));
        String x = graph.node("Gather", List.of(to.name(in), index), "axis", u.dim());
        var order = new int[in.rank() + 1];
        for (int i = 0; i < order.length; i++) {
            order[i] = i == order.length - 1 ? u.dim() + 1 : i <= u.dim() ? i : i + 1;
        }
        return graph.transpose(x, order);
    }

    /** A tensor of which a part is replaced. */
    static void writeBack(Lowering to, Step s) {
        GraphWriter graph = to.graph;
        Value whole = s.in(0);
        Value part = s.in(1);
        String x = to.name(part);
        String y =
                switch (s.primitive()) {
                    case Permute p -> {
                        var inverse = new int[p.order().length];
                        for (int d = 0; d < inverse.length; d++) {
                            inverse[p.order()[d]] = d;
                        }
                        yield graph.transpose(x, inverse);
                    }
                    case Reshape r -> graph.reshape(x, part, whole.shape());
                    case Slice l when l.step() == 1 || l.count() == 1 -> {
                        Dim start = s.attribute(Slice.class, Slice::start);
                        Dim end = s.attribute(Slice.class, v -> v.start() + v.count());
                        yield replaced(to, whole, l.dim(), start, end, x);
                    }
                    case Select l -> {
                        Dim start = s.attribute(Select.class, Select::index);
                        Dim end = s.attribute(Select.class, v -> v.index() + 1);
                        String wide = graph.node("Unsqueeze", List.of(x, graph.integers(l.dim())));
                        yield replaced(to, whole, l.dim(), start, end, wide);
                    }
                    default ->
                            throw new UnsupportedOperationException(
                                    "Onnx.export: a write in place into the view %s cannot be exported"
                                            .formatted(s.primitive().name()));
                };
        to.set(s.out(0), y);
    }

    /** {@return the elements before, the new ones, and those behind} */
    private static String replaced(Lowering to, Value whole, int dim, Dim start, Dim end, String part) {
        GraphWriter graph = to.graph;
        Dim size = whole.dim(dim);
        var parts = new ArrayList<String>();
        String axis = graph.integers(dim);
        if (!start.isFixed() || start.size() != 0) {
            String until = place(to, whole, start, size);
            parts.add(graph.node("Slice", List.of(to.name(whole), graph.integers(0), until, axis)));
        }
        parts.add(part);
        if (!end.equals(size)) {
            String from = place(to, whole, end, size);
            parts.add(graph.node("Slice", List.of(to.name(whole), from, graph.integers(END), axis)));
        }
        return parts.size() == 1 ? part : graph.node("Concat", parts, "axis", dim);
    }
}
