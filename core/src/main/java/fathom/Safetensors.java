package fathom;

import fathom.files.AtomicFiles;
import fathom.memory.Native;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The safetensors format: eight bytes of header length, a JSON header, the elements. A header is believed only as far
 * as it agrees with the file.
 *
 * @see <a href="https://huggingface.co/docs/safetensors">Hugging Face: safetensors</a>
 */
final class Safetensors {
    private static final long HEADER_LIMIT = 100_000_000;
    private static final JsonMapper JSON = new JsonMapper();

    private static final Map<String, DType> TYPES =
            Map.of(
                    "F64", DType.FLOAT64,
                    "F32", DType.FLOAT32,
                    "F16", DType.FLOAT16,
                    "BF16", DType.BFLOAT16,
                    "I64", DType.INT64,
                    "I32", DType.INT32,
                    "I16", DType.INT16,
                    "I8", DType.INT8,
                    "U8", DType.UINT8,
                    "BOOL", DType.BOOL);

    private Safetensors() {}

    static StateDict read(Path file) throws IOException {
        try (var channel = FileChannel.open(file, StandardOpenOption.READ)) {
            long size = channel.size();
            if (size < 8) {
                throw malformed(file, "it has %d bytes, fewer than the 8 of the header's length".formatted(size));
            }
            long length = buffer(file, channel, 0, 8).getLong();
            if (length < 2 || length > HEADER_LIMIT || length > size - 8) {
                throw malformed(
                        file,
                        "it says its header has %s bytes, but the file has %d; it is truncated or no safetensors file"
                                .formatted(Long.toUnsignedString(length), size));
            }
            JsonNode header = header(file, buffer(file, channel, 8, (int) length).array());
            var state = new StateDict();
            long start = 8 + length;
            for (Map.Entry<String, JsonNode> e : header.properties()) {
                if (e.getKey().equals("__metadata__")) {
                    e.getValue().properties().forEach(m -> state.metadata().put(m.getKey(), m.getValue().asString()));
                } else {
                    state.put(e.getKey(), tensor(file, channel, start, size - start, e.getKey(), e.getValue()));
                }
            }
            return state;
        }
    }

    private static JsonNode header(Path file, byte[] bytes) throws IOException {
        try {
            JsonNode header = JSON.readTree(bytes);
            if (!header.isObject()) {
                throw malformed(file, "its header is not a JSON object");
            }
            return header;
        } catch (JacksonException e) {
            throw new IOException(
                    "%s: not a safetensors file: its header is not JSON: %s".formatted(file, e.getOriginalMessage()),
                    e);
        }
    }

    private static Tensor tensor(
            Path file, FileChannel channel, long start, long available, String name, JsonNode entry)
            throws IOException {
        JsonNode type = entry.get("dtype");
        DType dtype = type == null || !type.isString() ? null : TYPES.get(type.asString());
        if (dtype == null) {
            throw malformed(
                    file, "tensor \"%s\" has type %s, which is not one of %s".formatted(name, type, TYPES.keySet()));
        }
        long[] shape = numbers(entry.get("shape"));
        long[] offsets = numbers(entry.get("data_offsets"));
        if (shape == null || offsets == null || offsets.length != 2) {
            throw malformed(file, "tensor \"%s\" lacks shape or data_offsets".formatted(name));
        }
        long bytes;
        try {
            bytes = Math.multiplyExact(Dims.numel(shape), (long) dtype.size());
        } catch (ArithmeticException e) {
            bytes = -1;
        }
        if (offsets[0] < 0 || offsets[1] < offsets[0] || offsets[1] > available || offsets[1] - offsets[0] != bytes) {
            throw malformed(
                    file,
                    "tensor \"%s\" of shape %s and type %s should be at bytes %d to %d of %d; the file is truncated or damaged"
                            .formatted(
                                    name, java.util.Arrays.toString(shape), dtype, offsets[0], offsets[1], available));
        }
        Tensor t = Creation.empty(dtype, shape);
        MemorySegment memory = Native.at(t.address(), bytes);
        long done = 0;
        while (done < bytes) {
            int part = (int) Math.min(bytes - done, 1 << 30);
            ByteBuffer b = memory.asSlice(done, part).asByteBuffer();
            readFully(file, channel, start + offsets[0] + done, b);
            done += part;
        }
        Reference.reachabilityFence(t);
        return t.keep();
    }

    private static long @Nullable [] numbers(@Nullable JsonNode array) {
        if (array == null || !array.isArray()) {
            return null;
        }
        var out = new long[array.size()];
        for (int i = 0; i < out.length; i++) {
            if (!array.get(i).isIntegralNumber() || !array.get(i).canConvertToLong() || array.get(i).asLong() < 0) {
                return null;
            }
            out[i] = array.get(i).asLong();
        }
        return out;
    }

    private static ByteBuffer buffer(Path file, FileChannel channel, long position, int bytes) throws IOException {
        var b = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
        readFully(file, channel, position, b);
        return b.flip();
    }

    private static void readFully(Path file, FileChannel channel, long position, ByteBuffer into) throws IOException {
        long at = position;
        while (into.hasRemaining()) {
            int n = channel.read(into, at);
            if (n < 0) {
                throw malformed(file, "it ends at byte %d, in the middle of a tensor".formatted(at));
            }
            at += n;
        }
    }

    private static IOException malformed(Path file, String what) {
        return new IOException("%s: not a usable safetensors file: %s".formatted(file, what));
    }

    static void write(StateDict state, Path file) throws IOException {
        var header = new LinkedHashMap<String, Object>();
        if (!state.metadata().isEmpty()) {
            header.put("__metadata__", state.metadata());
        }
        long offset = 0;
        for (Map.Entry<String, Tensor> e : state.entries().entrySet()) {
            Tensor t = e.getValue();
            long bytes = t.numel() * t.dtype().size();
            // in a fixed order, so that the same state gives the same file
            var entry = new LinkedHashMap<String, Object>();
            entry.put("dtype", typeName(t.dtype()));
            entry.put("shape", t.shape().dims());
            entry.put("data_offsets", new long[] {offset, offset + bytes});
            header.put(e.getKey(), entry);
            offset += bytes;
        }
        byte[] json = JSON.writeValueAsBytes(header);
        int padding = (8 - json.length % 8) % 8; // the format asks for spaces up to eight bytes
        var head = ByteBuffer.allocate(8 + json.length + padding).order(ByteOrder.LITTLE_ENDIAN);
        head.putLong(json.length + padding).put(json).put(" ".repeat(padding).getBytes(StandardCharsets.US_ASCII));
        AtomicFiles.write(
                file,
                channel -> {
                    writeFully(channel, head.flip());
                    for (Tensor t : state.entries().values()) {
                        Tensor c = t.detach().contiguous();
                        long bytes = c.numel() * c.dtype().size();
                        MemorySegment memory = Native.at(c.address(), bytes);
                        for (long done = 0; done < bytes; done += 1 << 30) {
                            writeFully(channel, memory.asSlice(done, Math.min(bytes - done, 1 << 30)).asByteBuffer());
                        }
                        Reference.reachabilityFence(c);
                    }
                });
    }

    private static void writeFully(FileChannel channel, ByteBuffer b) throws IOException {
        while (b.hasRemaining()) {
            channel.write(b);
        }
    }

    private static String typeName(DType dtype) {
        for (var e : TYPES.entrySet()) {
            if (e.getValue() == dtype) {
                return e.getKey();
            }
        }
        throw new AssertionError(dtype);
    }
}
