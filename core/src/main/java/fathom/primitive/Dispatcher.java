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

/** Applies primitives to tensors; package {@code fathom} implements it, {@link fathom.primitive.Ops} calls it. */
public interface Dispatcher {
    /** {@return all outputs of the primitive} */
    Tensor[] apply(Primitive primitive, Tensor[] inputs);

    /** {@return the types, shapes and strides of the outputs of any primitive, nothing being computed} */
    Spec[] infer(Primitive primitive, Spec[] inputs);

    /** Writes output 0 into the memory of {@code self}, whose gradient history takes note. */
    Tensor applyInPlace(Primitive primitive, Tensor self, Tensor[] inputs);

    /** Runs one kernel over many sets of tensors, without gradients. */
    void update(Kernel kernel, ScalarSource scalars, List<Tensor[]> inputs, List<Tensor[]> outputs);

    /** Has {@code refusal} look at a number, now and at each replay of the step that is being captured. */
    void check(Tensor number, DoubleConsumer refusal);

    /** Tells backends of an operation to come. */
    void expect(Class<? extends Primitive> operation, long[] weight);

    /** {@return whether the step that runs on this thread is being captured} */
    boolean isTracing();

    /** Makes the plan of the step that is being captured depend on a condition. */
    void guard(BooleanSupplier condition, String name);

    /** Notes a block or an optimiser at work in the step that is being captured. */
    void met(Object owner);

    /** Notes a block or an optimiser that is being made. */
    void made(Object owner);

    /** Refuses the capture of a step that changes something in Java. */
    void changing(String what);

    /** {@return the leaf's gradient, borrowed: not to be retained, since {@code zeroGrad} recycles it} */
    @Nullable Tensor gradient(Tensor leaf);

    /** {@return the tensor's extents, not to be modified} */
    long[] shape(Tensor t);

    /** {@return the tensor's strides, not to be modified} */
    long[] strides(Tensor t);

    /** {@return an operand as an operation of a kind computes with it in the precision of this thread} */
    Tensor cast(OperationKind kind, Tensor t);

    /** {@return the type that an operation of a kind computes in, in the precision of this thread} */
    DType cast(OperationKind kind, DType t);

    /** {@return a tensor where this thread makes them, contents undefined} */
    Tensor make(Spec spec);

    /** {@return a tensor of fresh memory, contents undefined} */
    Tensor allocate(Spec spec);

    /** {@return a tensor of fresh memory of a device, contents undefined} */
    Tensor allocate(Spec spec, Allocator memory);

    /** {@return the memory of a device} */
    Allocator memory(Device device);

    /** Runs {@code body} with the device of a tensor opened. */
    <T> T at(Tensor tensor, Supplier<T> body);

    /** Opens the device of a tensor on this thread, until {@link #leave}. */
    Autograd.@Nullable Setting enter(Tensor tensor);

    /** Closes what {@link #enter} opened. */
    void leave(Autograd.@Nullable Setting entered);

    /** {@return the copy to another device} */
    Primitive deviceCopy(Device from, Device to, boolean nonBlocking);

    /** {@return the refusal of an operation on tensors of two devices} */
    IllegalArgumentException apart(String operation, Device one, Device other);

    /** {@return a tensor of its own on memory that exists} */
    Tensor view(Storage storage, long offset, Spec spec);

    /** {@return the memory} */
    Storage storage(Tensor t);

    /** {@return shape, strides and offset} */
    View.Geometry geometry(Tensor t);

    /** {@return the absolute address of the first element, which the handler of this thread is told of} */
    long address(Tensor t);

    /** Sets whether operations of this thread are recorded, until the setting is closed. */
    Autograd.Setting gradients(boolean enabled);
}
