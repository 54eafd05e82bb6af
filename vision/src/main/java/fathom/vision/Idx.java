package fathom.vision;

import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.files.AtomicFiles;
import fathom.files.InputFiles;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipException;

/**
 * The IDX format of MNIST and similar data sets: two zero bytes, a byte for the type, one for the number of dimensions,
 * the extents as big-endian 32-bit numbers, then the elements, big-endian and row-major. Files may be compressed with
 * gzip.
 *
 * @see <a href="http://yann.lecun.com/exdb/mnist/">The MNIST database</a>
 */
public final class Idx {
    private static final int GZIP_MAGIC = 0x1F8B;

    /** The maximum size of an array's contents; no data set in this format comes near. */
    private static final long MOST_BYTES = Integer.MAX_VALUE - 64;

    /** The maximum compression ratio of deflate. */
    private static final long MOST_INFLATED = 1032;

    private Idx() {}

    /**
     * Reads a file, compressed or not (detected from its first bytes).
     *
     * @return a tensor of the file's shape; UINT8, INT8, INT16, INT32, FLOAT32 or FLOAT64
     * @throws IOException if the file cannot be read, is not in this format, is cut short, or has trailing data
     */
    public static Tensor read(Path file) throws IOException {
        InputFiles.check(file);
        try (InputStream in = Files.newInputStream(file)) {
            return read(in, file.toString(), Files.size(file));
        }
    }

    /**
     * Reads a stream to its end, compressed or not (detected from its first bytes).
     *
     * @param name the name used in messages
     * @return a tensor of the shape in the header
     * @throws IOException as for {@link #read(Path)}
     */
    public static Tensor read(InputStream in, String name) throws IOException {
        return read(in, name, Long.MAX_VALUE / MOST_INFLATED);
    }

    private static Tensor read(InputStream in, String name, long available) throws IOException {
        var buffered = new BufferedInputStream(in, 1 << 16);
        buffered.mark(2);
        int magic = buffered.read() << 8 | buffered.read();
        buffered.reset();
        try {
            return magic == GZIP_MAGIC
                    ? parse(new GZIPInputStream(buffered, 1 << 16), name, available * MOST_INFLATED)
                    : parse(buffered, name, available);
        } catch (EOFException e) {
            throw new IOException("%s: the compressed data is cut short".formatted(name), e);
        } catch (ZipException e) {
            throw new IOException("%s: the compressed data is corrupt (%s)".formatted(name, e.getMessage()), e);
        }
    }

    private static Tensor parse(InputStream in, String name, long available) throws IOException {
        byte[] start = in.readNBytes(4);
        if (start.length < 4) {
            throw new IOException(
                    String.format(Locale.ROOT, "%s: not an IDX file: it has only %d bytes", name, start.length));
        }
        DType dtype = start[0] == 0 && start[1] == 0 ? typeOf(start[2]) : null;
        if (dtype == null) {
            throw new IOException(
                    String.format(
                            Locale.ROOT,
                            "%s: not an IDX file: it begins with %02x %02x %02x %02x",
                            name,
                            start[0],
                            start[1],
                            start[2],
                            start[3]));
        }
        int rank = start[3] & 0xFF;
        byte[] header = in.readNBytes(4 * rank);
        if (header.length < 4 * rank) {
            throw new IOException(
                    String.format(Locale.ROOT, "%s: cut short within the header of %d dimensions", name, rank));
        }
        long[] shape = new long[rank];
        long bytes = dtype.size();
        boolean empty = false;
        for (int d = 0; d < rank; d++) {
            shape[d] = bigEndian(header, 4 * d, 4) & 0xFFFF_FFFFL;
            long extent = Math.max(1, shape[d]); // strides are products of extents even if there are no elements
            bytes = bytes > MOST_BYTES / extent ? MOST_BYTES + 1 : bytes * extent;
            empty |= shape[d] == 0;
        }
        if (bytes > MOST_BYTES) {
            throw new IOException(
                    String.format(
                            Locale.ROOT,
                            "%s: the header says shape %s of %s, which is more than %,d bytes",
                            name,
                            Arrays.toString(shape),
                            dtype,
                            MOST_BYTES));
        }
        bytes = empty ? 0 : bytes;
        if (bytes > available) {
            throw new IOException(
                    String.format(
                            Locale.ROOT,
                            "%s: cut short: shape %s of %s takes %,d bytes, more than the file can hold",
                            name,
                            Arrays.toString(shape),
                            dtype,
                            bytes));
        }
        // readNBytes allocates as data arrives: a false header costs no memory
        byte[] data = in.readNBytes((int) bytes);
        if (data.length < bytes) {
            throw new IOException(
                    String.format(
                            Locale.ROOT,
                            "%s: cut short: shape %s of %s takes %,d bytes, but only %,d are there",
                            name,
                            Arrays.toString(shape),
                            dtype,
                            bytes,
                            data.length));
        }
        if (in.read() >= 0) {
            throw new IOException(
                    "%s: there is more data than shape %s of %s takes".formatted(name, Arrays.toString(shape), dtype));
        }
        reverse(data, dtype.size());
        return Tensors.fromBytes(MemorySegment.ofArray(data), dtype, shape);
    }

    /**
     * Writes a tensor atomically (to a temporary file that is then renamed); compressed if the name ends in {@code
     * .gz}.
     *
     * @param tensor of one of the types that {@link #read} returns, with at most 255 dimensions
     * @throws IllegalArgumentException if the format does not support the type or shape
     * @throws IOException if the file cannot be written
     */
    public static void write(Path file, Tensor tensor) throws IOException {
        long[] shape = tensor.shape().dims();
        if (shape.length > 255 || Arrays.stream(shape).anyMatch(n -> n > 0xFFFF_FFFFL)) {
            throw new IllegalArgumentException("Idx.write: the format does not support shape " + tensor.shape());
        }
        ByteBuffer header = ByteBuffer.allocate(4 + 4 * shape.length);
        header.put(new byte[] {0, 0, codeOf(tensor.dtype()), (byte) shape.length});
        for (long n : shape) {
            header.putInt((int) n);
        }
        byte[] data = tensor.toByteArray();
        reverse(data, tensor.dtype().size());
        AtomicFiles.write(
                file,
                channel -> {
                    OutputStream plain = Channels.newOutputStream(channel);
                    if (file.toString().endsWith(".gz")) {
                        var packed = new GZIPOutputStream(plain, 1 << 16);
                        packed.write(header.array());
                        packed.write(data);
                        packed.finish();
                    } else {
                        plain.write(header.array());
                        plain.write(data);
                    }
                });
    }

    private static @org.jspecify.annotations.Nullable DType typeOf(byte code) {
        return switch (code) {
            case 0x08 -> DType.UINT8;
            case 0x09 -> DType.INT8;
            case 0x0B -> DType.INT16;
            case 0x0C -> DType.INT32;
            case 0x0D -> DType.FLOAT32;
            case 0x0E -> DType.FLOAT64;
            default -> null;
        };
    }

    private static byte codeOf(DType dtype) {
        return switch (dtype) {
            case UINT8 -> 0x08;
            case INT8 -> 0x09;
            case INT16 -> 0x0B;
            case INT32 -> 0x0C;
            case FLOAT32 -> 0x0D;
            case FLOAT64 -> 0x0E;
            default -> throw new IllegalArgumentException("Idx.write: the format does not support type " + dtype);
        };
    }

    private static long bigEndian(byte[] bytes, int from, int count) {
        long value = 0;
        for (int i = from; i < from + count; i++) {
            value = value << 8 | bytes[i] & 0xFF;
        }
        return value;
    }

    /** Swaps the byte order of elements of {@code size} bytes. */
    private static void reverse(byte[] data, int size) {
        if (size == 1) {
            return;
        }
        for (int i = 0; i < data.length; i += size) {
            for (int a = i, b = i + size - 1; a < b; a++, b--) {
                byte t = data[a];
                data[a] = data[b];
                data[b] = t;
            }
        }
    }
}
