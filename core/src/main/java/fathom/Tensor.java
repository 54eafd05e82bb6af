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
import java.util.function.Consumer;
import java.util.function.LongFunction;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A multi-dimensional array of numbers of one {@link DType}, with automatic differentiation.
 *
 * <p>Operations are grouped in families, each an interface that this class implements, such as {@link PointwiseOps},
 * {@link ReductionOps}, {@link MovementOps}, {@link LinearAlgebraOps} and {@link InPlaceOps}. Names, defaults and
 * results are PyTorch's; a method that writes into its receiver ends in {@code _}. Tensors are created by {@link
 * Tensors}.
 *
 * <p>Memory is native and needs no closing: it is freed when no tensor references it.
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

    // autograd state; see Autograd
    private boolean requiresGrad;
    private @Nullable Tensor grad;

    /**
     * The exclusive owner of {@code grad}: the thread whose backward computed it and which may release it; null once
     * {@code grad()} has leaked a reference.
     */
    private @Nullable Thread gradOwner;

    @Nullable Node node;

    int nodeOutput;
    boolean retainsGrad;

    /** Replaced, never modified, so that changes are detected by identity. */
    @Nullable List<UnaryOperator<Tensor>> hooks;

    /** Called after this leaf's gradient was accumulated. Replaced, never modified, as {@link #hooks}. */
    @Nullable List<Consumer<Tensor>> accumulationHooks;

    /** Whether any leaf ever had such hooks: a backward pass must then look for them. */
    static volatile boolean hasAccumulationHooks;

    /** The captured step that created it; 0 for none. */
    final int madeIn = (int) Handlers.mark();

    /** The tensor of which this is a view; null if it is none. */
    final @Nullable Tensor base;

    /**
     * The number of in-place operations recorded in the history of this base; for a view, that number when its node was
     * recorded.
     */
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

    /** {@return the shape} */
    public Shape shape() {
        reportUse();
        return new Shape(spec.shape());
    }

    /** {@return the size of dimension {@code dim}; negative numbers count from the end} */
    public long size(int dim) {
        reportUse();
        long[] shape = spec.shape();
        if (shape.length == 0) {
            throw new IndexOutOfBoundsException("size: a scalar has no dimension " + dim);
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

    /** {@return the number of elements from one index of dimension {@code dim} to the next} */
    public long stride(int dim) {
        return spec.strides()[Dims.normalize("stride", dim, spec.rank())];
    }

    /** {@return the number of elements between the start of the storage and the first element} */
    public long storageOffset() {
        return offset;
    }

    /** {@return the element type} */
    public DType dtype() {
        return spec.dtype();
    }

    /** {@return the device} */
    public Device device() {
        reportUse();
        return Device.of(storage);
    }

    /** {@return whether this tensor is on {@link Device#META} and has no values} */
    public boolean isMeta() {
        return storage.isMeta();
    }

    /** {@return whether the elements are in row-major order without gaps} */
    public boolean isContiguous() {
        return spec.isContiguous();
    }

    /** {@return whether both use the same storage} */
    public boolean sharesStorageWith(Tensor other) {
        return storage == other.storage;
    }

    /** The type, shape and strides, from which primitives infer those of their outputs. */
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
     * The address of the first element on its device, valid while this tensor is reachable and no scope releases its
     * memory.
     */
    long address() {
        OperationHandler handler = Handlers.current();
        if (handler != null) {
            handler.exposing(storage);
        }
        return dataAddress();
    }

    /**
     * {@return the result of {@code body} for the address of the first element, to pass memory to native code: a device
     * address, which the host can access only on the CPU}
     *
     * <p>The memory stays valid until {@code body} returns, even if a {@link Scope} that owns it closes on another
     * thread meanwhile; after that the address is invalid.
     *
     * @throws IllegalStateException if a scope released the memory
     */
    public <T> T withAddress(LongFunction<T> body) {
        Storage s = storage;
        try (var pin = Pins.of(s)) {
            return body.apply(address());
        } finally {
            Reference.reachabilityFence(s);
        }
    }

    /** The address for the dispatcher: not reported to the operation handler. */
    long dataAddress() {
        return storage.address() + offset * spec.dtype().size();
    }

    /** Exempts this tensor's memory from release when a {@link Scope} closes. */
    public Tensor keep() {
        storage.keep();
        OperationHandler handler = Handlers.current();
        if (handler != null) {
            handler.keeping(this);
        }
        return this;
    }

    /**
     * Makes this tensor use another one's memory, geometry and type; its autograd state is unchanged. PyTorch's
     * assignment to {@code .data}: for converting parameters in place.
     *
     * @throws IllegalStateException if this tensor is a view or the result of an operation
     */
    public void setData(Tensor other) {
        if (base != null || node != null) {
            throw new IllegalStateException(
                    "setData: the tensor must be neither a view nor the result of an operation");
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

    /** {@return whether autograd records operations on this tensor} */
    public boolean requiresGrad() {
        reportUse();
        return isTracked();
    }

    /** As {@link #requiresGrad}, for operations, whose inputs the dispatcher has reported. */
    boolean isTracked() {
        return requiresGrad || node() != null;
    }

    /** {@return whether this leaf requires a gradient} */
    boolean wantsGrad() {
        return requiresGrad;
    }

    /** Reports that Java code queried this tensor's metadata: a step being captured depends on it. */
    private void reportUse() {
        OperationHandler handler = Handlers.current();
        if (handler != null) {
            handler.using(this);
        }
    }

    /**
     * Requests the gradient of this tensor.
     *
     * @throws IllegalArgumentException if its type is not floating
     */
    public Tensor requiresGrad_() {
        return requiresGrad_(true);
    }

    /**
     * Requests the gradient of this tensor, or stops doing so.
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

    /** {@return whether this tensor has no history: it is not the result of a recorded operation} */
    public boolean isLeaf() {
        return node() == null;
    }

    /** {@return the gradient accumulated by {@link #backward()}; null before} */
    public @Nullable Tensor grad() {
        share();
        reportToTrace();
        return grad;
    }

    /** {@return whether there is a gradient} */
    boolean hasGrad() {
        return grad != null;
    }

    /** The gradient, borrowed: not to be retained, as its memory is recycled once the leaf drops it. */
    @Nullable Tensor borrowedGrad() {
        // the trace knows it from then on; and neither of two threads knows when the other is done with it
        if (reportToTrace() || gradOwner != Thread.currentThread()) {
            share();
        }
        return grad;
    }

    private boolean reportToTrace() {
        OperationHandler handler = Handlers.current();
        return handler != null && handler.readingGradient(this, grad);
    }

    private synchronized void share() {
        gradOwner = null;
    }

    /** Sets a gradient whose memory nothing else references. */
    void setOwnGrad(Tensor grad) {
        setGrad(grad);
        synchronized (this) {
            gradOwner = Thread.currentThread();
        }
    }

    /** Resets the gradient to null, as {@code setGrad(null)}: for a leaf that is not an optimiser's parameter. */
    public void zeroGrad() {
        setGrad(null);
    }

    /**
     * Replaces the gradient. The memory of one computed by {@link #backward()} is released at once if {@link #grad()}
     * never returned it.
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
                before.storage.release("its tensor replaced it as gradient");
            }
        }
    }

    /** Retains the gradient of this tensor in {@link #grad()}, although it is the result of an operation. */
    public Tensor retainGrad() {
        Node made = node();
        if (made != null) {
            retainsGrad = true;
            made.retain(this);
        }
        return this;
    }

    /**
     * Computes the gradients of this scalar with respect to all leaves, and accumulates them in their {@link #grad()}.
     */
    public void backward() {
        Autograd.backward(List.of(this), java.util.Collections.singletonList(null), b -> {});
    }

    /**
     * Computes gradients, given that of some function with respect to this tensor, and accumulates them in the leaves'
     * {@link #grad()}.
     */
    public void backward(Tensor gradient) {
        Autograd.backward(List.of(this), List.of(gradient), b -> {});
    }

    /** As {@link #backward()}, with options: {@code backward(b -> b.retainGraph(true))}. */
    public void backward(Consumer<Autograd.Backward> options) {
        Autograd.backward(List.of(this), java.util.Collections.singletonList(null), options);
    }

    /**
     * Registers a hook, called with the gradient of this tensor whenever it is computed, once per backward pass and
     * with the sum over all uses of the tensor; its result replaces the gradient.
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

    /**
     * Registers a hook, called with this leaf once per backward pass, as soon as its {@link #grad()} is complete: after
     * the last of its uses, while the pass goes on with the rest of the graph. PyTorch's {@code
     * register_post_accumulate_grad_hook}.
     *
     * @return removes the hook
     * @throws IllegalStateException if this is not a leaf that requires a gradient
     */
    public Runnable registerPostAccumulateGradHook(Consumer<Tensor> hook) {
        if (!requiresGrad() || !isLeaf()) {
            throw new IllegalStateException(
                    "registerPostAccumulateGradHook: this tensor is not a leaf that requires a gradient");
        }
        hasAccumulationHooks = true;
        var more = accumulationHooks == null ? new ArrayList<Consumer<Tensor>>() : new ArrayList<>(accumulationHooks);
        more.add(hook);
        setAccumulationHooks(more);
        return () -> {
            var fewer =
                    accumulationHooks == null ? new ArrayList<Consumer<Tensor>>() : new ArrayList<>(accumulationHooks);
            if (fewer.remove(hook)) {
                setAccumulationHooks(fewer);
            }
        };
    }

    private void setAccumulationHooks(List<Consumer<Tensor>> list) {
        Handlers.changing(this, "registerPostAccumulateGradHook");
        accumulationHooks = list.isEmpty() ? null : List.copyOf(list);
    }

    private void setHooks(List<UnaryOperator<Tensor>> list, @Nullable Node made, int output) {
        Handlers.changing(this, "registerHook");
        hooks = list.isEmpty() ? null : List.copyOf(list);
        if (made != null) {
            made.setHooks(output, hooks);
        }
    }

    /** {@return a tensor on the same memory without history} */
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
     * The node of the operation that computed this tensor; for a view whose base was written in place since, that of
     * viewing it now.
     */
    @Nullable Node node() {
        if (base != null && historyChanges != base.historyChanges) {
            Dispatch.renewViewHistory(this);
        }
        return node;
    }

    /** {@return the number of in-place writes to the memory} */
    public int version() {
        return storage.version();
    }

    /** {@return a copy with memory of its own, differentiable} */
    @Override
    public Tensor clone() {
        return Dispatch.apply(new Pointwise(Kernels.cast(dtype(), dtype())), this)[0];
    }

    @Override
    public String toString() {
        return TensorPrinter.print(this);
    }
}
