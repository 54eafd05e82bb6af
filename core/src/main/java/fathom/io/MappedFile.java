package fathom.io;

import fathom.DType;
import fathom.Device;
import fathom.Tensor;
import fathom.dispatch.TensorAccess;
import fathom.memory.Storage;
import fathom.primitive.Spec;
import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.nio.file.ReadOnlyFileSystemException;
import java.nio.file.StandardOpenOption;
import java.util.Locale;

/**
 * A file in memory, as a source of tensors: views of the file where kernels can use its bytes as they are, else copies.
 *
 * <p>The operating system loads the file's pages when a tensor is first read. A view may be written; the change is
 * private to this process and does not reach the file. Views keep the mapping alive, so a mapped file need not be
 * closed; the file must not be truncated meanwhile.
 */
public final class MappedFile {
    private final MemorySegment memory;
    private final boolean isPrivate;

    private MappedFile(MemorySegment memory, boolean isPrivate) {
        this.memory = memory;
        this.isPrivate = isPrivate;
    }

    /**
     * {@return a file's memory}
     *
     * @throws IOException if the file cannot be read
     */
    public static MappedFile open(Path file) throws IOException {
        // private mappings require a channel that may write, although they never do
        try (var writable = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            return new MappedFile(writable.map(FileChannel.MapMode.PRIVATE, 0, writable.size(), Arena.ofAuto()), true);
        } catch (FileSystemException | ReadOnlyFileSystemException e) {
            try (var readable = FileChannel.open(file, StandardOpenOption.READ)) {
                return new MappedFile(
                        readable.map(FileChannel.MapMode.READ_ONLY, 0, readable.size(), Arena.ofAuto()), false);
            }
        }
    }

    /** {@return the file's size in bytes} */
    public long size() {
        return memory.byteSize();
    }

    /** {@return the file's bytes, read-only} */
    public MemorySegment bytes() {
        return memory.asReadOnly();
    }

    /**
     * {@return a tensor on the CPU of the file's elements, row-major and little-endian}: a view of the file where it
     * may be written and the elements are aligned, else a copy. Booleans are always copied, since a file may hold other
     * bytes than 0 and 1.
     *
     * @param begin the position of the first element in the file, in bytes
     * @throws EOFException if the file ends before the last element
     * @throws IOException if no tensor can have the shape
     */
    public Tensor tensor(DType dtype, long begin, long... shape) throws IOException {
        long bytes = TensorBytes.size(dtype, shape);
        if (bytes < 0) {
            throw new IOException("no tensor can have the shape " + java.util.Arrays.toString(shape));
        }
        if (begin < 0 || begin > size() || bytes > size() - begin) {
            throw new EOFException(
                    String.format(
                            Locale.ROOT,
                            "%d bytes of elements from byte %d on exceed the file's %d; it is truncated or damaged",
                            bytes,
                            begin,
                            size()));
        }
        MemorySegment own = memory.asSlice(begin, bytes);
        if (isPrivate && bytes > 0 && dtype != DType.BOOL && own.address() % dtype.size() == 0) {
            return TensorAccess.view(Storage.of(own), 0, Spec.of(dtype, shape));
        }
        try (var _ = Device.CPU.open()) {
            return TensorBytes.read(new SegmentChannel(own), dtype, shape).keep();
        }
    }

    /** Reads a segment from its begin to its end. */
    private static final class SegmentChannel implements ReadableByteChannel {
        private MemorySegment left;

        SegmentChannel(MemorySegment left) {
            this.left = left;
        }

        @Override
        public int read(ByteBuffer into) {
            int count = (int) Math.min(left.byteSize(), into.remaining());
            if (count == 0) {
                return into.hasRemaining() ? -1 : 0;
            }
            MemorySegment.ofBuffer(into).asSlice(0, count).copyFrom(left.asSlice(0, count));
            into.position(into.position() + count);
            left = left.asSlice(count);
            return count;
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {}
    }
}
