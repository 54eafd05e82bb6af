package fathom.dispatch;

import fathom.Autograd;
import fathom.DType;
import fathom.Device;
import fathom.Tensor;
import fathom.memory.Allocator;
import fathom.memory.Storage;
import fathom.primitive.Dispatcher;
import fathom.primitive.Dispatchers;
import fathom.primitive.OperationKind;
import fathom.primitive.Primitive;
import fathom.primitive.Spec;
import fathom.primitive.View;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What the rooms of core know of tensors and of the dispatcher beyond {@link fathom.primitive.Ops}, which the modules
 * above may use as well.
 */
public final class TensorAccess {
    private static final Dispatcher DISPATCHER = Dispatchers.get();

    private TensorAccess() {}

    /** {@return an operand as an operation of a kind computes with it in the precision of this thread} */
    public static Tensor cast(OperationKind kind, Tensor t) {
        return DISPATCHER.cast(kind, t);
    }

    /** {@return the type that an operation of a kind computes in, in the precision of this thread} */
    public static DType cast(OperationKind kind, DType t) {
        return DISPATCHER.cast(kind, t);
    }

    /** {@return a tensor where this thread makes them, contents undefined} */
    public static Tensor make(Spec spec) {
        return DISPATCHER.make(spec);
    }

    /** {@return a tensor of fresh memory, contents undefined} */
    public static Tensor allocate(Spec spec) {
        return DISPATCHER.allocate(spec);
    }

    /** {@return a tensor of fresh memory of a device, contents undefined} */
    public static Tensor allocate(Spec spec, Allocator memory) {
        return DISPATCHER.allocate(spec, memory);
    }

    /** {@return the memory of a device} */
    public static Allocator memory(Device device) {
        return DISPATCHER.memory(device);
    }

    /** Runs {@code body} with the device of a tensor opened. */
    public static <T> T at(Tensor tensor, Supplier<T> body) {
        return DISPATCHER.at(tensor, body);
    }

    /** Opens the device of a tensor on this thread, until {@link #leave}. */
    public static Autograd.@Nullable Setting enter(Tensor tensor) {
        return DISPATCHER.enter(tensor);
    }

    /** Closes what {@link #enter} opened. */
    public static void leave(Autograd.@Nullable Setting entered) {
        DISPATCHER.leave(entered);
    }

    /** {@return the copy to another device} */
    public static Primitive deviceCopy(Device from, Device to, boolean nonBlocking) {
        return DISPATCHER.deviceCopy(from, to, nonBlocking);
    }

    /** {@return the refusal of an operation on tensors of two devices} */
    public static IllegalArgumentException apart(String operation, Device one, Device other) {
        return DISPATCHER.apart(operation, one, other);
    }

    /** {@return a tensor of its own on memory that exists} */
    public static Tensor view(Storage storage, long offset, Spec spec) {
        return DISPATCHER.view(storage, offset, spec);
    }

    /** {@return the memory} */
    public static Storage storage(Tensor t) {
        return DISPATCHER.storage(t);
    }

    /** {@return shape, strides and offset} */
    public static View.Geometry geometry(Tensor t) {
        return DISPATCHER.geometry(t);
    }

    /** {@return the absolute address of the first element, which the handler of this thread is told of} */
    public static long address(Tensor t) {
        return DISPATCHER.address(t);
    }

    /** Sets whether operations of this thread are recorded, until the setting is closed. */
    public static Autograd.Setting gradients(boolean enabled) {
        return DISPATCHER.gradients(enabled);
    }
}
