package fathom.interop.onnx.export;

import fathom.DType;
import fathom.ir.Expr;
import fathom.ir.ReduceOp;
import fathom.primitive.Pointwise;
import fathom.primitive.Reduce;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Element-wise kernels and reductions. */
final class Elementwise {
    private Elementwise() {}

    static void pointwise(Lowering to, Step s) {
        if (BatchNorms.write(to, s)) {
            return;
        }
        List<Expr> bodies = s.same(Pointwise.class, "the kernel", p -> p.kernel().outputs());
        List<Number[]> scalars = s.primitives().stream().map(p -> ((Pointwise) p).scalars()).toList();
        var print = new Expressions(to.graph, usedNames(to, s.inputs(), bodies), scalars);
        for (int i = 0; i < bodies.size(); i++) {
            String y = print.write(bodies.get(i));
            List<Dim> shape = shape(bodies.get(i), s.inputs());
            to.set(s.out(i), to.graph.expand(y, shape, s.out(i).shape(), nearAll(to, s.inputs(), bodies)));
        }
    }

    static GraphWriter.Near[] nearAll(Lowering to, List<Value> inputs, List<Expr> bodies) {
        Set<Integer> used = inputs(bodies);
        var near = new ArrayList<GraphWriter.Near>();
        for (int i : used) {
            near.add(to.near(inputs.get(i)));
        }
        return near.toArray(GraphWriter.Near[]::new);
    }

    /** {@return the names of the inputs that expressions use; those of others are empty} */
    static List<String> usedNames(Lowering to, List<Value> inputs, List<Expr> bodies) {
        Set<Integer> used = inputs(bodies);
        var names = new ArrayList<String>();
        for (int i = 0; i < inputs.size(); i++) {
            names.add(used.contains(i) ? to.name(inputs.get(i)) : "");
        }
        return names;
    }

    private static Set<Integer> inputs(List<Expr> bodies) {
        var used = new HashSet<Integer>();
        bodies.forEach(b -> collect(b, used));
        return used;
    }

    private static void collect(Expr e, Set<Integer> used) {
        switch (e) {
            case Expr.Input in -> used.add(in.index());
            case Expr.Scalar s -> {}
            case Expr.Const c -> {}
            case Expr.Unary u -> collect(u.x(), used);
            case Expr.Binary b -> {
                collect(b.a(), used);
                collect(b.b(), used);
            }
            case Expr.Select s -> {
                collect(s.condition(), used);
                collect(s.a(), used);
                collect(s.b(), used);
            }
            case Expr.Cast c -> collect(c.x(), used);
        }
    }

    /** {@return the shape of an expression's value by ONNX's broadcasting} */
    static List<Dim> shape(Expr e, List<Value> inputs) {
        List<Dim> shape = List.of();
        for (int i : inputs(List.of(e))) {
            shape = broadcast(shape, inputs.get(i).shape());
        }
        return shape;
    }

    private static List<Dim> broadcast(List<Dim> a, List<Dim> b) {
        List<Dim> longer = a.size() >= b.size() ? a : b;
        List<Dim> other = longer == a ? b : a;
        var out = new ArrayList<>(longer);
        int shift = longer.size() - other.size();
        for (int d = 0; d < other.size(); d++) {
            Dim x = other.get(d);
            if (!(x.isFixed() && x.size() == 1)) {
                out.set(d + shift, x);
            }
        }
        return out;
    }

    static void reduce(Lowering to, Step s) {
        int[] dims = dims(s, Reduce.class, Reduce::dims);
        ReduceOp op = s.same(Reduce.class, "the reduction", Reduce::op);
        Expr body = s.same(Reduce.class, "the kernel", r -> r.map().body());
        List<Number[]> scalars = s.primitives().stream().map(p -> ((Reduce) p).scalars()).toList();
        List<Expr> bodies = List.of(body);
        String x = new Expressions(to.graph, usedNames(to, s.inputs(), bodies), scalars).write(body);
        List<Dim> all = List.of();
        for (Value v : s.inputs()) {
            all = broadcast(all, v.shape());
        }
        x = to.graph.expand(x, shape(body, s.inputs()), all, nearAll(to, s.inputs(), bodies));
        to.set(s.out(0), fold(to.graph, op, x, body.type(), dims));
    }

    /** {@return dimensions that are the same in all traces} */
    static <P extends fathom.primitive.Primitive> int[] dims(
            Step s, Class<P> type, java.util.function.Function<P, int[]> of) {
        return s.same(type, "the dimensions", p -> java.util.Arrays.stream(of.apply(p)).boxed().toList()).stream()
                .mapToInt(Integer::intValue)
                .toArray();
    }

    /** {@return a reduction, with the dimensions kept} */
    static String fold(GraphWriter graph, ReduceOp op, String x, DType type, int... dims) {
        return switch (op) {
            case SUM -> graph.reduce("ReduceSum", x, dims);
            case PROD -> graph.reduce("ReduceProd", x, dims);
            case MAX -> graph.reduce("ReduceMax", x, dims);
            case MIN -> graph.reduce("ReduceMin", x, dims);
            case ANY ->
                    graph.cast(
                            graph.reduce("ReduceMax", graph.cast(x, type, DType.INT32), dims), DType.INT32, DType.BOOL);
            case ALL ->
                    graph.cast(
                            graph.reduce("ReduceMin", graph.cast(x, type, DType.INT32), dims), DType.INT32, DType.BOOL);
        };
    }
}
