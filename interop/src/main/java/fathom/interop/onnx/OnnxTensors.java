package fathom.interop.onnx;

import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.interop.onnx.proto.ElementType;
import fathom.interop.onnx.proto.TensorProto;
import fathom.io.MappedFile;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/** The tensors of a model: in its file, or in other files beside it. */
final class OnnxTensors {
    private final Path folder;
    private final MappedFile file;
    private final Map<Path, MappedFile> others = new HashMap<>();

    OnnxTensors(Path path, MappedFile file) {
        Path parent = path.toAbsolutePath().getParent();
        this.folder = parent == null ? path.toAbsolutePath() : parent;
        this.file = file;
    }

    /** {@return a tensor's elements on the CPU, mapped where possible} */
    Tensor read(TensorProto t, String name) throws IOException {
        DType type = ElementType.dtype(t.type());
        if (type == null || t.hasStrings()) {
            throw new IOException(
                    "tensor '%s' has elements of %s, which are not supported"
                            .formatted(name, t.hasStrings() ? "string" : ElementType.name(t.type())));
        }
        try {
            return t.external() != null ? external(t.external(), type, t.shape()) : own(t, type);
        } catch (IOException e) {
            throw new IOException("tensor '%s': %s".formatted(name, e.getMessage()), e);
        }
    }

    private Tensor own(TensorProto t, DType type) throws IOException {
        long numel = numel(t.shape());
        if (t.rawBegin() >= 0 && t.rawLength() > 0) {
            if (numel < 0 || Math.multiplyHigh(numel, type.size()) != 0 || numel * type.size() != t.rawLength()) {
                throw new IOException(
                        String.format(
                                Locale.ROOT,
                                "%d bytes are given for %s elements of the shape %s",
                                t.rawLength(),
                                type,
                                java.util.Arrays.toString(t.shape())));
            }
            return file.tensor(type, t.rawBegin(), t.shape());
        }
        int given = type.isFloating() && type.size() >= 4 ? t.reals().length : t.wholes().length;
        if (numel != given) {
            throw new IOException(
                    String.format(
                            Locale.ROOT,
                            "%d elements are given for the shape %s",
                            given,
                            java.util.Arrays.toString(t.shape())));
        }
        if (numel == 0) {
            return Tensors.zeros(type, t.shape()).keep();
        }
        Tensor flat =
                type.size() == 2 && type.isFloating()
                        ? fromBits(t.wholes(), type)
                        : type.isFloating() ? Tensors.tensor(t.reals(), type) : Tensors.tensor(t.wholes(), type);
        return flat.reshape(t.shape()).keep();
    }

    /** {@return 16-bit floating-point numbers, which are stored as integers of the same bits} */
    private static Tensor fromBits(long[] wholes, DType type) {
        var bits = new short[wholes.length];
        for (int i = 0; i < bits.length; i++) {
            bits[i] = (short) wholes[i];
        }
        return Tensors.fromBytes(MemorySegment.ofArray(bits), type, bits.length);
    }

    /** {@return the number of elements; -1 if there is no such shape} */
    private static long numel(long[] shape) {
        long n = 1;
        for (long s : shape) {
            if (s < 0 || Math.multiplyHigh(n, s) != 0 || n * s < 0) {
                return -1;
            }
            n *= s;
        }
        return n;
    }

    private Tensor external(Map<String, String> where, DType type, long[] shape) throws IOException {
        String location = where.getOrDefault("location", "");
        Path path = inFolder(location);
        MappedFile other = others.get(path);
        if (other == null) {
            other = MappedFile.open(path);
            others.put(path, other);
        }
        long begin = number(where.getOrDefault("offset", "0"));
        long numel = numel(shape);
        String length = where.get("length");
        if (length != null && (numel < 0 || number(length) != numel * type.size())) {
            throw new IOException(
                    "%s bytes are given for %s elements of the shape %s"
                            .formatted(length, type, java.util.Arrays.toString(shape)));
        }
        return other.tensor(type, begin, shape);
    }

    /** A model must not read files outside of its folder. */
    private Path inFolder(String location) throws IOException {
        try {
            Path path = folder.resolve(location).normalize();
            if (!location.isEmpty() && path.startsWith(folder) && !path.equals(folder)) {
                return path;
            }
        } catch (InvalidPathException e) {
            throw new IOException("its elements are in '%s', which is no file name".formatted(location), e);
        }
        throw new IOException("its elements are in '%s', outside of the model's folder".formatted(location));
    }

    private static long number(String text) throws IOException {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw new IOException("'%s' is no position in a file".formatted(text), e);
        }
    }
}
