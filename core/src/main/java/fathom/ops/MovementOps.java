package fathom.ops;

import fathom.Autograd;
import fathom.Shape;
import fathom.Tensor;
import fathom.composition.IndexTensors;
import fathom.composition.Repeats;
import fathom.dispatch.Dims;
import fathom.dispatch.Kernels;
import fathom.dispatch.TensorAccess;
import fathom.primitive.Broadcasting;
import fathom.primitive.Layouts;
import fathom.primitive.Ops;
import fathom.primitive.Pointwise;
import fathom.primitive.Roll;
import fathom.primitive.View;
import fathom.primitive.Views;
import fathom.primitive.indexing.Unbind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Shape operations. All except {@code clone}, {@code contiguous} and similar ones are views that share memory. */
public sealed interface MovementOps permits Tensor {
    private Tensor self() {
        return (Tensor) this;
    }

    private Tensor look(View view) {
        return Ops.applyAll(view, self())[0];
    }

    /**
     * Another shape over the same elements: a view where strides permit, else a copy.
     *
     * @param shape the shape; one size may be -1 and is inferred
     * @throws IllegalArgumentException if the number of elements differs
     */
    default Tensor reshape(long... shape) {
        long[] to = resolve("reshape", shape);
        Tensor x = self();
        if (Arrays.equals(to, Ops.shape(x))) {
            return look(new Views.Reshape(to, Ops.strides(x)));
        }
        long[] strides = Views.Reshape.strides(Ops.shape(x), Ops.strides(x), to);
        return strides != null
                ? look(new Views.Reshape(to, strides))
                : ((MovementOps) x.contiguous()).look(new Views.Reshape(to, Layouts.contiguous(to)));
    }

    /** As {@link #reshape(long...)}, with the shape of another tensor, say: {@code x.reshape(y.shape())}. */
    default Tensor reshape(Shape shape) {
        return reshape(shape.dims());
    }

    /** As {@link #view(long...)}, with the shape of another tensor, say. */
    default Tensor view(Shape shape) {
        return view(shape.dims());
    }

    /**
     * Another shape over the same memory.
     *
     * <p>Convolutions, poolings and what is computed from them element by element are channels-last in memory, which
     * their users need not know: where their strides do not permit the shape, the result is a copy, to which writing in
     * place is refused, as it would not reach this tensor.
     *
     * @throws IllegalArgumentException if the strides of another tensor do not permit it; {@link #reshape} then copies
     */
    default Tensor view(long... shape) {
        long[] to = resolve("view", shape);
        Tensor x = self();
        long[] strides = Views.Reshape.strides(Ops.shape(x), Ops.strides(x), to);
        if (strides == null && Layouts.isRowMajorButForOne(Ops.shape(x), Ops.strides(x))) {
            Tensor copy = x.contiguous();
            TensorAccess.storage(copy)
                    .refuseWrites(
                            "view: this tensor was channels-last in memory, so its view is a copy; write into the tensor itself, or into its contiguous()");
            return ((MovementOps) copy).look(new Views.Reshape(to, Layouts.contiguous(to)));
        }
        if (strides == null) {
            throw new IllegalArgumentException(
                    "view: a tensor of shape %s and strides %s cannot be viewed as %s without a copy; use reshape"
                            .formatted(x.shape(), Arrays.toString(Ops.strides(x)), Arrays.toString(to)));
        }
        return look(new Views.Reshape(to, strides));
    }

    /** {@return a view with the shape of another tensor} */
    default Tensor viewAs(Tensor other) {
        return view(Ops.shape(other));
    }

    private long[] resolve(String name, long[] shape) {
        long[] to = shape.clone();
        int open = -1;
        for (int d = 0; d < to.length; d++) {
            if (to[d] == -1 && open < 0) {
                open = d;
                to[d] = 1;
            } else if (to[d] < 0) {
                throw new IllegalArgumentException(
                        "%s: sizes must not be negative, and only one may be -1: %s"
                                .formatted(name, Arrays.toString(shape)));
            }
        }
        long n = self().numel();
        long known = Dims.product(to);
        if (open >= 0) {
            to[open] = -1;
        }
        if (open >= 0 && known > 0 && n % known == 0) {
            to[open] = n / known;
            known = n;
        }
        if (known != n || open >= 0 && to[open] < 0) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "%s: %d elements of shape %s do not fill shape %s",
                            name,
                            n,
                            self().shape(),
                            Arrays.toString(shape)));
        }
        return to;
    }

    /** {@return all dimensions flattened into one} */
    default Tensor flatten() {
        return reshape(-1);
    }

    /** {@return the dimensions from {@code start} on flattened into one} */
    default Tensor flatten(int start) {
        return flatten(start, -1);
    }

    /** {@return the dimensions {@code start} to {@code end}, inclusive, flattened into one} */
    default Tensor flatten(int start, int end) {
        Tensor x = self();
        int s = Dims.normalize("flatten", start, x.dim());
        int e = Dims.normalize("flatten", end, x.dim());
        if (x.dim() == 0) {
            return x.reshape(1);
        }
        if (s > e) {
            throw new IllegalArgumentException(String.format(Locale.ROOT, "flatten: start %d is after end %d", s, e));
        }
        long[] shape = Ops.shape(x);
        var to = new long[shape.length - (e - s)];
        System.arraycopy(shape, 0, to, 0, s);
        to[s] = 1;
        for (int d = s; d <= e; d++) {
            to[s] *= shape[d];
        }
        System.arraycopy(shape, e + 1, to, s + 1, shape.length - e - 1);
        return reshape(to);
    }

    /** {@return one dimension divided into several; one of the sizes may be -1} */
    default Tensor unflatten(int dim, long... sizes) {
        Tensor x = self();
        int d = Dims.normalize("unflatten", dim, x.dim());
        if (x.dim() == 0) {
            throw new IllegalArgumentException("unflatten: a scalar has no dimension to divide");
        }
        long known = 1;
        long[] to = new long[x.dim() - 1 + sizes.length];
        System.arraycopy(Ops.shape(x), 0, to, 0, d);
        System.arraycopy(Ops.shape(x), d + 1, to, d + sizes.length, x.dim() - d - 1);
        int open = -1;
        for (int i = 0; i < sizes.length; i++) {
            to[d + i] = sizes[i];
            if (sizes[i] == -1) {
                open = d + i;
            } else {
                known *= sizes[i];
            }
        }
        if (open >= 0 && known > 0) {
            to[open] = x.size(d) / known;
            known *= to[open];
        }
        if (known != x.size(d)) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "unflatten: dimension %d of %s does not divide into %s",
                            d,
                            x.shape(),
                            Arrays.toString(sizes)));
        }
        return reshape(to);
    }

    /** {@return a view without the dimensions of size 1} */
    default Tensor squeeze() {
        return keepingDims(d -> Ops.shape(self())[d] != 1);
    }

    /** {@return a view without dimension {@code dim} if its size is 1} */
    default Tensor squeeze(int dim) {
        Tensor x = self();
        int d = Dims.normalize("squeeze", dim, x.dim());
        if (x.dim() == 0 || Ops.shape(x)[d] != 1) {
            return look(new Views.Reshape(Ops.shape(x), Ops.strides(x)));
        }
        return keepingDims(i -> i != d);
    }

    private Tensor keepingDims(java.util.function.IntPredicate keep) {
        Tensor x = self();
        int n = 0;
        var shape = new long[x.dim()];
        var strides = new long[x.dim()];
        for (int d = 0; d < x.dim(); d++) {
            if (keep.test(d)) {
                shape[n] = Ops.shape(x)[d];
                strides[n++] = Ops.strides(x)[d];
            }
        }
        return look(new Views.Reshape(Arrays.copyOf(shape, n), Arrays.copyOf(strides, n)));
    }

    /** {@return a view with a dimension of size 1 inserted at {@code dim}} */
    default Tensor unsqueeze(int dim) {
        Tensor x = self();
        int d = Dims.normalize("unsqueeze", dim, x.dim() + 1);
        var shape = new long[x.dim() + 1];
        var strides = new long[x.dim() + 1];
        for (int i = 0; i <= x.dim(); i++) {
            shape[i] = i == d ? 1 : Ops.shape(x)[i < d ? i : i - 1];
            strides[i] = i == d ? 1 : Ops.strides(x)[i < d ? i : i - 1];
        }
        strides[d] = d < x.dim() ? Ops.shape(x)[d] * Ops.strides(x)[d] : 1;
        return look(new Views.Reshape(shape, strides));
    }

    /** {@return a view with two dimensions exchanged} */
    default Tensor transpose(int dim0, int dim1) {
        Tensor x = self();
        int a = Dims.normalize("transpose", dim0, x.dim());
        int b = Dims.normalize("transpose", dim1, x.dim());
        int[] order = new int[x.dim()];
        Arrays.setAll(order, d -> d == a ? b : d == b ? a : d);
        return look(new Views.Permute(order));
    }

    /** {@return the transposed matrix; with fewer dimensions, this} */
    default Tensor t() {
        if (self().dim() > 2) {
            throw new IllegalArgumentException(
                    "t: expected at most 2 dimensions, not %s; use transpose".formatted(self().shape()));
        }
        return self().dim() < 2 ? self() : transpose(0, 1);
    }

    /** {@return a view with permuted dimensions: dimension i of the result is dimension {@code order[i]} of this} */
    default Tensor permute(int... order) {
        int rank = self().dim();
        var normal = new int[order.length];
        for (int i = 0; i < order.length; i++) {
            normal[i] = Dims.normalize("permute", order[i], rank);
        }
        int[] sorted = normal.clone();
        Arrays.sort(sorted);
        for (int i = 0; i < sorted.length || i < rank; i++) {
            if (sorted.length != rank || sorted[i] != i) {
                throw new IllegalArgumentException(
                        String.format(
                                Locale.ROOT,
                                "permute: %s is not a permutation of the %d dimensions of %s",
                                Arrays.toString(order),
                                rank,
                                self().shape()));
            }
        }
        return look(new Views.Permute(normal));
    }

    /** {@return a view with one dimension moved to another position} */
    default Tensor movedim(int from, int to) {
        return movedim(new int[] {from}, new int[] {to});
    }

    /** {@return a view with dimensions moved to other positions, the others keeping their order} */
    default Tensor movedim(int[] from, int[] to) {
        int rank = self().dim();
        var order = new int[rank];
        Arrays.fill(order, -1);
        var moved = new boolean[rank];
        for (int i = 0; i < from.length && from.length == to.length; i++) {
            int f = Dims.normalize("movedim", from[i], rank);
            int t = Dims.normalize("movedim", to[i], rank);
            if (rank > 0 && !moved[f] && order[t] < 0) {
                moved[f] = true;
                order[t] = f;
            }
        }
        if (rank > 0 && (from.length != to.length || Arrays.stream(order).filter(d -> d >= 0).count() != from.length)) {
            throw new IllegalArgumentException(
                    "movedim: expected one distinct position per dimension, not %s to %s"
                            .formatted(Arrays.toString(from), Arrays.toString(to)));
        }
        int next = 0;
        for (int d = 0; d < rank; d++) {
            if (!moved[d]) {
                while (order[next] >= 0) {
                    next++;
                }
                order[next] = d;
            }
        }
        return permute(order);
    }

    /**
     * A view with dimensions of size 1 expanded.
     *
     * @param shape the shape; -1 keeps a size; additional dimensions are added in front
     */
    default Tensor expand(long... shape) {
        Tensor x = self();
        long[] to = shape.clone();
        int shift = to.length - x.dim();
        for (int d = 0; d < to.length; d++) {
            if (to[d] == -1 && d >= shift) {
                to[d] = Ops.shape(x)[d - shift];
            }
        }
        boolean fits = shift >= 0;
        for (int d = 0; fits && d < to.length; d++) {
            long from = d < shift ? 1 : Ops.shape(x)[d - shift];
            fits = to[d] >= 0 && (from == to[d] || from == 1);
        }
        if (!fits) {
            throw new IllegalArgumentException(
                    "expand: %s does not expand to %s".formatted(x.shape(), Arrays.toString(shape)));
        }
        Dims.elements("expand", to);
        return look(new Views.Expand(to));
    }

    /** As {@link #expand(long...)}, with the shape of another tensor, say. */
    default Tensor expand(Shape shape) {
        return expand(shape.dims());
    }

    /** {@return this expanded to a shape} */
    default Tensor broadcastTo(Shape shape) {
        return expand(shape.dims());
    }

    /** {@return this expanded to the shape of another tensor} */
    default Tensor expandAs(Tensor other) {
        return expand(Ops.shape(other));
    }

    /** {@return this expanded to a shape} */
    default Tensor broadcastTo(long... shape) {
        return expand(shape);
    }

    /** {@return {@code length} indices of a dimension, from {@code start} on} */
    default Tensor narrow(int dim, long start, long length) {
        Tensor x = self();
        int d = Dims.normalize("narrow", dim, x.dim());
        long n = x.size(d);
        long s = start < 0 ? start + n : start;
        if (s < 0 || length < 0 || length > n - s) {
            throw new IndexOutOfBoundsException(
                    String.format(
                            Locale.ROOT,
                            "narrow: %d indices from %d on exceed dimension %d of %s",
                            length,
                            start,
                            d,
                            x.shape()));
        }
        return look(new Views.Slice(d, s, 1, length));
    }

    /**
     * Every {@code step}-th index of a dimension from {@code start} (inclusive) to {@code end} (exclusive); bounds are
     * clipped, negative ones count from the end, as in Python.
     *
     * @throws IllegalArgumentException unless {@code step} is positive
     */
    default Tensor slice(int dim, long start, long end, long step) {
        Tensor x = self();
        int d = Dims.normalize("slice", dim, x.dim());
        if (step < 1) {
            throw new IllegalArgumentException(
                    "slice: the step must be positive, not " + step + "; use flip to reverse");
        }
        long n = x.size(d);
        long s = Math.clamp(start < 0 ? start + n : start, 0, n);
        long e = Math.clamp(end < 0 ? end + n : end, s, n);
        long apart =
                Math.min(
                        step,
                        Math.max(1, n)); // longer steps select the same elements, and strides stay within the storage
        return look(new Views.Slice(d, s, apart, s == e ? 0 : (e - s - 1) / apart + 1));
    }

    /** {@return one index of a dimension, which is removed} */
    default Tensor select(int dim, long index) {
        Tensor x = self();
        if (x.dim() == 0) {
            throw new IndexOutOfBoundsException("select: a scalar has no dimensions to select from");
        }
        int d = Dims.normalize("select", dim, x.dim());
        long n = x.size(d);
        if (index < -n || index >= n) {
            throw new IndexOutOfBoundsException(
                    String.format(
                            Locale.ROOT,
                            "select: index %d is out of range for dimension %d of %s",
                            index,
                            d,
                            x.shape()));
        }
        return look(new Views.Select(d, index < 0 ? index + n : index));
    }

    /** {@return pieces of {@code size} indices of the first dimension, the last one possibly smaller} */
    default List<Tensor> split(long size) {
        return split(size, 0);
    }

    /** {@return pieces of {@code size} indices along a dimension, the last one possibly smaller} */
    default List<Tensor> split(long size, int dim) {
        long n = self().size(dim);
        if (size < 1 && n > 0) {
            throw new IllegalArgumentException("split: pieces must have at least one index, not " + size);
        }
        var pieces = new ArrayList<Tensor>();
        for (long s = 0; s < n || pieces.isEmpty(); s += size) {
            pieces.add(narrow(dim, s, Math.min(size, n - s)));
        }
        return pieces;
    }

    /** {@return pieces of the given sizes along a dimension, which they must fill} */
    default List<Tensor> split(long[] sizes, int dim) {
        if (Arrays.stream(sizes).sum() != self().size(dim)) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "split: sizes %s do not fill dimension %d of %s",
                            Arrays.toString(sizes),
                            dim,
                            self().shape()));
        }
        var pieces = new ArrayList<Tensor>();
        long start = 0;
        for (long size : sizes) {
            pieces.add(narrow(dim, start, size));
            start += size;
        }
        return pieces;
    }

    /** {@return at most {@code chunks} equal pieces of the first dimension, the last one possibly smaller} */
    default List<Tensor> chunk(int chunks) {
        return chunk(chunks, 0);
    }

    /**
     * {@return at most {@code chunks} equal pieces along a dimension, the last one possibly smaller; for an empty
     * dimension exactly {@code chunks} empty ones}
     */
    default List<Tensor> chunk(int chunks, int dim) {
        if (chunks < 1) {
            throw new IllegalArgumentException("chunk: expected at least one piece, not " + chunks);
        }
        long n = self().size(dim);
        return n == 0 ? split(new long[chunks], dim) : split(Math.max(1, (n + chunks - 1) / chunks), dim);
    }

    /** {@return the slices of the first dimension} */
    default List<Tensor> unbind() {
        return unbind(0);
    }

    /** {@return the slices along a dimension} */
    default List<Tensor> unbind(int dim) {
        if (self().requiresGrad() && Autograd.isGradEnabled() && self().size(dim) > 1) {
            return List.of(Ops.applyAll(new Unbind(Dims.normalize("unbind", dim, self().dim())), self()));
        }
        var slices = new ArrayList<Tensor>();
        for (long i = 0; i < self().size(dim); i++) {
            slices.add(select(dim, i));
        }
        return slices;
    }

    /** {@return the main diagonal of a matrix} */
    default Tensor diagonal() {
        return diagonal(0, 0, 1);
    }

    /**
     * {@return the diagonals of two dimensions, as the last dimension; {@code offset} above or (negative) below the
     * main one}
     */
    default Tensor diagonal(long offset, int dim1, int dim2) {
        int rank = self().dim();
        int a = Dims.normalize("diagonal", dim1, rank);
        int b = Dims.normalize("diagonal", dim2, rank);
        if (rank < 2 || a == b) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "diagonal: expected two different dimensions of %s, not %d and %d",
                            self().shape(),
                            dim1,
                            dim2));
        }
        return look(new Views.Diagonal(offset, a, b));
    }

    /**
     * {@return sliding windows of {@code size} elements, {@code step} apart, along a dimension, as a new last
     * dimension; for a scalar its only window}
     */
    default Tensor unfold(int dim, long size, long step) {
        Tensor x = IndexTensors.atLeastOneDim(self());
        int d = Dims.normalize("unfold", dim, x.dim());
        if (size < 0 || step < 1 || size > x.size(d)) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "unfold: windows of %d, %d apart, do not fit dimension %d of %s",
                            size,
                            step,
                            dim,
                            self().shape()));
        }
        if (self().dim() == 0) {
            return x.narrow(0, 0, size);
        }
        long apart = Math.min(step, Math.max(1, x.size(d))); // as in slice
        long[] windows = Arrays.copyOf(Ops.shape(x), x.dim() + 1);
        windows[d] = (x.size(d) - size) / apart + 1;
        windows[x.dim()] = size;
        Dims.elements("unfold", windows);
        return look(new Views.Unfold(d, size, apart));
    }

    /**
     * An arbitrary geometry over this tensor's storage.
     *
     * @throws IllegalArgumentException if it reaches outside of the storage
     */
    default Tensor asStrided(long[] shape, long[] strides, long offset) {
        Tensor x = self();
        long elements = TensorAccess.storage(x).bytes() / x.dtype().size();
        if (shape.length != strides.length
                || Dims.elements("asStrided", shape) != 0 && !isWithin(elements, shape, strides, offset)) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "asStrided: shape %s with strides %s from %d on reaches outside of %d elements",
                            Arrays.toString(shape),
                            Arrays.toString(strides),
                            offset,
                            elements));
        }
        var geometry = new View.Geometry(shape.clone(), strides.clone(), offset);
        return look(new Views.AsStrided(geometry, TensorAccess.geometry(x)));
    }

    private static boolean isWithin(long elements, long[] shape, long[] strides, long offset) {
        try {
            var span = Dims.span(shape, strides, offset);
            return span.first() >= 0 && span.last() < elements;
        } catch (ArithmeticException e) {
            return false;
        }
    }

    /** {@return this if its elements are in row-major order without gaps, else a copy that is} */
    default Tensor contiguous() {
        Tensor x = self();
        return x.isContiguous()
                ? x
                : Ops.applyAll(new Pointwise(Kernels.cast(x.dtype(), x.dtype()), new Number[0], true), x)[0];
    }

    /** {@return a copy with the order of indices reversed along these dimensions; without any, just a copy} */
    default Tensor flip(int... dims) {
        Tensor x = self();
        Tensor flipped = x;
        for (int d : dims.length == 0 ? dims : Dims.normalize("flip", dims, x.dim())) {
            if (x.size(d) > 1) {
                flipped = ((MovementOps) flipped).look(new Views.Slice(d, x.size(d) - 1, -1, x.size(d)));
            }
        }
        return ((MovementOps) flipped).copy();
    }

    private Tensor copy() {
        Tensor x = self();
        return Ops.applyAll(new Pointwise(Kernels.cast(x.dtype(), x.dtype()), new Number[0], true), x)[0];
    }

    /** {@return the elements in row-major order rotated by {@code shift}} */
    default Tensor roll(long shift) {
        Tensor x = self();
        return x.numel() == 0 ? x.clone() : x.flatten().roll(shift, 0).reshape(Ops.shape(x));
    }

    /** {@return a copy rotated by {@code shift} along a dimension} */
    default Tensor roll(long shift, int dim) {
        return roll(new long[] {shift}, new int[] {dim});
    }

    /** {@return a copy rotated along several dimensions; shifts along the same one add up} */
    default Tensor roll(long[] shifts, int[] dims) {
        if (shifts.length != dims.length) {
            throw new IllegalArgumentException(
                    "roll: expected one shift per dimension, not %s and %s"
                            .formatted(Arrays.toString(shifts), Arrays.toString(dims)));
        }
        Tensor x = self();
        var sums = new Long[x.dim()];
        Arrays.fill(sums, 0L);
        for (int i = 0; i < dims.length; i++) {
            int d = Dims.normalize("roll", dims[i], x.dim());
            long n = x.size(d);
            sums[d] = n == 0 ? 0 : (sums[d] + Math.floorMod(shifts[i], n)) % n;
        }
        return x.numel() == 0 ? x.clone() : Ops.apply(new Roll(List.of(sums)), x);
    }

    /** {@return this repeated {@code times[i]} times along dimension i, with new dimensions in front} */
    default Tensor repeat(long... times) {
        Tensor x = self();
        if (times.length < x.dim()) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "repeat: %s has %d dimensions, but times are given for %d only",
                            x.shape(),
                            x.dim(),
                            times.length));
        }
        int rank = times.length;
        int shift = rank - x.dim();
        var once = new long[2 * rank];
        var full = new long[2 * rank];
        var out = new long[rank];
        for (int d = 0; d < rank; d++) {
            long n = d < shift ? 1 : Ops.shape(x)[d - shift];
            once[2 * d] = 1;
            once[2 * d + 1] = n;
            full[2 * d] = times[d];
            full[2 * d + 1] = n;
            out[d] = n * times[d];
        }
        return ((MovementOps) x.reshape(once).expand(full)).copy().reshape(out);
    }

    /** {@return this repeated as by {@link #repeat}, with missing leading times taken as 1} */
    default Tensor tile(long... times) {
        int rank = Math.max(times.length, self().dim());
        var full = new long[rank];
        Arrays.fill(full, 1);
        System.arraycopy(times, 0, full, rank - times.length, times.length);
        return repeat(full);
    }

    /** {@return each element, in row-major order, repeated {@code times} times} */
    default Tensor repeatInterleave(long times) {
        return self().flatten().repeatInterleave(times, 0);
    }

    /** {@return each index of a dimension repeated {@code times} times} */
    default Tensor repeatInterleave(long times, int dim) {
        int d = Dims.normalize("repeatInterleave", dim, self().dim());
        if (times < 0) {
            throw new IllegalArgumentException("repeatInterleave: repeats must not be negative, but are " + times);
        }
        Tensor x = self().unsqueeze(d + 1);
        long[] full = x.shape().dims();
        full[d + 1] = times;
        return ((MovementOps) x.expand(full)).copy().flatten(d, d + 1);
    }

    /** {@return each element, in row-major order, repeated as often as its number in {@code repeats}} */
    default Tensor repeatInterleave(Tensor repeats) {
        return self().flatten().repeatInterleave(repeats, 0);
    }

    /**
     * Each index of a dimension repeated as often as its number. Their sum is read from memory, which ends the capture
     * of a step; {@link #repeatInterleave(Tensor, int, long)} reads nothing.
     *
     * @param repeats of an integer type, not negative: {@code [size of the dimension]}, or {@code [1]} or {@code []}
     *     for all indices
     * @throws IllegalArgumentException if repeats have another shape or type, or one is negative
     */
    default Tensor repeatInterleave(Tensor repeats, int dim) {
        return Repeats.interleave(self(), repeats, dim, -1);
    }

    /**
     * As {@link #repeatInterleave(Tensor, int)}, with the size of the result.
     *
     * @param outputSize the sum of the repeats
     * @throws IllegalArgumentException if it is not the sum
     */
    default Tensor repeatInterleave(Tensor repeats, int dim, long outputSize) {
        if (outputSize < 0) {
            throw new IllegalArgumentException("repeatInterleave: outputSize must not be negative: " + outputSize);
        }
        return Repeats.interleave(self(), repeats, dim, outputSize);
    }

    /** {@return both, expanded to their common shape} */
    default Tensor[] broadcastWith(Tensor other) {
        long[] shape = Broadcasting.pair("broadcast", Ops.shape(self()), Ops.shape(other));
        return new Tensor[] {expand(shape), other.expand(shape)};
    }
}
