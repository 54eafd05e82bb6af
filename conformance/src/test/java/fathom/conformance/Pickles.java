package fathom.conformance;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Files like those of {@code torch.save}, made piece by piece. */
final class Pickles {
    private Pickles() {}

    /** {@return a pickle: texts as ASCII, integers as bytes, arrays of bytes as they are} */
    static byte[] pickle(Object... parts) {
        var out = new ByteArrayOutputStream();
        for (Object part : parts) {
            switch (part) {
                case String s -> out.writeBytes(s.getBytes(StandardCharsets.ISO_8859_1));
                case Integer i -> out.write(i);
                case byte[] b -> out.writeBytes(b);
                default -> throw new IllegalArgumentException(part.toString());
            }
        }
        return out.toByteArray();
    }

    /** {@return four bytes, little-endian} */
    static byte[] int32(int value) {
        return new byte[] {(byte) value, (byte) (value >> 8), (byte) (value >> 16), (byte) (value >> 24)};
    }

    /** {@return the opcode that pushes a text} */
    static byte[] text(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return pickle("X", int32(bytes.length), bytes);
    }

    /** Writes an archive of a pickle and of further files, by name. */
    static Path archive(Path file, byte[] pickle, Object... namesAndBytes) throws IOException {
        try (OutputStream out = Files.newOutputStream(file);
                var zip = new ZipOutputStream(out)) {
            store(zip, "archive/data.pkl", pickle);
            for (int i = 0; i < namesAndBytes.length; i += 2) {
                store(zip, "archive/" + namesAndBytes[i], (byte[]) namesAndBytes[i + 1]);
            }
        }
        return file;
    }

    static void store(ZipOutputStream zip, String name, byte[] bytes) throws IOException {
        var entry = new ZipEntry(name);
        var crc = new CRC32();
        crc.update(bytes);
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(bytes.length);
        entry.setCrc(crc.getValue());
        zip.putNextEntry(entry);
        zip.write(bytes);
        zip.closeEntry();
    }

    /** {@return a state with one named tensor, in a storage "0" of this many elements} */
    static byte[] state(byte[] name, String storageType, int elements, byte[] offset, byte[] shape, byte[] strides) {
        return pickle(
                0x80,
                2,
                "}",
                name,
                "ctorch._utils\n_rebuild_tensor_v2\n((",
                text("storage"),
                "ctorch\n" + storageType + "\n",
                text("0"),
                text("cpu"),
                "J",
                int32(elements),
                "tQ",
                offset,
                "(",
                shape,
                "t(",
                strides,
                "t",
                0x89,
                "}tRs.");
    }

    /** {@return opcodes that push integers} */
    static byte[] numbers(int... values) {
        var out = new ByteArrayOutputStream();
        for (int v : values) {
            out.write('J');
            out.writeBytes(int32(v));
        }
        return out.toByteArray();
    }
}
