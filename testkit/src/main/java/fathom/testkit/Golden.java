package fathom.testkit;

import fathom.DType;
import fathom.Device;
import fathom.Tensor;
import fathom.Tensors;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A file of golden cases, written by {@code tools/golden}: inputs, and results and gradients computed by PyTorch. The
 * files are test resources in the safetensors format, whose metadata lists the cases.
 */
public final class Golden {
    /**
     * The device of the tensors: the current one, or that of the system property {@code testkit.device}, which shows
     * whether operations create auxiliary tensors on the device of their inputs rather than on the current one.
     */
    private static final Device DEVICE =
            System.getProperty("testkit.device") == null
                    ? Device.current()
                    : Device.of(System.getProperty("testkit.device"));

    private final byte[] bytes;
    private final long start;
    private final JsonNode header;
    private final List<GoldenCase> cases = new ArrayList<>();

    private Golden(String resource) {
        bytes = read(resource);
        int length = Math.toIntExact(ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong());
        header = JsonMapper.shared().readTree(new String(bytes, 8, length, StandardCharsets.UTF_8));
        start = 8L + length;
        JsonNode metadata = header.get("__metadata__");
        if (metadata != null) {
            metadata.properties()
                    .forEach(e -> cases.add(new GoldenCase(this, e.getKey(), attributes(e.getValue().asString()))));
        }
    }

    /** {@return the cases of a resource, for instance {@code golden/unary.safetensors}} */
    public static Golden load(String resource) {
        return new Golden(resource);
    }

    /** {@return the cases in the order in which they were written} */
    public List<GoldenCase> cases() {
        return cases;
    }

    /** {@return the cases whose names start with {@code prefix}} */
    public Stream<GoldenCase> cases(String prefix) {
        return cases.stream().filter(c -> c.name().startsWith(prefix));
    }

    /** {@return whether there is a tensor with that name} */
    public boolean has(String name) {
        return header.get(name) != null;
    }

    /**
     * {@return a new tensor with the values of that name}
     *
     * @throws IllegalArgumentException if there is none
     */
    public Tensor tensor(String name) {
        JsonNode entry = header.get(name);
        if (entry == null) {
            throw new IllegalArgumentException("no golden tensor is named " + name);
        }
        long[] shape = new long[entry.get("shape").size()];
        for (int d = 0; d < shape.length; d++) {
            shape[d] = entry.get("shape").get(d).asLong();
        }
        long from = entry.get("data_offsets").get(0).asLong();
        long to = entry.get("data_offsets").get(1).asLong();
        return DEVICE.with(() ->
                Tensors.fromBytes(
                        MemorySegment.ofArray(bytes).asSlice(start + from, to - from),
                        type(entry.get("dtype").asString()),
                        shape));
    }

    /** {@return the texts of a resource by name, in order: each follows a line {@code === name}} */
    public static Map<String, String> texts(String resource) {
        var texts = new LinkedHashMap<String, String>();
        for (String block : new String(read(resource), StandardCharsets.UTF_8).split("(^|\n)=== ")) {
            int end = block.indexOf('\n');
            if (end >= 0) {
                texts.put(block.substring(0, end), block.substring(end + 1).stripTrailing());
            }
        }
        return texts;
    }

    /** {@return the lines of a resource} */
    public static List<String> lines(String resource) {
        return new String(read(resource), StandardCharsets.UTF_8).lines().toList();
    }

    private static byte[] read(String resource) {
        try (InputStream in = Thread.currentThread().getContextClassLoader().getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalArgumentException(
                        "no resource " + resource + "; tools/golden/make-golden writes them");
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Map<String, String> attributes(String text) {
        var attributes = new LinkedHashMap<String, String>();
        for (String pair : text.split(" ")) {
            int equals = pair.indexOf('=');
            if (equals >= 0) {
                attributes.put(pair.substring(0, equals), pair.substring(equals + 1));
            }
        }
        return attributes;
    }

    private static DType type(String name) {
        return switch (name) {
            case "F32" -> DType.FLOAT32;
            case "F64" -> DType.FLOAT64;
            case "BF16" -> DType.BFLOAT16;
            case "F16" -> DType.FLOAT16;
            case "I64" -> DType.INT64;
            case "I32" -> DType.INT32;
            case "I16" -> DType.INT16;
            case "I8" -> DType.INT8;
            case "U8" -> DType.UINT8;
            case "BOOL" -> DType.BOOL;
            default -> throw new IllegalArgumentException("unknown type " + name);
        };
    }
}
