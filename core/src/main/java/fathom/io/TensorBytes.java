package fathom.io;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import fathom.DType;
import fathom.Shape;
import fathom.Tensor;
import fathom.dispatch.HostAccess;
import fathom.dispatch.TensorAccess;
import fathom.memory.Allocator;
import fathom.memory.Native;
import fathom.memory.Pins;
import fathom.memory.Transfers;
import fathom.primitive.Spec;
import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;

/** The elements of tensors in files: row-major and little-endian, as in memory. */
public final class TensorBytes {
    /** NumPy's limit, and that of many PyTorch operations. */
    static final int MAX_RANK = 64;

    private static final long CHUNK = 1 << 30;

    /** Bytes staged at a time when copying to a device; a multiple of all element sizes. */
    private static final long STAGED = 1 << 24;

    private TensorBytes() {}

    /**
     * {@return the size in bytes of a tensor, or -1 if no tensor can have the shape: a size is negative, there are too
     * many dimensions, or the product overflows}
     */
    static long size(DType dtype, long[] shape) {
        if (shape.length > MAX_RANK) {
            return -1;
        }
        boolean empty = false;
        long bytes = dtype.size();
        for (long d : shape) {
            empty |= d == 0;
            // strides are products of the other sizes, even for a tensor without elements
            if (d < 0 || Math.multiplyHigh(bytes, Math.max(1, d)) != 0 || bytes * Math.max(1, d) < 0) {
                return -1;
            }
            bytes *= Math.max(1, d);
        }
        return empty ? 0 : bytes;
    }

    /**
     * {@return a new tensor on the current device, read from a channel}
     *
     * @throws EOFException if the channel ends early
     */
    static Tensor read(ReadableByteChannel channel, DType dtype, long... shape) throws IOException {
        return read(channel, dtype, false, shape);
    }

    /**
     * As {@link #read(ReadableByteChannel, DType, long...)}.
     *
     * @param bigEndian whether elements must be converted to little-endian
     */
    static Tensor read(ReadableByteChannel channel, DType dtype, boolean bigEndian, long... shape) throws IOException {
        Tensor t = TensorAccess.allocate(Spec.of(dtype, Shape.of(shape).dims()));
        Allocator to = TensorAccess.storage(t).allocator();
        long address = TensorAccess.address(t);
        long bytes = t.numel() * dtype.size();
        boolean direct = to.isHostAddressable();
        try (Arena arena = Arena.ofConfined()) {
            long chunk = direct ? CHUNK : Math.clamp(bytes, 1, STAGED);
            MemorySegment room = direct ? Native.at(address, bytes) : arena.allocate(chunk, 64);
            for (long done = 0; done < bytes; done += chunk) {
                MemorySegment part = room.asSlice(direct ? done : 0, Math.min(chunk, bytes - done));
                fill(part, channel);
                if (dtype == DType.BOOL) {
                    toZeroAndOne(part);
                }
                if (bigEndian) {
                    reverse(part, dtype.size());
                }
                if (!direct) {
                    Transfers.fromHost(part, to, address + done);
                }
            }
        }
        Reference.reachabilityFence(t);
        return t;
    }

    private static void fill(MemorySegment part, ReadableByteChannel channel) throws IOException {
        ByteBuffer buffer = part.asByteBuffer();
        while (buffer.hasRemaining()) {
            if (channel.read(buffer) < 0) {
                throw new EOFException("it ends in the middle of a tensor's elements");
            }
        }
    }

    /** Kernels rely on booleans being 0 or 1; a file may hold any byte. */
    private static void toZeroAndOne(MemorySegment memory) {
        for (long i = 0; i < memory.byteSize(); i++) {
            byte b = memory.get(JAVA_BYTE, i);
            if ((b & ~1) != 0) {
                memory.set(JAVA_BYTE, i, (byte) 1);
            }
        }
    }

    /** Converts big-endian elements to little-endian, in place. */
    private static void reverse(MemorySegment memory, int size) {
        for (long at = 0; at < memory.byteSize(); at += size) {
            switch (size) {
                case 2 ->
                        memory.set(JAVA_SHORT_UNALIGNED, at, Short.reverseBytes(memory.get(JAVA_SHORT_UNALIGNED, at)));
                case 4 -> memory.set(JAVA_INT_UNALIGNED, at, Integer.reverseBytes(memory.get(JAVA_INT_UNALIGNED, at)));
                case 8 -> memory.set(JAVA_LONG_UNALIGNED, at, Long.reverseBytes(memory.get(JAVA_LONG_UNALIGNED, at)));
                default -> {
                    return;
                }
            }
        }
    }

    /**
     * Writes a tensor's elements, row-major and little-endian.
     *
     * @throws IOException if the channel cannot be written
     */
    public static void write(WritableByteChannel channel, Tensor t) throws IOException {
        Tensor c = HostAccess.onHost(t.detach()).contiguous();
        try (var pin = Pins.of(TensorAccess.storage(c))) {
            MemorySegment memory = memory(c);
            for (long done = 0; done < memory.byteSize(); done += CHUNK) {
                writeFully(channel, memory.asSlice(done, Math.min(CHUNK, memory.byteSize() - done)).asByteBuffer());
            }
        }
        Reference.reachabilityFence(c);
    }

    static void writeFully(WritableByteChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    /** {@return the memory of a contiguous tensor on the host, which must stay reachable while it is used} */
    static MemorySegment memory(Tensor contiguous) {
        return Native.at(TensorAccess.address(contiguous), contiguous.numel() * contiguous.dtype().size());
    }
}
