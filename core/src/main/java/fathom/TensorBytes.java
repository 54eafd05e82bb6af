package fathom;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import fathom.memory.Native;
import fathom.memory.Pins;
import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;

/** The elements of tensors in files: row-major and little-endian, as in memory. */
final class TensorBytes {
    /** NumPy's limit, and that of many of PyTorch's operations. */
    static final int MAX_RANK = 64;

    private static final int CHUNK = 1 << 30;

    private TensorBytes() {}

    /**
     * {@return the number of bytes of a shape's elements, or -1 where no tensor can have the shape: an extent is
     * negative, there are too many, or sizes overflow}
     */
    static long size(DType dtype, long[] shape) {
        if (shape.length > MAX_RANK) {
            return -1;
        }
        boolean empty = false;
        long bytes = dtype.size();
        for (long d : shape) {
            empty |= d == 0;
            // strides are products of the other extents, also of a tensor without elements
            if (d < 0 || Math.multiplyHigh(bytes, Math.max(1, d)) != 0 || bytes * Math.max(1, d) < 0) {
                return -1;
            }
            bytes *= Math.max(1, d);
        }
        return empty ? 0 : bytes;
    }

    /**
     * {@return a new tensor, read from a channel}
     *
     * @throws EOFException if the channel ends before
     */
    static Tensor read(ReadableByteChannel channel, DType dtype, long... shape) throws IOException {
        Tensor t = Creation.empty(dtype, shape);
        MemorySegment memory = memory(t);
        for (long done = 0; done < memory.byteSize(); done += CHUNK) {
            ByteBuffer part = memory.asSlice(done, Math.min(CHUNK, memory.byteSize() - done)).asByteBuffer();
            while (part.hasRemaining()) {
                if (channel.read(part) < 0) {
                    throw new EOFException("it ends in the middle of a tensor's elements");
                }
            }
        }
        if (dtype == DType.BOOL) {
            toZeroAndOne(memory);
        }
        Reference.reachabilityFence(t);
        return t;
    }

    /** Kernels count on truth values being 0 or 1; a file may hold any byte. */
    private static void toZeroAndOne(MemorySegment memory) {
        for (long i = 0; i < memory.byteSize(); i++) {
            byte b = memory.get(JAVA_BYTE, i);
            if ((b & ~1) != 0) {
                memory.set(JAVA_BYTE, i, (byte) 1);
            }
        }
    }

    /** Turns big-endian elements into little-endian ones, where they are. */
    static void reverse(Tensor contiguous) {
        MemorySegment memory = memory(contiguous);
        int size = contiguous.dtype().size();
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
        Reference.reachabilityFence(contiguous);
    }

    /** Writes a tensor's elements. */
    static void write(WritableByteChannel channel, Tensor t) throws IOException {
        Tensor c = t.detach().contiguous();
        try (var pin = Pins.of(c.storage())) {
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

    /** {@return the memory of a contiguous tensor, which must stay reachable while it is used} */
    static MemorySegment memory(Tensor contiguous) {
        return Native.at(contiguous.address(), contiguous.numel() * contiguous.dtype().size());
    }
}
