package fathom.interop.onnx.proto;

import fathom.Tensor;
import fathom.io.TensorBytes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes the fields of one message. Elements of tensors are not copied: they are written from the tensors' memory when
 * the message is.
 */
final class ProtoWriter {
    private static final int VARINT = 0;
    private static final int BYTES = 2;
    private static final int FIXED32 = 5;

    /** Bytes, then the elements of a tensor. */
    private record Part(byte[] bytes, @Nullable Tensor elements) {}

    private final List<Part> parts = new ArrayList<>();
    private ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private long flushed;

    /** {@return the number of bytes so far} */
    long size() {
        return flushed + bytes.size();
    }

    private void varint(long value) {
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            bytes.write((int) (rest & 0x7f | 0x80));
            rest >>>= 7;
        }
        bytes.write((int) rest);
    }

    private void tag(int field, int wireType) {
        varint((long) field << 3 | wireType);
    }

    /** Writes an integer, an enumeration or a boolean. */
    ProtoWriter whole(int field, long value) {
        tag(field, VARINT);
        varint(value);
        return this;
    }

    /** Writes integers, one field each. */
    ProtoWriter wholes(int field, long... values) {
        for (long v : values) {
            whole(field, v);
        }
        return this;
    }

    /** Writes a float. */
    ProtoWriter real(int field, double value) {
        tag(field, FIXED32);
        int bits = Float.floatToRawIntBits((float) value);
        for (int i = 0; i < 4; i++) {
            bytes.write(bits >>> 8 * i);
        }
        return this;
    }

    /** Writes a string. */
    ProtoWriter text(int field, String value) {
        return bytes(field, value.getBytes(StandardCharsets.UTF_8));
    }

    /** Writes bytes. */
    ProtoWriter bytes(int field, byte[] value) {
        tag(field, BYTES);
        varint(value.length);
        bytes.writeBytes(value);
        return this;
    }

    /** Writes the elements of a tensor, row-major and little-endian, when the message is written. */
    ProtoWriter elements(int field, Tensor t) {
        long length = t.numel() * t.dtype().size();
        tag(field, BYTES);
        varint(length);
        flush(t);
        flushed += length;
        return this;
    }

    private void flush(@Nullable Tensor t) {
        parts.add(new Part(bytes.toByteArray(), t));
        flushed += bytes.size();
        bytes = new ByteArrayOutputStream();
    }

    /** Writes a message. */
    ProtoWriter message(int field, ProtoWriter inner) {
        tag(field, BYTES);
        varint(inner.size());
        inner.flush(null);
        for (Part p : inner.parts) {
            bytes.writeBytes(p.bytes);
            if (p.elements != null) {
                flush(p.elements);
                flushed += p.elements.numel() * p.elements.dtype().size();
            }
        }
        return this;
    }

    /** Writes this message, as a whole file, to a channel. */
    void writeTo(WritableByteChannel channel) throws IOException {
        flush(null);
        for (Part p : parts) {
            var buffer = ByteBuffer.wrap(p.bytes);
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
            if (p.elements != null) {
                TensorBytes.write(channel, p.elements);
            }
        }
    }
}
