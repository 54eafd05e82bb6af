package fathom;

import fathom.files.AtomicFiles;
import fathom.memory.Native;
import java.io.EOFException;
import java.io.IOException;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * NumPy's {@code .npy} files of numbers and truth values, versions 1 to 3, little endian, in either order of
 * dimensions.
 *
 * @see <a href="https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html">NumPy: the npy format</a>
 */
public final class Npy {
    private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
    private static final Pattern DESCRIPTION = Pattern.compile("'descr'\\s*:\\s*'([^']*)'");
    private static final Pattern FORTRAN = Pattern.compile("'fortran_order'\\s*:\\s*(True|False)");
    private static final Pattern SHAPE = Pattern.compile("'shape'\\s*:\\s*\\(([\\d\\s,L]*)\\)");

    private Npy() {}

    /**
     * Reads a file.
     *
     * @throws IOException if it is truncated, malformed, or of a type that tensors do not have
     */
    public static Tensor load(Path file) throws IOException {
        try (var channel = FileChannel.open(file, StandardOpenOption.READ)) {
            ByteBuffer start = read(file, channel, 8);
            byte[] magic = new byte[6];
            start.get(magic);
            int version = start.get();
            if (!Arrays.equals(magic, MAGIC) || version < 1 || version > 3) {
                throw new IOException(file + ": not an npy file of version 1 to 3");
            }
            long length =
                    version == 1
                            ? read(file, channel, 2).getShort() & 0xFFFF
                            : read(file, channel, 4).getInt() & 0xFFFFFFFFL;
            if (length > channel.size() - channel.position()) {
                throw new IOException(
                        "%s: its header should have %d bytes, but the file ends before; it is truncated"
                                .formatted(file, length));
            }
            String header = StandardCharsets.UTF_8.decode(read(file, channel, (int) length)).toString();
            return elements(file, channel, header);
        }
    }

    private static Tensor elements(Path file, FileChannel channel, String header) throws IOException {
        DType dtype = type(file, find(file, DESCRIPTION, header));
        boolean fortran = find(file, FORTRAN, header).equals("True");
        String dims = find(file, SHAPE, header).replace("L", "");
        long[] shape;
        long bytes;
        try {
            shape =
                    Arrays.stream(dims.split(","))
                            .map(String::strip)
                            .filter(s -> !s.isEmpty())
                            .mapToLong(Long::parseLong)
                            .toArray();
            bytes = Math.multiplyExact(Dims.numel(shape), (long) dtype.size());
        } catch (NumberFormatException | ArithmeticException e) {
            throw new IOException("%s: its shape (%s) cannot be".formatted(file, dims), e);
        }
        long there = channel.size() - channel.position();
        if (there != bytes) {
            throw new IOException(
                    "%s: shape (%s) of %s has %d bytes, but the file holds %d; it is truncated or damaged"
                            .formatted(file, dims, dtype, bytes, there));
        }
        if (fortran) {
            for (int i = 0, j = shape.length - 1; i < j; i++, j--) {
                long s = shape[i];
                shape[i] = shape[j];
                shape[j] = s;
            }
        }
        Tensor t = Creation.empty(dtype, shape);
        var memory = Native.at(t.address(), bytes);
        for (long done = 0; done < bytes; done += 1 << 30) {
            fill(file, channel, memory.asSlice(done, Math.min(bytes - done, 1 << 30)).asByteBuffer());
        }
        Reference.reachabilityFence(t);
        if (!fortran || shape.length < 2) {
            return t;
        }
        var reversed = new int[shape.length];
        Arrays.setAll(reversed, d -> shape.length - 1 - d);
        return t.permute(reversed);
    }

    private static String find(Path file, Pattern pattern, String header) throws IOException {
        Matcher m = pattern.matcher(header);
        if (!m.find()) {
            throw new IOException("%s: cannot read its header: %s".formatted(file, header.strip()));
        }
        return m.group(1);
    }

    private static DType type(Path file, String description) throws IOException {
        return switch (description) {
            case "<f4" -> DType.FLOAT32;
            case "<f8" -> DType.FLOAT64;
            case "<f2" -> DType.FLOAT16;
            case "<i8" -> DType.INT64;
            case "<i4" -> DType.INT32;
            case "<i2" -> DType.INT16;
            case "|i1" -> DType.INT8;
            case "|u1" -> DType.UINT8;
            case "|b1" -> DType.BOOL;
            default ->
                    throw new IOException("%s: elements of type %s have no tensor type".formatted(file, description));
        };
    }

    private static ByteBuffer read(Path file, FileChannel channel, int bytes) throws IOException {
        var b = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
        fill(file, channel, b);
        return b.flip();
    }

    private static void fill(Path file, FileChannel channel, ByteBuffer into) throws IOException {
        while (into.hasRemaining()) {
            if (channel.read(into) < 0) {
                throw new EOFException(file + ": the file ends too early; it is truncated");
            }
        }
    }

    /**
     * Writes a file, in row-major order: beside its place first, then moved into it.
     *
     * @throws IllegalArgumentException for bfloat16, which the format does not have
     */
    public static void save(Tensor tensor, Path file) throws IOException {
        String description =
                switch (tensor.dtype()) {
                    case FLOAT32 -> "<f4";
                    case FLOAT64 -> "<f8";
                    case FLOAT16 -> "<f2";
                    case INT64 -> "<i8";
                    case INT32 -> "<i4";
                    case INT16 -> "<i2";
                    case INT8 -> "|i1";
                    case UINT8 -> "|u1";
                    case BOOL -> "|b1";
                    case BFLOAT16 ->
                            throw new IllegalArgumentException("npy files have no bfloat16; convert with to(FLOAT32)");
                };
        var shape = new StringBuilder();
        for (long d : tensor.rawShape()) {
            shape.append(d).append(", ");
        }
        String text =
                "{'descr': '%s', 'fortran_order': False, 'shape': (%s), }"
                        .formatted(description, shape.toString().strip());
        int room = 64 - (10 + text.length() + 1) % 64; // elements start at a multiple of 64 bytes
        byte[] header = (text + " ".repeat(room % 64) + "\n").getBytes(StandardCharsets.US_ASCII);
        var head = ByteBuffer.allocate(10 + header.length).order(ByteOrder.LITTLE_ENDIAN);
        head.put(MAGIC).put((byte) 1).put((byte) 0).putShort((short) header.length).put(header);
        Tensor c = tensor.detach().contiguous();
        var memory = Native.at(c.address(), c.numel() * c.dtype().size());
        AtomicFiles.write(
                file,
                channel -> {
                    head.flip();
                    while (head.hasRemaining()) {
                        channel.write(head);
                    }
                    for (long done = 0; done < memory.byteSize(); done += 1 << 30) {
                        ByteBuffer b = memory.asSlice(done, Math.min(memory.byteSize() - done, 1 << 30)).asByteBuffer();
                        while (b.hasRemaining()) {
                            channel.write(b);
                        }
                    }
                });
        Reference.reachabilityFence(c);
    }
}
