package fathom;

import fathom.dispatch.Dims;
import fathom.dispatch.Kernels;
import fathom.memory.Pins;
import fathom.memory.Storage;
import fathom.ops.ActivationOps;
import fathom.ops.BitwiseOps;
import fathom.ops.ComparisonOps;
import fathom.ops.ConversionOps;
import fathom.ops.DecompositionOps;
import fathom.ops.InPlaceActivationOps;
import fathom.ops.InPlaceComparisonOps;
import fathom.ops.InPlaceFunctionOps;
import fathom.ops.InPlaceMatrixOps;
import fathom.ops.InPlaceOps;
import fathom.ops.InPlaceRandomOps;
import fathom.ops.InPlaceSpecialOps;
import fathom.ops.IndexingOps;
import fathom.ops.JoiningOps;
import fathom.ops.LinearAlgebraOps;
import fathom.ops.MatrixFunctionOps;
import fathom.ops.MatrixProductOps;
import fathom.ops.MovementOps;
import fathom.ops.PointwiseOps;
import fathom.ops.RandomOps;
import fathom.ops.RearrangingOps;
import fathom.ops.ReductionOps;
import fathom.ops.ScanOps;
import fathom.ops.ScatterOps;
import fathom.ops.SortingOps;
import fathom.ops.SpecialOps;
import fathom.ops.StatisticsOps;
import fathom.primitive.Pointwise;
import fathom.primitive.Spec;
import fathom.primitive.View;
import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongFunction;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A multi-dimensional array of numbers of one {@link DType}, which may take part in automatic differentiation.
 *
 * <p>Operations stand in families, each an interface of its own that this class implements, such as {@link
 * PointwiseOps}, {@link ReductionOps}, {@link MovementOps}, {@link LinearAlgebraOps} and {@link InPlaceOps}. Names,
 * defaults and results are PyTorch's; a method that writes into its receiver ends in {@code _}. Tensors are made by
 * {@link Tensors}.
 *
 * <p>Memory is native and needs no closing: it comes back when no tensor reaches it.
 */
public final class Tensor
        implements Index,
                PointwiseOps,
                BitwiseOps,
                SpecialOps,
                ActivationOps,
                ComparisonOps,
                ReductionOps,
                ScanOps,
                StatisticsOps,
                SortingOps,
                MovementOps,
                RearrangingOps,
                JoiningOps,
                IndexingOps,
                ScatterOps,
                LinearAlgebraOps,
                DecompositionOps,
                MatrixProductOps,
                MatrixFunctionOps,
                ConversionOps,
                FactoryOps,
                RandomOps,
                InPlaceOps,
                InPlaceFunctionOps,
                InPlaceSpecialOps,
                InPlaceMatrixOps,
                InPlaceActivationOps,
                InPlaceComparisonOps,
                InPlaceRandomOps {
    private Storage storage;
    private Spec spec;
    private long offset;

    // The gradient state; see Autograd
    private boolean requiresGrad;
    private @Nullable Tensor grad;

    /** The thread whose backward made the gradient, where nothing else has seen it since: it may give it back. */
    private @Nullable Thread gradOwner;

    @Nullable Node node;

    int nodeOutput;
    boolean retainsGrad;

    /** Replaced, never changed, so that one can be told from another. */
    @Nullable List<UnaryOperator<Tensor>> hooks;

    /** The captured step in which it was made; 0 of none. */
    final int madeIn = (int) Handlers.mark();

    /** The tensor whose memory this one looks at; null where it has its own. */
    final @Nullable Tensor base;

    /** How often an operation in place changed the history of this base; and, of a view, as of when its own is. */
    int historyChanges;

    Tensor(Storage storage, long offset, long[] shape, long[] strides, DType dtype, @Nullable Tensor base) {
        this(storage, offset, new Spec(dtype, shape, strides), base);
    }

    Tensor(Storage storage, long offset, Spec spec, @Nullable Tensor base) {
        this.storage = storage;
        this.offset = offset;
        this.spec = spec;
        this.base = base;
        this.historyChanges = base == null ? 0 : base.historyChanges;
    }

    // ---- geometry -------------------------------------------------------------------------------------------------

    /** {@return the extents} */
    public Shape shape() {
        noteMet();
        return new Shape(spec.shape());
    }

    /** {@return the extent of dimension {@code dim}; negative numbers count from the end} */
    public long size(int dim) {
        noteMet();
        long[] shape = spec.shape();
        if (shape.length == 0) {
            throw new IndexOutOfBoundsException("size: a single number has no dimension " + dim);
        }
        return shape[Dims.normalize("size", dim, shape.length)];
    }

    /** {@return the number of dimensions} */
    public int dim() {
        return spec.rank();
    }

    /** {@return the number of elements} */
    public long numel() {
        return spec.numel();
    }

    /** {@return a copy of the strides: elements from one index to the next, per dimension} */
    public long[] strides() {
        return spec.strides().clone();
    }

    /** {@return elements from one index of dimension {@code dim} to the next} */
    public long stride(int dim) {
        return spec.strides()[Dims.normalize("stride", dim, spec.rank())];
    }

    /** {@return elements between the start of the storage and the first element} */
    public long storageOffset() {
        return offset;
    }

    /** {@return the type of the elements} */
    public DType dtype() {
        return spec.dtype();
    }

    /** {@return the device where the elements are} */
    public Device device() {
        noteMet();
        return Device.of(storage);
    }

    /** {@return whether this tensor is on {@link Device#META}: it has no values} */
    public boolean isMeta() {
        return storage.isMeta();
    }

    /** {@return whether the elements lie in row-major order without gaps} */
    public boolean isContiguous() {
        return spec.isContiguous();
    }

    /** {@return whether both look at the same storage} */
    public boolean sharesStorageWith(Tensor other) {
        return storage == other.storage;
    }

    /** Type, shape and strides, which a primitive infers those of its outputs from. */
    Spec spec() {
        return spec;
    }

    long[] rawShape() {
        return spec.shape();
    }

    long[] rawStrides() {
        return spec.strides();
    }

    View.Geometry geometry() {
        return new View.Geometry(spec.shape(), spec.strides(), offset);
    }

    Storage storage() {
        return storage;
    }

    /**
     * The address of the first element on its device, valid as long as this tensor is reachable and no scope gives the
     * memory back.
     */
    long address() {
        OperationHandler handler = Handlers.current();
        if (handler != null) {
            handler.exposing(storage);
        }
        return dataAddress();
    }

    /**
     * {@return what {@code body} makes of the address of the first element, for handing memory to native code: one of
     * the device's own, which the host can read and write only on the CPU}
     *
     * <p>The memory stays where it is until {@code body} returns, also where a {@link Scope} that owns it closes on
     * another thread meanwhile; after that the address means nothing.
     *
     * @throws IllegalStateException if the memory was given back by a scope
     */
    public <T> T withAddress(LongFunction<T> body) {
        Storage s = storage;
        try (var pin = Pins.of(s)) {
            return body.apply(address());
        } finally {
            Reference.reachabilityFence(s);
        }
    }

    /** The address, for the door: a step that is being captured takes no note. */
    long dataAddress() {
        return storage.address() + offset * spec.dtype().size();
    }

    /** Excepts this tensor's memory from release when a {@link Scope} closes. */
    public Tensor keep() {
        storage.keep();
        OperationHandler handler = Handlers.current();
        if (handler != null) {
            handler.keeping(this);
        }
        return this;
    }

    /**
     * Makes this tensor look at another one's memory, geometry and type; its gradient state stays. PyTorch's assignment
     * to {@code .data}: for changing the type of parameters where they stand.
     *
     * @throws IllegalStateException if this tensor is a view or the result of an operation
     */
    public void setData(Tensor other) {
        if (base != null || node != null) {
            throw new IllegalStateException(
                    "setData: only a tensor with memory and history of its own can be given another's");
        }
        Handlers.changing(this, "setData");
        storage = other.storage;
        spec = other.spec;
        offset = other.offset;
        if (requiresGrad) {
            storage.keep();
        }
    }

    // ---- gradients ------------------------------------------------------------------------------------------------

    /** {@return whether operations on this tensor are put on the tape} */
    public boolean requiresGrad() {
        noteMet();
        return isTracked();
    }

    /** As {@link #requiresGrad}, for operations, whose inputs the door has noted. */
    boolean isTracked() {
        return requiresGrad || node() != null;
    }

    /** {@return whether the gradient by this leaf was asked for} */
    boolean wantsGrad() {
        return requiresGrad;
    }

    /** Java looks at what kind of tensor this is: a step that is being captured depends on it. */
    private void noteMet() {
        OperationHandler handler = Handlers.current();
        if (handler != null) {
            handler.using(this);
        }
    }

    /**
     * Asks for the gradient by this tensor.
     *
     * @throws IllegalArgumentException if its type is not floating
     */
    public Tensor requiresGrad_() {
        return requiresGrad_(true);
    }

    /**
     * Asks for the gradient by this tensor, or no longer.
     *
     * @throws IllegalArgumentException if its type is not floating
     * @throws IllegalStateException if it is the result of an operation and {@code requires} is false
     */
    public Tensor requiresGrad_(boolean requires) {
        if (requires && !dtype().isFloating()) {
            throw new IllegalArgumentException("requiresGrad: only floating types have gradients, not " + dtype());
        }
        if (node() != null) {
            if (!requires) {
                throw new IllegalStateException(
                        "requiresGrad: this is the result of an operation; detach() it instead");
            }
            return this;
        }
        if (requires != requiresGrad) {
            Handlers.changing(this, "requiresGrad_");
        }
        requiresGrad = requires;
        if (requires) {
            storage.keep();
        }
        return this;
    }

    /** {@return whether this tensor has no history: it was not made by an operation that was put on the tape} */
    public boolean isLeaf() {
        return node() == null;
    }

    /** {@return the gradient accumulated by {@link #backward()}; null before} */
    public @Nullable Tensor grad() {
        share();
        noteInTrace();
        return grad;
    }

    /** {@return whether there is a gradient} */
    boolean hasGrad() {
        return grad != null;
    }

    /** The gradient, borrowed: not to be retained, since its memory goes back once the leaf drops it. */
    @Nullable Tensor gradInPassing() {
        // the trace knows it from then on; and neither of two threads knows when the other is done with it
        if (noteInTrace() || gradOwner != Thread.currentThread()) {
            share();
        }
        return grad;
    }

    private boolean noteInTrace() {
        OperationHandler handler = Handlers.current();
        return handler != null && handler.readingGradient(this, grad);
    }

    private synchronized void share() {
        gradOwner = null;
    }

    /** Sets a gradient whose memory nothing else looks at. */
    void setOwnGrad(Tensor grad) {
        setGrad(grad);
        synchronized (this) {
            gradOwner = Thread.currentThread();
        }
    }

    /**
     * Replaces the gradient. The memory of one that {@link #backward()} made goes back at once if it was never asked
     * for by {@link #grad()}.
     */
    public void setGrad(@Nullable Tensor grad) {
        if (grad != null && !java.util.Arrays.equals(grad.rawShape(), rawShape())) {
            throw new IllegalArgumentException(
                    "setGrad: the gradient has shape %s, the tensor %s".formatted(grad.shape(), shape()));
        }
        if (grad != null && grad.storage.allocator() != storage.allocator()) {
            throw new IllegalArgumentException(
                    "setGrad: the gradient is on device %s, the tensor on %s"
                            .formatted(Device.of(grad.storage), Device.of(storage)));
        }
        OperationHandler handler = Handlers.current();
        if (handler != null) {
            handler.replacingGradient(this, this.grad);
        }
        if (grad != null) {
            grad.storage.keep();
        }
        synchronized (this) {
            Tensor before = this.grad;
            this.grad = grad;
            boolean isOwn = gradOwner == Thread.currentThread();
            gradOwner = null;
            if (before != null && isOwn && (grad == null || grad.storage != before.storage)) {
                before.storage.release("the tensor whose gradient it was had dropped it");
            }
        }
    }

    /** Keeps the gradient by this tensor, although it is the result of an operation, in {@link #grad()}. */
    public Tensor retainGrad() {
        Node made = node();
        if (made != null) {
            retainsGrad = true;
            made.retain(this);
        }
        return this;
    }

    /** Computes the gradients of this single number by all leaves and adds them to their {@link #grad()}. */
    public void backward() {
        Autograd.backward(List.of(this), java.util.Collections.singletonList(null), b -> {});
    }

    /** Computes gradients, given that of some function by this tensor, and adds them to the leaves' {@link #grad()}. */
    public void backward(Tensor gradient) {
        Autograd.backward(List.of(this), List.of(gradient), b -> {});
    }

    /** As {@link #backward()}, with options: {@code backward(b -> b.retainGraph(true))}. */
    public void backward(java.util.function.Consumer<Autograd.Backward> options) {
        Autograd.backward(List.of(this), java.util.Collections.singletonList(null), options);
    }

    /**
     * Has {@code hook} called with the gradient by this tensor whenever that is computed, once in each backward run and
     * with the sum over all uses of the tensor; what it returns is used instead.
     *
     * @return removes the hook
     */
    public Runnable registerHook(UnaryOperator<Tensor> hook) {
        if (!requiresGrad()) {
            throw new IllegalStateException("registerHook: this tensor does not require a gradient");
        }
        Node made = node;
        int output = nodeOutput;
        var more = hooks == null ? new ArrayList<UnaryOperator<Tensor>>() : new ArrayList<>(hooks);
        more.add(hook);
        setHooks(more, made, output);
        return () -> {
            var fewer = hooks == null ? new ArrayList<UnaryOperator<Tensor>>() : new ArrayList<>(hooks);
            if (fewer.remove(hook)) {
                setHooks(fewer, made, output);
            }
        };
    }

    private void setHooks(List<UnaryOperator<Tensor>> list, @Nullable Node made, int output) {
        Handlers.changing(this, "registerHook");
        hooks = list.isEmpty() ? null : List.copyOf(list);
        if (made != null) {
            made.setHooks(output, hooks);
        }
    }

    /** {@return the same memory without history} */
    public Tensor detach() {
        return new Tensor(storage, offset, spec, null);
    }

    /** {@return this tensor, without history from now on} */
    public Tensor detach_() {
        if (base != null) {
            throw new IllegalStateException("detach_: a view cannot be detached in place; use detach()");
        }
        if (requiresGrad()) {
            Handlers.changing(this, "detach_");
        }
        node = null;
        requiresGrad = false;
        return this;
    }

    /**
     * The operation that made this tensor; of a view whose base was written in place since, that of looking at it anew.
     */
    @Nullable Node node() {
        if (base != null && historyChanges != base.historyChanges) {
            Dispatch.renewViewHistory(this);
        }
        return node;
    }

    /** {@return how often the memory was written in place} */
    public int version() {
        return storage.version();
    }

    /** {@return a copy with memory of its own; gradients pass through} */
    @Override
    public Tensor clone() {
        return Dispatch.apply(new Pointwise(Kernels.cast(dtype(), dtype())), this)[0];
    }

    @Override
    public String toString() {
        return TensorPrinter.print(this);
    }
}
