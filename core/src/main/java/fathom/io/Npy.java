package fathom.io;

import fathom.DType;
import fathom.Device;
import fathom.Tensor;
import fathom.files.AtomicFiles;
import fathom.files.Excerpt;
import fathom.files.InputFiles;
import fathom.primitive.Ops;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * NumPy's {@code .npy} files of numbers and booleans, versions 1 to 3, in either byte order and in C or Fortran order.
 * Python objects, texts, structures, complex numbers and wider unsigned integers have no corresponding tensor type.
 *
 * @see <a href="https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html">NumPy: the npy format</a>
 */
public final class Npy {
    private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
    private static final Pattern DESCRIPTION = Pattern.compile("'descr'\\s*:\\s*'([^']*)'");
    private static final Pattern FORTRAN = Pattern.compile("'fortran_order'\\s*:\\s*(True|False)");
    private static final Pattern SHAPE = Pattern.compile("'shape'\\s*:\\s*\\(([\\d\\s,L]*)\\)");

    /** The maximum header length of version 1; NumPy itself rejects more than 10,000 bytes. */
    private static final long MAX_HEADER = 0xFFFF;

    private Npy() {}

    /** {@return whether a file starting with these bytes is an npy file} */
    static boolean isNpy(byte[] start) {
        return start.length >= MAGIC.length && Arrays.equals(start, 0, MAGIC.length, MAGIC, 0, MAGIC.length);
    }

    /**
     * Reads a file.
     *
     * @throws IOException if the file does not exist, is truncated or malformed, or has an unsupported type; names the
     *     file and the cause
     */
    public static Tensor load(Path file) throws IOException {
        InputFiles.check(file);
        try (var channel = FileChannel.open(file, StandardOpenOption.READ)) {
            return read(channel);
        } catch (FileSystemException e) {
            throw e;
        } catch (IOException e) {
            throw new IOException("%s: not a usable npy file: %s".formatted(file, e.getMessage()), e);
        }
    }

    /**
     * {@return the tensor read by {@link #load(Path)}, on a device}
     *
     * @throws IOException as {@link #load(Path)} does
     */
    public static Tensor load(Path file, Device device) throws IOException {
        try (var _ = device.open()) {
            return load(file);
        }
    }

    private static Tensor read(FileChannel channel) throws IOException {
        byte[] start = bytes(channel, 8).array();
        int version = start[6];
        if (!isNpy(start)) {
            throw new IOException("it begins with " + Excerpt.of(start));
        }
        if (version < 1 || version > 3) {
            throw new IOException(
                    String.format(Locale.ROOT, "it has version %d; 1 to 3 are supported", version & 0xFF));
        }
        long length = version == 1 ? bytes(channel, 2).getShort() & 0xFFFF : bytes(channel, 4).getInt() & 0xFFFF_FFFFL;
        if (length > MAX_HEADER) {
            throw new IOException(
                    String.format(
                            Locale.ROOT, "it claims a header of %,d bytes; the limit is %,d", length, MAX_HEADER));
        }
        return elements(channel, StandardCharsets.ISO_8859_1.decode(bytes(channel, (int) length)).toString());
    }

    private static Tensor elements(FileChannel channel, String header) throws IOException {
        String description = find(DESCRIPTION, header);
        DType dtype = type(description);
        boolean fortran = find(FORTRAN, header).equals("True");
        String dims = find(SHAPE, header).replace("L", "");
        long[] shape = shape(dims);
        long bytes = TensorBytes.size(dtype, shape);
        long there = channel.size() - channel.position();
        if (there != bytes) {
            throw new IOException(
                    String.format(
                            Locale.ROOT,
                            "shape (%s) of %s has %s bytes, but the file holds %,d; it is truncated or damaged",
                            Excerpt.of(dims),
                            dtype,
                            bytes < 0 ? "more than 2^63" : String.format(Locale.ROOT, "%,d", bytes),
                            there));
        }
        int rank = shape.length;
        var stored = new long[rank];
        Arrays.setAll(stored, d -> shape[fortran ? rank - 1 - d : d]);
        Tensor t = TensorBytes.read(channel, dtype, description.startsWith(">"), stored);
        if (!fortran || rank < 2) {
            return t;
        }
        var reversed = new int[rank];
        Arrays.setAll(reversed, d -> rank - 1 - d);
        return t.permute(reversed);
    }

    private static long[] shape(String dims) throws IOException {
        try {
            return Arrays.stream(dims.split(","))
                    .map(String::strip)
                    .filter(s -> !s.isEmpty())
                    .mapToLong(Long::parseLong)
                    .toArray();
        } catch (NumberFormatException e) {
            throw new IOException("its shape (%s) is invalid".formatted(Excerpt.of(dims)), e);
        }
    }

    private static String find(Pattern pattern, String header) throws IOException {
        Matcher m = pattern.matcher(header);
        if (!m.find()) {
            throw new IOException("its header does not describe an array of numbers: " + Excerpt.of(header.strip()));
        }
        return m.group(1);
    }

    private static DType type(String description) throws IOException {
        boolean ordered = description.startsWith("<") || description.startsWith(">");
        return switch (ordered ? description.substring(1) : description) {
            case "f4" -> DType.FLOAT32;
            case "f8" -> DType.FLOAT64;
            case "f2" -> DType.FLOAT16;
            case "i8" -> DType.INT64;
            case "i4" -> DType.INT32;
            case "i2" -> DType.INT16;
            case "|i1", "i1" -> DType.INT8;
            case "|u1", "u1" -> DType.UINT8;
            case "|b1", "b1" -> DType.BOOL;
            case "|O" -> throw new IOException("it holds Python objects; in Python, save an array of numbers");
            default ->
                    throw new IOException("elements of type %s have no tensor type".formatted(Excerpt.of(description)));
        };
    }

    private static ByteBuffer bytes(FileChannel channel, int count) throws IOException {
        var b = ByteBuffer.allocate(count).order(ByteOrder.LITTLE_ENDIAN);
        while (b.hasRemaining()) {
            if (channel.read(b) < 0) {
                throw new EOFException("it ends within its header; it is truncated");
            }
        }
        return b.flip();
    }

    /**
     * Writes a file in row-major order, atomically: to a temporary file that is then renamed.
     *
     * @throws IOException if the file cannot be written
     * @throws IllegalArgumentException for bfloat16, which the format does not support
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
                            throw new IllegalArgumentException(
                                    "npy files do not support BFLOAT16; convert with to(FLOAT32)");
                };
        var shape = new StringBuilder();
        for (long d : Ops.shape(tensor)) {
            shape.append(d).append(", ");
        }
        String text =
                "{'descr': '%s', 'fortran_order': False, 'shape': (%s), }"
                        .formatted(description, shape.toString().strip());
        int room = 64 - (10 + text.length() + 1) % 64; // elements start at a multiple of 64 bytes
        byte[] header = (text + " ".repeat(room % 64) + "\n").getBytes(StandardCharsets.US_ASCII);
        var head = ByteBuffer.allocate(10 + header.length).order(ByteOrder.LITTLE_ENDIAN);
        head.put(MAGIC).put((byte) 1).put((byte) 0).putShort((short) header.length).put(header);
        AtomicFiles.write(
                file,
                channel -> {
                    TensorBytes.writeFully(channel, head.flip());
                    TensorBytes.write(channel, tensor);
                });
    }
}
