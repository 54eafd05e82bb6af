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
 * Access of core's other packages to internals of tensors and to the dispatcher, beyond {@link fathom.primitive.Ops},
 * which modules above may use too.
 */
public final class TensorAccess {
    private static final Dispatcher DISPATCHER = Dispatchers.get();

    private TensorAccess() {}

    /** {@return the operand cast to the type in which this kind of operation computes under autocast} */
    public static Tensor cast(OperationKind kind, Tensor t) {
        return DISPATCHER.cast(kind, t);
    }

    /** {@return the type in which this kind of operation computes under autocast} */
    public static DType cast(OperationKind kind, DType t) {
        return DISPATCHER.cast(kind, t);
    }

    /** {@return an uninitialised tensor on this thread's current device} */
    public static Tensor make(Spec spec) {
        return DISPATCHER.make(spec);
    }

    /** {@return a tensor of newly allocated, uninitialised memory} */
    public static Tensor allocate(Spec spec) {
        return DISPATCHER.allocate(spec);
    }

    /** {@return a tensor of newly allocated, uninitialised memory of a device} */
    public static Tensor allocate(Spec spec, Allocator memory) {
        return DISPATCHER.allocate(spec, memory);
    }

    /** {@return the allocator of a device} */
    public static Allocator memory(Device device) {
        return DISPATCHER.memory(device);
    }

    /** Runs {@code body} with the tensor's device as the current one. */
    public static <T> T at(Tensor tensor, Supplier<T> body) {
        return DISPATCHER.at(tensor, body);
    }

    /** Makes the tensor's device the current one of this thread, until {@link #leave}. */
    public static Autograd.@Nullable Setting enter(Tensor tensor) {
        return DISPATCHER.enter(tensor);
    }

    /** Restores the device that was current before {@link #enter}. */
    public static void leave(Autograd.@Nullable Setting entered) {
        DISPATCHER.leave(entered);
    }

    /** {@return the primitive that copies to another device} */
    public static Primitive deviceCopy(Device from, Device to, boolean nonBlocking) {
        return DISPATCHER.deviceCopy(from, to, nonBlocking);
    }

    /** {@return the exception for an operation on tensors of two devices} */
    public static IllegalArgumentException differentDevices(String operation, Device one, Device other) {
        return DISPATCHER.differentDevices(operation, one, other);
    }

    /** {@return a tensor without autograd history on existing memory} */
    public static Tensor view(Storage storage, long offset, Spec spec) {
        return DISPATCHER.view(storage, offset, spec);
    }

    /** {@return the tensor's storage} */
    public static Storage storage(Tensor t) {
        return DISPATCHER.storage(t);
    }

    /** {@return shape, strides and offset} */
    public static View.Geometry geometry(Tensor t) {
        return DISPATCHER.geometry(t);
    }

    /** {@return the absolute address of the first element; reported to this thread's operation handler} */
    public static long address(Tensor t) {
        return DISPATCHER.address(t);
    }

    /** Enables or disables autograd on this thread, until the setting is closed. */
    public static Autograd.Setting gradients(boolean enabled) {
        return DISPATCHER.gradients(enabled);
    }
}
