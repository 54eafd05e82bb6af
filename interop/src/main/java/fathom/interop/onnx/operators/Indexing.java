package fathom.interop.onnx.operators;

import static fathom.interop.onnx.operators.HostMath.one;

import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.interop.onnx.graph.Call;
import fathom.interop.onnx.graph.HostValue;
import fathom.interop.onnx.graph.Value;
import java.util.Arrays;

/** Reading and writing elements by indices, which may be negative to count from the end. */
final class Indexing {
    private Indexing() {}

    static void addTo(OperatorTable table) {
        table.add("Gather", Indexing::gather).host(Indexing::hostGather).weights(0).rearranges();
        table.add("GatherElements", Indexing::gatherElements);
        table.add("GatherND", Indexing::gatherPoints);
        table.add("ScatterElements", Indexing::scatterElements);
        table.add("Scatter", Indexing::scatterElements);
        table.add("ScatterND", Indexing::scatterPoints);
        table.add("NonZero", c -> Value.of(c.tensor(0).nonzero().t().contiguous()));
        table.add("Compress", Indexing::compress);
        table.add("OneHot", Indexing::oneHot);
    }

    /** {@return int64 indices from 0 on} */
    private static Tensor wrapped(Tensor index, long n) {
        Tensor i = index.toLong();
        return Tensors.where(i.lt(0), i.add(n), i);
    }

    private static Value[] gather(Call c) {
        Tensor x = c.tensor(0);
        int axis = Axes.checked(c, c.number("axis", 0), x.dim());
        long n = x.size(axis);
        if (c.value(1) instanceof HostValue h && h.size() == 1) {
            long i = h.whole(0) < 0 ? h.whole(0) + n : h.whole(0);
            if (i < 0 || i >= n) {
                throw c.refuse("there is no element %s among %s".formatted(h.whole(0), n));
            }
            Tensor picked = x.narrow(axis, i, 1);
            return Value.of(h.rank() == 1 ? picked : picked.reshape(gathered(x, axis, h.shape())));
        }
        Tensor index = wrapped(c.tensor(1), n);
        if (axis == 0 && x.dim() == 2 && x.dtype().isFloating()) {
            return Value.of(Tensors.embedding(index, x));
        }
        return Value.of(x.indexSelect(axis, index.flatten()).reshape(gathered(x, axis, index.shape().dims())));
    }

    /** {@return the shape with a dimension replaced by those of the indices} */
    private static long[] gathered(Tensor x, int axis, long[] index) {
        return replaced(x.shape().dims(), axis, index);
    }

    private static long[] replaced(long[] shape, int axis, long[] by) {
        var all = new long[shape.length - 1 + by.length];
        System.arraycopy(shape, 0, all, 0, axis);
        System.arraycopy(by, 0, all, axis, by.length);
        System.arraycopy(shape, axis + 1, all, axis + by.length, shape.length - axis - 1);
        return all;
    }

    private static Value[] hostGather(Call c) {
        HostValue x = c.host(0);
        HostValue index = c.host(1);
        int axis = Axes.checked(c, c.number("axis", 0), x.rank());
        long[] from = x.shape();
        long[] shape = replaced(from, axis, index.shape());
        if (!Movement.isSmall(shape)) {
            return gather(c);
        }
        long[] strides = HostMath.strides(from);
        long[] inner = HostMath.strides(index.shape());
        int rank = index.rank();
        for (int i = 0; i < index.size(); i++) {
            if (index.whole(i) < -from[axis] || index.whole(i) >= from[axis]) {
                throw c.refuse("there is no element %s among %s".formatted(index.whole(i), from[axis]));
            }
        }
        return one(
                HostMath.pick(
                        x,
                        shape,
                        at -> {
                            long position = 0;
                            for (int d = 0; d < axis; d++) {
                                position += at[d] * strides[d];
                            }
                            int which = 0;
                            for (int d = 0; d < rank; d++) {
                                which += (int) (at[axis + d] * inner[d]);
                            }
                            long i = index.whole(which);
                            position += (i < 0 ? i + from[axis] : i) * strides[axis];
                            for (int d = axis + 1; d < from.length; d++) {
                                position += at[d - 1 + rank] * strides[d];
                            }
                            return (int) position;
                        }));
    }

    private static Value[] gatherElements(Call c) {
        Tensor x = c.tensor(0);
        int axis = Axes.checked(c, c.number("axis", 0), x.dim());
        return Value.of(x.gather(axis, wrapped(c.tensor(1), x.size(axis))));
    }

    /** {@return for each row of indices into the dimensions from {@code batch} on, its position among these} */
    private static Tensor positions(Tensor index, long[] shape, int batch) {
        int depth = (int) index.size(-1);
        Tensor position = null;
        for (int k = 0; k < depth; k++) {
            long n = shape[batch + k];
            Tensor i = wrapped(index.select(-1, k), n);
            position = position == null ? i : position.mul(n).add(i);
        }
        return position == null
                ? Tensors.zeros(DType.INT64, Arrays.copyOf(index.shape().dims(), index.dim() - 1))
                : position;
    }

    private static void checkDepth(Call c, Tensor x, Tensor index, int batch) {
        if (index.dim() < 1 || batch < 0 || index.dim() <= batch || index.size(-1) > x.dim() - batch) {
            throw c.refuse("the last dimension of its indices does not index the input");
        }
    }

    private static Value[] gatherPoints(Call c) {
        Tensor x = c.tensor(0);
        Tensor index = c.tensor(1);
        int batch = c.number("batch_dims", 0);
        checkDepth(c, x, index, batch);
        long[] shape = x.shape().dims();
        int depth = (int) index.size(-1);
        long outer = product(shape, 0, batch);
        long points = product(shape, batch, batch + depth);
        Tensor at = positions(index, shape, batch);
        long[] rows = at.shape().dims();
        if (batch > 0) {
            Tensor begin = Tensors.arange(outer).mul(points).reshape(-1, 1);
            at = at.reshape(outer, -1).add(begin);
        }
        long[] inner = Arrays.copyOfRange(shape, batch + depth, shape.length);
        Tensor flat = x.reshape(concat(new long[] {outer * points}, inner));
        return Value.of(flat.indexSelect(0, at.flatten()).reshape(concat(rows, inner)));
    }

    private static long product(long[] shape, int from, int to) {
        long n = 1;
        for (int d = from; d < to; d++) {
            n *= shape[d];
        }
        return n;
    }

    private static long[] concat(long[] a, long[] b) {
        long[] all = Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, all, a.length, b.length);
        return all;
    }

    /** {@return the name of PyTorch's reduction; empty for none} */
    private static String reduction(Call c) {
        String name = c.text("reduction", "none");
        return switch (name) {
            case "none" -> "";
            case "add" -> "sum";
            case "mul" -> "prod";
            case "max" -> "amax";
            case "min" -> "amin";
            default -> throw c.refuse("its attribute reduction is " + name);
        };
    }

    private static Value[] scatterElements(Call c) {
        Tensor x = c.tensor(0);
        int axis = Axes.checked(c, c.number("axis", 0), x.dim());
        Tensor index = wrapped(c.tensor(1), x.size(axis));
        String reduction = reduction(c);
        return Value.of(
                reduction.isEmpty()
                        ? x.scatter(axis, index, c.tensor(2))
                        : x.scatterReduce(axis, index, c.tensor(2), reduction));
    }

    private static Value[] scatterPoints(Call c) {
        Tensor x = c.tensor(0);
        Tensor index = c.tensor(1);
        checkDepth(c, x, index, 0);
        long[] shape = x.shape().dims();
        int depth = (int) index.size(-1);
        long[] inner = Arrays.copyOfRange(shape, depth, shape.length);
        Tensor flat = x.reshape(concat(new long[] {product(shape, 0, depth)}, inner));
        Tensor at = positions(index, shape, 0).flatten();
        Tensor updates = c.tensor(2).reshape(concat(new long[] {at.numel()}, inner));
        String reduction = reduction(c);
        Tensor y =
                switch (reduction) {
                    case "" -> flat.indexCopy(0, at, updates);
                    case "sum" -> flat.indexAdd(0, at, updates);
                    default -> flat.indexReduce(0, at, updates, reduction);
                };
        return Value.of(y.reshape(shape));
    }

    /** The elements or slices where a condition holds, which may be shorter than the dimension. */
    private static Value[] compress(Call c) {
        Tensor x = c.hasAttribute("axis") ? c.tensor(0) : c.tensor(0).flatten();
        int axis = Axes.checked(c, c.number("axis", 0), x.dim());
        return Value.of(x.indexSelect(axis, c.tensor(1).nonzero().flatten()));
    }

    private static Value[] oneHot(Call c) {
        Tensor index = c.tensor(0);
        long depth = c.whole(1);
        Tensor values = c.tensor(2);
        int axis = Axes.checked(c, c.number("axis", -1), index.dim() + 1);
        var view = new long[index.dim() + 1];
        Arrays.fill(view, 1);
        view[axis] = depth;
        Tensor hot = wrapped(index, depth).unsqueeze(axis).eq(Tensors.arange(depth).reshape(view));
        return Value.of(Tensors.where(hot, values.select(0, 1), values.select(0, 0)));
    }
}
