package fathom.io;

import fathom.Tensor;
import fathom.files.AtomicFiles;
import fathom.files.BufferedChannels;
import fathom.files.ReadBudget;
import fathom.files.Utf8;
import fathom.primitive.Ops;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;

/**
 * The safetensors format: eight bytes of header length, a JSON header, the elements. Files rejected by the reference
 * library are rejected here too.
 *
 * @see <a href="https://huggingface.co/docs/safetensors">Hugging Face: safetensors</a>
 */
final class Safetensors {
    /** The reference library's limit. */
    private static final int HEADER_LIMIT = 100_000_000;

    private Safetensors() {}

    /**
     * {@return whether a file starting with these bytes may be a safetensors file: eight bytes of length, then a JSON
     * object}
     */
    static boolean isSafetensors(byte[] start) {
        return start.length > Long.BYTES && start[Long.BYTES] == '{';
    }

    static StateDict read(Path file) throws IOException {
        return read(file, Safetensors::elements);
    }

    /** As {@link #read}, with tensors on the CPU that are views of the mapped file where possible. */
    static StateDict map(Path file) throws IOException {
        return read(file, (channel, header, begin) -> mapped(file, header, begin));
    }

    /** Provides the tensors of a file. */
    @FunctionalInterface
    private interface Elements {
        /**
         * {@return the tensors by name}
         *
         * @param begin the position of the elements in the file
         */
        Map<String, Tensor> of(FileChannel channel, SafetensorsHeader header, long begin) throws IOException;
    }

    private static StateDict read(Path file, Elements elements) throws IOException {
        try (var channel = FileChannel.open(file, StandardOpenOption.READ)) {
            return read(channel, elements);
        } catch (FileSystemException e) {
            throw e;
        } catch (IOException e) {
            throw new IOException("%s: not a usable safetensors file: %s".formatted(file, e.getMessage()), e);
        }
    }

    private static StateDict read(FileChannel channel, Elements elements) throws IOException {
        long size = channel.size();
        ReadableByteChannel in = BufferedChannels.reader(channel, 0);
        long length = bytes(in, Long.BYTES).getLong();
        if (length < 2 || length > HEADER_LIMIT || length > size - Long.BYTES) {
            throw new IOException(
                    length < 0 || length > HEADER_LIMIT
                            ? String.format(
                                    Locale.ROOT,
                                    "its first 8 bytes claim a header of %s bytes, more than the %,d that the format allows",
                                    Long.toUnsignedString(length),
                                    HEADER_LIMIT)
                            : String.format(
                                    Locale.ROOT,
                                    "its first 8 bytes claim a header of %d bytes, but the file has %d; it is truncated or damaged",
                                    length,
                                    size));
        }
        SafetensorsHeader header =
                SafetensorsHeader.parse(
                        text(bytes(in, (int) length)), size - Long.BYTES - length, ReadBudget.forFile(size));
        Map<String, Tensor> tensors = elements.of(channel, header, Long.BYTES + length);
        var state = new StateDict();
        header.tensors().keySet().forEach(name -> state.put(name, Objects.requireNonNull(tensors.get(name))));
        state.metadata().putAll(header.metadata());
        return state;
    }

    private static Map<String, Tensor> elements(FileChannel channel, SafetensorsHeader header, long begin)
            throws IOException {
        ReadableByteChannel in = BufferedChannels.reader(channel, begin);
        var tensors = new HashMap<String, Tensor>();
        for (SafetensorsHeader.Entry e : header.inFileOrder()) {
            tensors.put(e.name(), TensorBytes.read(in, e.dtype(), e.shape()).keep());
        }
        return tensors;
    }

    private static Map<String, Tensor> mapped(Path file, SafetensorsHeader header, long begin) throws IOException {
        MappedFile memory = MappedFile.open(file);
        var tensors = new HashMap<String, Tensor>();
        for (SafetensorsHeader.Entry e : header.inFileOrder()) {
            tensors.put(e.name(), memory.tensor(e.dtype(), begin + e.begin(), e.shape()));
        }
        return tensors;
    }

    private static String text(ByteBuffer header) throws IOException {
        try {
            return Utf8.decode(header.array());
        } catch (CharacterCodingException e) {
            throw new IOException("its header is damaged: " + e.getMessage(), e);
        }
    }

    private static ByteBuffer bytes(ReadableByteChannel in, int count) throws IOException {
        var b = ByteBuffer.allocate(count).order(ByteOrder.LITTLE_ENDIAN);
        while (b.hasRemaining()) {
            if (in.read(b) < 0) {
                throw new EOFException(String.format(Locale.ROOT, "it ends at byte %d of its header", b.position()));
            }
        }
        return b.flip();
    }

    /**
     * Writes a file. Elements of wider types come first, so that each tensor starts at a multiple of its element size;
     * the header lists tensors in the state's order.
     *
     * @throws IllegalArgumentException if the format cannot hold a name or text
     */
    static void write(StateDict state, Path file) throws IOException {
        var byWidth = new ArrayList<>(state.entries().entrySet());
        byWidth.sort(Comparator.comparingInt(e -> -e.getValue().dtype().size()));
        byte[] json = header(state, byWidth);
        AtomicFiles.write(
                file,
                channel -> {
                    var out = new BufferedChannels.Writer(channel);
                    out.write(ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(0, json.length));
                    out.write(ByteBuffer.wrap(json));
                    for (var e : byWidth) {
                        TensorBytes.write(out, e.getValue());
                    }
                    out.flush();
                });
    }

    private static byte[] header(StateDict state, List<Map.Entry<String, Tensor>> byWidth) {
        var begins = new HashMap<String, Long>();
        long position = 0;
        for (var e : byWidth) {
            begins.put(e.getKey(), position);
            position += bytes(e.getValue());
        }
        var out = new ByteArrayOutputStream();
        try (JsonGenerator json = SafetensorsHeader.JSON.createGenerator(ObjectWriteContext.empty(), out)) {
            json.writeStartObject();
            if (!state.metadata().isEmpty()) {
                json.writeName(SafetensorsHeader.METADATA);
                json.writeStartObject();
                state.metadata()
                        .forEach((name, text) -> {
                            json.writeName(encodable("the metadata's name", name));
                            json.writeString(encodable("the metadata's text", text));
                        });
                json.writeEndObject();
            }
            state.entries()
                    .forEach((name, t) -> {
                        if (name.equals(SafetensorsHeader.METADATA)) {
                            throw new IllegalArgumentException(
                                    "safetensors files reserve the name %s; rename the tensor".formatted(name));
                        }
                        json.writeName(encodable("the tensor's name", name));
                        entry(json, t, Objects.requireNonNull(begins.get(name)));
                    });
            json.writeEndObject();
        }
        while (out.size() % Long.BYTES != 0) {
            out.write(' '); // the format aligns elements to eight bytes
        }
        if (out.size() > HEADER_LIMIT) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "the names and texts of %,d tensors take a header of %,d bytes, more than the %,d that safetensors allows",
                            state.size(),
                            out.size(),
                            HEADER_LIMIT));
        }
        return out.toByteArray();
    }

    private static String encodable(String what, String text) {
        Utf8.check(what, text);
        return text;
    }

    /** {@return the size of a tensor's elements in bytes} */
    static long bytes(Tensor t) {
        return t.numel() * t.dtype().size();
    }

    private static void entry(JsonGenerator json, Tensor t, long begin) {
        json.writeStartObject();
        json.writeStringProperty("dtype", SafetensorsHeader.typeName(t.dtype()));
        json.writeName("shape");
        json.writeArray(Ops.shape(t), 0, t.dim());
        json.writeName("data_offsets");
        json.writeArray(new long[] {begin, begin + bytes(t)}, 0, 2);
        json.writeEndObject();
    }
}
