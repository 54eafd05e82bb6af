package fathom.primitive;

import fathom.Autograd;
import fathom.DType;
import fathom.Device;
import fathom.Tensor;
import fathom.ir.Kernel;
import fathom.memory.Allocator;
import fathom.memory.Storage;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.DoubleConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Applies primitives to tensors; implemented in package {@code fathom}, called through {@link fathom.primitive.Ops}.
 */
public interface Dispatcher {
    /** {@return all outputs of the primitive} */
    Tensor[] apply(Primitive primitive, Tensor[] inputs);

    /** {@return the specs of the outputs of any primitive, without computing them} */
    Spec[] infer(Primitive primitive, Spec[] inputs);

    /** Writes output 0 into the memory of {@code self}, and records that in its autograd history. */
    Tensor applyInPlace(Primitive primitive, Tensor self, Tensor[] inputs);

    /** Runs one kernel over many sets of tensors, without autograd. */
    void update(Kernel kernel, ScalarSource scalars, List<Tensor[]> inputs, List<Tensor[]> outputs);

    /** Checks a number now, and at each replay of the step being captured; {@code reject} throws if it is invalid. */
    void check(Tensor number, DoubleConsumer reject);

    /** Announces an operation to the backends. */
    void announce(Class<? extends Primitive> operation, long[] weight);

    /** {@return whether the step running on this thread is being captured} */
    boolean isTracing();

    /** Runs {@code body}, whose operations the listener observes. */
    <T> T listen(OperationListener listener, Supplier<T> body);

    /** Makes the plan of the step being captured depend on a condition. */
    void guard(BooleanSupplier condition, String name);

    /** Records that the step being captured uses a block or an optimiser. */
    void recordUse(Object owner);

    /** Records the creation of a block or an optimiser. */
    void recordCreation(Object owner);

    /** Rejects the capture of a step that modifies state in Java. */
    void reportSideEffect(String what);

    /** {@return the leaf's gradient, borrowed: do not retain it, {@code zeroGrad} recycles it} */
    @Nullable Tensor gradient(Tensor leaf);

    /** {@return the tensor's shape, not to be modified} */
    long[] shape(Tensor t);

    /** {@return the tensor's strides, not to be modified} */
    long[] strides(Tensor t);

    /** {@return the operand cast to the type in which this kind of operation computes under autocast} */
    Tensor cast(OperationKind kind, Tensor t);

    /** {@return the type in which this kind of operation computes under autocast} */
    DType cast(OperationKind kind, DType t);

    /** {@return an uninitialised tensor on this thread's current device} */
    Tensor make(Spec spec);

    /** {@return a tensor of newly allocated, uninitialised memory} */
    Tensor allocate(Spec spec);

    /** {@return a tensor of newly allocated, uninitialised memory of a device} */
    Tensor allocate(Spec spec, Allocator memory);

    /** {@return the allocator of a device} */
    Allocator memory(Device device);

    /** Runs {@code body} with the tensor's device as the current one. */
    <T> T at(Tensor tensor, Supplier<T> body);

    /** Makes the tensor's device the current one of this thread, until {@link #leave}. */
    Autograd.@Nullable Setting enter(Tensor tensor);

    /** Restores the device that was current before {@link #enter}. */
    void leave(Autograd.@Nullable Setting entered);

    /** {@return the primitive that copies to another device} */
    Primitive deviceCopy(Device from, Device to, boolean nonBlocking);

    /** {@return the exception for an operation on tensors of two devices} */
    IllegalArgumentException differentDevices(String operation, Device one, Device other);

    /** {@return a tensor without autograd history on existing memory} */
    Tensor view(Storage storage, long offset, Spec spec);

    /** {@return the tensor's storage} */
    Storage storage(Tensor t);

    /** {@return shape, strides and offset} */
    View.Geometry geometry(Tensor t);

    /** {@return the absolute address of the first element; reported to this thread's operation handler} */
    long address(Tensor t);

    /** Enables or disables autograd on this thread, until the setting is closed. */
    Autograd.Setting gradients(boolean enabled);
}
