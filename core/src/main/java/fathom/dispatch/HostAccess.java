package fathom.dispatch;

import fathom.DType;
import fathom.Tensor;
import fathom.memory.Allocator;
import fathom.memory.Transfers;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.util.function.LongConsumer;
import java.util.function.LongFunction;

/**
 * Host access to elements: directly if the host can address the device's memory, else through a copy on the host.
 * Nothing else in this module reads or writes elements by address.
 */
public final class HostAccess {
    private HostAccess() {}

    private static long bytes(Tensor contiguous) {
        return contiguous.numel() * contiguous.dtype().size();
    }

    /** {@return the result of {@code body} for the host address of a contiguous tensor's elements} */
    public static <T> T read(Tensor contiguous, LongFunction<T> body) {
        Allocator from = TensorAccess.storage(contiguous).allocator();
        if (from.isHostAddressable()) {
            return contiguous.withAddress(body);
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment copy = arena.allocate(Math.max(1, bytes(contiguous)), 64);
            return contiguous.withAddress(address -> {
                Transfers.toHost(from, address, copy.asSlice(0, bytes(contiguous)));
                return body.apply(copy.address());
            });
        }
    }

    /** Lets {@code body} write all elements of a new contiguous tensor, at an address on the host. */
    public static void write(Tensor contiguous, LongConsumer body) {
        Allocator to = TensorAccess.storage(contiguous).allocator();
        long address = TensorAccess.address(contiguous);
        if (to.isHostAddressable()) {
            body.accept(address);
        } else {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment copy = arena.allocate(Math.max(1, bytes(contiguous)), 64);
                body.accept(copy.address());
                Transfers.fromHost(copy.asSlice(0, bytes(contiguous)), to, address);
            }
        }
        Reference.reachabilityFence(contiguous);
    }

    /** {@return the element at an address of a device} */
    public static double getDouble(Allocator from, DType dtype, long address) {
        if (from.isHostAddressable()) {
            return Elements.getDouble(dtype, address);
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment copy = arena.allocate(dtype.size(), 8);
            Transfers.toHost(from, address, copy);
            return Elements.getDouble(dtype, copy.address());
        }
    }

    /** Sets the element at an address of a device. */
    public static void setDouble(Allocator to, DType dtype, long address, double value) {
        if (to.isHostAddressable()) {
            Elements.setDouble(dtype, address, value);
            return;
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment copy = arena.allocate(dtype.size(), 8);
            Elements.setDouble(dtype, copy.address(), value);
            Transfers.fromHost(copy, to, address);
        }
    }

    /**
     * {@return the tensor, without autograd history, in memory that the host can address: itself or a copy on the CPU}
     */
    public static Tensor onHost(Tensor tensor) {
        return TensorAccess.storage(tensor).allocator().isHostAddressable() ? tensor : tensor.detach().cpu();
    }
}
