package fathom.interop.onnx.operators;

import static fathom.interop.onnx.operators.HostMath.one;

import fathom.Tensor;
import fathom.interop.onnx.graph.Call;
import fathom.interop.onnx.graph.HostValue;
import fathom.interop.onnx.graph.Value;
import java.util.Arrays;
import java.util.Locale;

/** Slices and triangles: parts that shapes alone determine. */
final class Selection {
    private Selection() {}

    static void addTo(OperatorTable table) {
        table.add("Slice", Selection::slice).host(Selection::hostSlice).rearranges();
        table.add("Trilu", Selection::triangle);
        table.add("ReverseSequence", Selection::reversed);
    }

    /** The elements {@code start, start + step, ...} of a dimension; {@code count} of them. */
    private record Range(long start, long step, long count) {}

    /** {@return for each dimension the part that is selected} */
    private static Range[] ranges(Call c, long[] shape) {
        long[] starts = c.wholes("starts", 1);
        long[] ends = c.wholes("ends", 2);
        if (starts == null || ends == null || starts.length != ends.length) {
            throw c.refuse("it needs as many starts as ends");
        }
        long[] axes = c.wholes("axes", 3);
        long[] steps = c.has(4) ? c.wholes(4) : null;
        long[] all = Arrays.stream(Axes.all(starts.length)).asLongStream().toArray();
        int[] dims = Axes.checked(c, axes == null ? all : axes, shape.length);
        if (dims.length != starts.length || steps != null && steps.length != starts.length) {
            throw c.refuse("it needs as many axes and steps as starts");
        }
        var ranges = new Range[shape.length];
        for (int d = 0; d < ranges.length; d++) {
            ranges[d] = new Range(0, 1, shape[d]);
        }
        for (int i = 0; i < starts.length; i++) {
            ranges[dims[i]] = range(c, starts[i], ends[i], steps == null ? 1 : steps[i], shape[dims[i]]);
        }
        return ranges;
    }

    private static Range range(Call c, long start, long end, long step, long n) {
        if (step == 0) {
            throw c.refuse("a step is 0");
        }
        // a step of -1 may select down to the first element: the end is then in front of it
        long low = step > 0 ? 0 : -1;
        long high = step > 0 ? n : n - 1;
        long from = Math.clamp(start < 0 ? start + n : start, Math.max(low, 0), Math.max(high, 0));
        if (step < 0 && start < -n) {
            return new Range(0, 1, 0);
        }
        long to = Math.clamp(end < 0 ? Math.max(end, Long.MIN_VALUE + n) + n : end, low, Math.max(high, low));
        long count =
                step > 0
                        ? ceilDiv(to - from, step)
                        : ceilDiv(from - to, step == Long.MIN_VALUE ? Long.MAX_VALUE : -step);
        return new Range(from, step, n == 0 ? 0 : Math.max(0, count));
    }

    private static long ceilDiv(long a, long b) {
        return a <= 0 ? 0 : (a - 1) / b + 1;
    }

    private static Value[] slice(Call c) {
        Tensor x = c.tensor(0);
        Range[] ranges = ranges(c, x.shape().dims());
        for (int d = 0; d < ranges.length; d++) {
            Range r = ranges[d];
            if (r.count() == x.size(d) && r.step() == 1) {
                continue;
            }
            if (r.count() == 0) {
                x = x.narrow(d, 0, 0);
            } else if (r.step() > 0) {
                x = x.slice(d, r.start(), r.start() + (r.count() - 1) * r.step() + 1, r.step());
            } else {
                long last = r.start() + (r.count() - 1) * r.step();
                x = x.slice(d, last, r.start() + 1, -r.step()).flip(d);
            }
        }
        return Value.of(x);
    }

    private static Value[] hostSlice(Call c) {
        HostValue x = c.host(0);
        Range[] ranges = ranges(c, x.shape());
        long[] strides = HostMath.strides(x.shape());
        long[] shape = Arrays.stream(ranges).mapToLong(Range::count).toArray();
        return one(
                HostMath.pick(
                        x,
                        shape,
                        at -> {
                            long index = 0;
                            for (int d = 0; d < at.length; d++) {
                                index += (ranges[d].start() + at[d] * ranges[d].step()) * strides[d];
                            }
                            return (int) index;
                        }));
    }

    private static Value[] triangle(Call c) {
        long diagonal = c.has(1) ? c.whole(1) : 0;
        Tensor x = c.tensor(0);
        return Value.of(c.flag("upper", true) ? x.triu(diagonal) : x.tril(diagonal));
    }

    /** The first elements of each sequence reversed, as many as its length says. */
    private static Value[] reversed(Call c) {
        Tensor x = c.tensor(0);
        int batch = Axes.checked(c, c.number("batch_axis", 1), x.dim());
        int time = Axes.checked(c, c.number("time_axis", 0), x.dim());
        if (batch == time) {
            throw c.refuse("batch_axis and time_axis are both " + batch);
        }
        long steps = x.size(time);
        var view = new long[x.dim()];
        Arrays.fill(view, 1);
        view[batch] = x.size(batch);
        Tensor length = c.tensor(1).toLong();
        if (length.numel() != x.size(batch)) {
            throw c.refuse(
                    String.format(Locale.ROOT, "it has %d lengths for %d sequences", length.numel(), view[batch]));
        }
        Tensor lengths = length.reshape(view);
        view[batch] = 1;
        view[time] = steps;
        Tensor at = fathom.Tensors.arange(steps).reshape(view);
        Tensor from = fathom.Tensors.where(at.lt(lengths), lengths.sub(at).sub(1), at);
        return Value.of(x.gather(time, from.expand(x.shape().dims()).contiguous()));
    }
}
