package fathom.interop.onnx.operators;

import fathom.DType;
import fathom.KeepDim;
import fathom.Tensor;
import fathom.ValuesAndIndices;
import fathom.interop.onnx.graph.Call;
import fathom.interop.onnx.graph.HostValue;
import fathom.interop.onnx.graph.Operator.Body;
import fathom.interop.onnx.graph.Value;
import java.util.function.DoubleBinaryOperator;
import java.util.function.LongBinaryOperator;

/** Reductions, running sums and the places of extremes. */
final class Reductions {
    private Reductions() {}

    /** Reduces dimensions. */
    @FunctionalInterface
    private interface Reduction {
        Tensor of(Tensor x, int[] dims, KeepDim keep);
    }

    static void addTo(OperatorTable table) {
        reduction(table, "ReduceSum", (x, d, k) -> x.sum(d, k).to(x.dtype()), Double::sum, Long::sum);
        table.add("ReduceMean", reduction((x, d, k) -> x.mean(d, k)));
        reduction(table, "ReduceMax", (x, d, k) -> x.amax(d, k), Math::max, Math::max);
        reduction(table, "ReduceMin", (x, d, k) -> x.amin(d, k), Math::min, Math::min);
        reduction(table, "ReduceProd", (x, d, k) -> x.prod(d, k).to(x.dtype()), (a, b) -> a * b, (a, b) -> a * b);
        table.add("ReduceL1", reduction((x, d, k) -> x.abs().sum(d, k).to(x.dtype())));
        table.add("ReduceL2", reduction((x, d, k) -> x.square().sum(d, k).sqrt()));
        table.add("ReduceSumSquare", reduction((x, d, k) -> x.square().sum(d, k).to(x.dtype())));
        table.add("ReduceLogSum", reduction((x, d, k) -> x.sum(d, k).log()));
        table.add("ReduceLogSumExp", reduction((x, d, k) -> x.logsumexp(d, k)));
        table.add("ArgMax", c -> extreme(c, true));
        table.add("ArgMin", c -> extreme(c, false));
        table.add("CumSum", Reductions::runningSum);
        table.add("TopK", Reductions::topK);
    }

    private static void reduction(
            OperatorTable table, String name, Reduction f, DoubleBinaryOperator reals, LongBinaryOperator wholes) {
        Body onTensors = reduction(f);
        table.add(name, onTensors).host(host(onTensors, reals, wholes));
    }

    /** Axes are an attribute in early versions and an input in later ones; none are all, or none on request. */
    private static Body reduction(Reduction f) {
        return c -> {
            Tensor x = c.tensor(0);
            long[] axes = c.wholes("axes", 1);
            if ((axes == null || axes.length == 0) && c.flag("noop_with_empty_axes", false)) {
                return Value.of(x);
            }
            int[] dims = axes == null || axes.length == 0 ? Axes.all(x.dim()) : Axes.checked(c, axes, x.dim());
            return Value.of(
                    x.dim() == 0 ? f.of(x.reshape(1), new int[] {0}, KeepDim.DROP_DIM) : f.of(x, dims, keep(c)));
        };
    }

    private static KeepDim keep(Call c) {
        return c.flag("keepdims", true) ? KeepDim.KEEP_DIM : KeepDim.DROP_DIM;
    }

    /** Numbers in Java are reduced there if they have one dimension. */
    private static Body host(Body otherwise, DoubleBinaryOperator reals, LongBinaryOperator wholes) {
        return c -> {
            HostValue x = c.host(0);
            long[] axes = c.wholes("axes", 1);
            if (x.rank() != 1 || x.size() == 0 || axes != null && axes.length == 0) {
                return otherwise.run(c);
            }
            double real = x.real(0);
            long whole = x.whole(0);
            for (int i = 1; i < x.size(); i++) {
                real = reals.applyAsDouble(real, x.real(i));
                whole = wholes.applyAsLong(whole, x.whole(i));
            }
            double r = real;
            long w = whole;
            long[] shape = c.flag("keepdims", true) ? new long[] {1} : new long[0];
            return HostMath.one(HostValue.computed(x.dtype(), shape, _ -> r, _ -> w));
        };
    }

    private static Value[] extreme(Call c, boolean greatest) {
        Tensor x = c.tensor(0);
        int axis = Axes.checked(c, c.number("axis", 0), x.dim());
        if (!c.flag("select_last_index", false)) {
            return Value.of(greatest ? x.argmax(axis, keep(c)) : x.argmin(axis, keep(c)));
        }
        Tensor y = x.flip(axis);
        Tensor last = greatest ? y.argmax(axis, keep(c)) : y.argmin(axis, keep(c));
        return Value.of(last.rsub(x.size(axis) - 1));
    }

    private static Value[] runningSum(Call c) {
        Tensor x = c.tensor(0);
        int axis = Axes.checked(c, c.whole(1), x.dim());
        boolean reverse = c.flag("reverse", false);
        Tensor y = reverse ? x.flip(axis) : x;
        Tensor sums = y.cumsum(axis).to(x.dtype());
        if (c.flag("exclusive", false)) {
            sums = sums.sub(y);
        }
        return Value.of(reverse ? sums.flip(axis) : sums);
    }

    private static Value[] topK(Call c) {
        Tensor x = c.tensor(0);
        long k = c.has(1) ? c.whole(1) : c.whole("k", 0);
        int axis = Axes.checked(c, c.number("axis", -1), x.dim());
        ValuesAndIndices top = x.topk(k, axis, c.flag("largest", true));
        return Value.of(top.values(), top.indices().to(DType.INT64));
    }
}
