package fathom.composition;

import fathom.DType;
import fathom.Index;
import fathom.Shape;
import fathom.Tensor;
import fathom.Tensors;
import fathom.dispatch.TensorAccess;
import fathom.primitive.Broadcasting;
import fathom.primitive.Ops;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.DoubleConsumer;
import org.jspecify.annotations.Nullable;

/**
 * An index applied to a tensor: the basic view given by numbers, ranges and new axes, and the tensors that index
 * dimensions of that view (advanced indexing).
 */
public final class Indexing {
    private final Tensor view;

    /** Per dimension of the view, the int64 tensor that indexes it, all broadcast to one shape; null for none. */
    private final @Nullable Tensor[] picks;

    private Indexing(Tensor view, @Nullable Tensor[] picks) {
        this.view = view;
        this.picks = picks;
    }

    /**
     * {@return the elements selected by indices}
     *
     * @param operation the user's operation, for messages
     */
    public static Indexing of(String operation, Tensor x, Index... indices) {
        int told = 0;
        int ellipses = 0;
        for (Index i : indices) {
            switch (i) {
                case Index.At a -> told++;
                case Index.Range r -> told++;
                case Index.Ellipsis e -> ellipses++;
                case Index.NewAxis n -> {}
                case Tensor t -> told += isMask(t) ? t.dim() : 1;
            }
        }
        if (told > x.dim() || ellipses > 1) {
            throw new IndexOutOfBoundsException(
                    ellipses > 1
                            ? operation + ": at most one ellipsis is allowed"
                            : String.format(
                                    Locale.ROOT,
                                    "%s: %d indices for a tensor of %d dimensions, %s",
                                    operation,
                                    told,
                                    x.dim(),
                                    x.shape()));
        }
        Tensor v = x;
        var picks = new ArrayList<@Nullable Tensor>();
        for (Index i : indices) {
            int d = picks.size();
            switch (i) {
                case Index.At(long index) -> v = at(operation, v, d, index, x);
                case Index.Range(long start, long end, long step) -> {
                    v = start == 0 && end == Long.MAX_VALUE && step == 1 ? v : v.slice(d, start, end, step);
                    picks.add(null);
                }
                case Index.Ellipsis e -> {
                    for (int k = 0; k < x.dim() - told; k++) {
                        picks.add(null);
                    }
                }
                case Index.NewAxis n -> {
                    v = v.unsqueeze(d);
                    picks.add(null);
                }
                case Tensor index -> {
                    Tensor t = beside(operation, isMask(index) ? mask(index) : index, x);
                    if (t.dim() == 0 && t.dtype() == DType.BOOL) {
                        v = v.unsqueeze(d); // true selects all of it as one slice, false nothing
                        picks.add(t.reshape(1).nonzero().reshape(-1));
                    } else {
                        picks.addAll(picksOf(operation, t, v, d));
                    }
                }
            }
        }
        while (picks.size() < v.dim()) {
            picks.add(null);
        }
        return new Indexing(v, broadcast(operation, picks));
    }

    /** {@return the index on the tensor's device; an index on a CPU is accepted for any device} */
    private static Tensor beside(String operation, Tensor index, Tensor x) {
        if (index.isMeta() || x.isMeta()) {
            return index;
        }
        if (index.device() != x.device() && !index.device().type().equals("cpu")) {
            throw TensorAccess.differentDevices(operation, x.device(), index.device());
        }
        return index.to(x.device());
    }

    private static Tensor at(String operation, Tensor v, int d, long index, Tensor x) {
        long n = v.size(d);
        if (index < -n || index >= n) {
            throw new IndexOutOfBoundsException(
                    String.format(
                            Locale.ROOT,
                            "%s: index %d is out of range for a dimension of %d indices of a tensor of shape %s",
                            operation,
                            index,
                            n,
                            x.shape()));
        }
        return v.select(d, index);
    }

    /** {@return whether an index tensor is a mask: bool or, as in PyTorch, uint8} */
    public static boolean isMask(Tensor index) {
        return index.dtype() == DType.BOOL || index.dtype() == DType.UINT8;
    }

    /** {@return a mask as bool} */
    public static Tensor mask(Tensor index) {
        return index.dtype() == DType.BOOL ? index : index.ne(0);
    }

    /**
     * Checks that a mask fits the first dimensions of a tensor.
     *
     * @param operation the user's operation, for messages
     */
    public static void checkMask(String operation, Tensor mask, Tensor x) {
        checkMask(operation, mask, x, 0);
    }

    private static void checkMask(String operation, Tensor mask, Tensor x, int from) {
        boolean fits = mask.dim() + from <= x.dim();
        for (int k = 0; fits && k < mask.dim(); k++) {
            fits = mask.size(k) == x.size(from + k);
        }
        if (!fits) {
            throw new IndexOutOfBoundsException(
                    String.format(
                            Locale.ROOT,
                            "%s: a mask of shape %s does not fit a tensor of shape %s at dimension %d (BOOL and UINT8 tensors are masks; to(INT64) makes indices of numbers)",
                            operation,
                            mask.shape(),
                            x.shape(),
                            from));
        }
    }

    private static List<Tensor> picksOf(String operation, Tensor t, Tensor v, int d) {
        if (t.dtype() == DType.BOOL) {
            checkMask(operation, t, v, d);
            return t.nonzero().unbind(1);
        }
        if (!t.dtype().isIntegral()) {
            throw new IllegalArgumentException(
                    operation + ": index tensors must be integers or bool, not " + t.dtype());
        }
        Tensor index = t.detach().to(DType.INT64);
        long n = v.size(d);
        if (index.numel() > 0) {
            Shape shape = v.shape();
            Tensor low = index.min();
            DoubleConsumer reject =
                    i -> {
                        if (i < -n || i >= n) {
                            throw new IndexOutOfBoundsException(
                                    String.format(
                                            Locale.ROOT,
                                            "%s: index %d is out of range for dimension %d of %s",
                                            operation,
                                            (long) i,
                                            d,
                                            shape));
                        }
                    };
            Ops.check(index.max(), reject);
            Ops.check(low, reject);
            // a captured step sees other indices at replay
            if (Ops.isTracing() || low.isMeta() || low.itemLong() < 0) {
                index = index.add(n).where(index.lt(0), index);
            }
        }
        return List.of(index);
    }

    private static @Nullable Tensor[] broadcast(String operation, List<@Nullable Tensor> picks) {
        Tensor[] there = picks.stream().filter(p -> p != null).toArray(Tensor[]::new);
        var out = new @Nullable Tensor[picks.size()];
        if (there.length > 0) {
            long[] shape = Broadcasting.shape(operation + ": index tensors", there);
            for (int d = 0; d < out.length; d++) {
                Tensor p = picks.get(d);
                out[d] = p == null ? null : p.expand(shape);
            }
        }
        return out;
    }

    private int[] pickedDims() {
        var dims = new int[picks.length];
        int n = 0;
        for (int d = 0; d < picks.length; d++) {
            if (picks[d] != null) {
                dims[n++] = d;
            }
        }
        return Arrays.copyOf(dims, n);
    }

    /** {@return the elements: a view unless there are index tensors} */
    public Tensor get() {
        int[] dims = pickedDims();
        if (dims.length == 0) {
            return view.reshape(Ops.shape(view));
        }
        // move indexed dimensions to the front, merged into one; gather; move the result's dimensions into place
        int rank = view.dim();
        var order = new int[rank];
        System.arraycopy(dims, 0, order, 0, dims.length);
        int k = dims.length;
        for (int d = 0; d < rank; d++) {
            if (picks[d] == null) {
                order[k++] = d;
            }
        }
        Tensor front = view.permute(order);
        Tensor number = null;
        for (int d : dims) {
            Tensor p = pick(d);
            number = number == null ? p : number.mul(view.size(d)).add(p);
        }
        if (number == null) {
            throw new AssertionError();
        }
        Tensor rows = dims.length == 1 ? front : front.flatten(0, dims.length - 1);
        Tensor picked = rows.indexSelect(0, number.reshape(-1));
        long[] rest = picked.shape().dims();
        long[] shape = Arrays.copyOf(Ops.shape(number), number.dim() + rest.length - 1);
        System.arraycopy(rest, 1, shape, number.dim(), rest.length - 1);
        Tensor out = picked.reshape(shape);
        boolean adjacent = dims[dims.length - 1] - dims[0] == dims.length - 1;
        return adjacent && dims[0] > 0 ? moveFront(out, number.dim(), dims[0]) : out;
    }

    private Tensor pick(int d) {
        Tensor p = picks[d];
        if (p == null) {
            throw new AssertionError("dimension " + d + " has no index tensor");
        }
        return view.isMeta() ? p.to(view.device()) : p; // several indices are combined
    }

    /** Moves the first {@code count} dimensions behind the {@code behind} ones that follow. */
    private static Tensor moveFront(Tensor t, int count, int behind) {
        var order = new int[t.dim()];
        for (int d = 0; d < order.length; d++) {
            order[d] = d < behind ? count + d : d < behind + count ? d - behind : d;
        }
        return t.permute(order);
    }

    /** Writes, or adds, a value that is broadcast. */
    public void set(Tensor value, boolean accumulate) {
        if (pickedDims().length == 0) {
            if (accumulate) {
                view.add_(value);
            } else {
                view.copy_(value);
            }
            return;
        }
        // finds the positions by indexing the element numbers in the same way
        Tensor numbers = TensorAccess.at(view, () -> Tensors.arange(view.numel())).reshape(Ops.shape(view));
        Tensor places = new Indexing(numbers, picks).get();
        Tensor there = value.dim() == 0 && !view.isMeta() && !value.isMeta() ? value.to(view.device()) : value;
        Tensor src = there.to(view.dtype()).expand(Ops.shape(places)).reshape(-1);
        Tensor flat = view.isContiguous() ? view.view(-1) : view.contiguous().view(-1);
        if (accumulate) {
            flat.scatterAdd_(0, places.reshape(-1), src);
        } else {
            flat.scatter_(0, places.reshape(-1), src);
        }
        if (!view.isContiguous()) {
            view.copy_(flat.view(Ops.shape(view)));
        }
    }
}
