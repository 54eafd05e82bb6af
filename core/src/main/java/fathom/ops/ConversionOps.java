package fathom.ops;

import fathom.DType;
import fathom.Device;
import fathom.Tensor;
import fathom.dispatch.Elements;
import fathom.dispatch.HostAccess;
import fathom.dispatch.JavaArrays;
import fathom.dispatch.Kernels;
import fathom.dispatch.TensorAccess;
import fathom.memory.Native;
import fathom.primitive.Ops;
import fathom.primitive.Pointwise;
import java.lang.foreign.ValueLayout;

/** Conversions to other types and devices, and to Java. */
public sealed interface ConversionOps permits Tensor {
    private Tensor self() {
        return (Tensor) this;
    }

    /** {@return this converted to a type; itself if it already has that type} */
    default Tensor to(DType dtype) {
        Tensor x = self();
        return x.dtype() == dtype ? x : Ops.applyAll(new Pointwise(Kernels.cast(x.dtype(), dtype)), x)[0];
    }

    /** {@return this on a device: itself if it is there already, else a differentiable copy} */
    default Tensor to(Device device) {
        return to(device, false);
    }

    /**
     * {@return this on a device: itself if it is there already, else a differentiable copy}
     *
     * @param nonBlocking whether the copy may still be under way when this returns. Operations on the device, and
     *     methods that read values, wait for it; a copy on the host may be used after {@link Device#synchronize} of the
     *     source device
     */
    default Tensor to(Device device, boolean nonBlocking) {
        Tensor x = self();
        Device from = x.device();
        return from == device ? x : Ops.applyAll(TensorAccess.deviceCopy(from, device, nonBlocking), x)[0];
    }

    /** {@return this on a device and with a type; itself if it already has both} */
    default Tensor to(Device device, DType dtype) {
        return to(device).to(dtype);
    }

    /** {@return this on the CPU; itself if it is there already} */
    default Tensor cpu() {
        return to(Device.CPU);
    }

    /** {@return this as float32} */
    default Tensor toFloat() {
        return to(DType.FLOAT32);
    }

    /** {@return this as float64} */
    default Tensor toDouble() {
        return to(DType.FLOAT64);
    }

    /** {@return this as int64} */
    default Tensor toLong() {
        return to(DType.INT64);
    }

    /** {@return this as int32} */
    default Tensor toInt() {
        return to(DType.INT32);
    }

    /** {@return this as booleans: whether elements are nonzero} */
    default Tensor toBool() {
        return to(DType.BOOL);
    }

    private Tensor single(String name) {
        Tensor x = self();
        if (x.numel() != 1) {
            throw new IllegalStateException(
                    "%s: expected a tensor of one element; this one has shape %s".formatted(name, x.shape()));
        }
        return x;
    }

    /** {@return the number in a tensor of one element} */
    default double item() {
        Tensor x = single("item");
        return HostAccess.read(x, address -> Elements.getDouble(x.dtype(), address));
    }

    /** {@return the integer in a tensor of one element, with all its bits; truncated for floating types} */
    default long itemLong() {
        Tensor x = single("itemLong");
        return HostAccess.read(x, address -> Elements.getLong(x.dtype(), address));
    }

    /** {@return whether the element of a tensor of one element is nonzero} */
    default boolean itemBoolean() {
        return item() != 0;
    }

    /**
     * The elements as a nested Java array, one level per dimension.
     *
     * @param type for instance {@code float[][].class}; the element type may be any primitive except char
     * @throws IllegalArgumentException if the number of levels is not that of dimensions
     */
    default <A> A toArray(Class<A> type) {
        return JavaArrays.toArray(self(), type);
    }

    /** {@return the elements in row-major order, as float} */
    default float[] toFloatArray() {
        return self().reshape(-1).toArray(float[].class);
    }

    /** {@return the elements in row-major order, as double} */
    default double[] toDoubleArray() {
        return self().reshape(-1).toArray(double[].class);
    }

    /** {@return the elements in row-major order, as long} */
    default long[] toLongArray() {
        return self().reshape(-1).toArray(long[].class);
    }

    /** {@return whether each element is nonzero, in row-major order} */
    default boolean[] toBooleanArray() {
        return self().reshape(-1).toArray(boolean[].class);
    }

    /** {@return a copy of the elements' bytes in row-major order, little endian} */
    default byte[] toByteArray() {
        Tensor x = self().detach().contiguous();
        long bytes = x.numel() * x.dtype().size();
        return HostAccess.read(x, address -> Native.at(address, bytes).toArray(ValueLayout.JAVA_BYTE));
    }
}
