package fathom.files;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;

/** Texts in PNG files, as "PNG (Portable Network Graphics) Specification", section 11.3.4, describes them. */
public final class PngText {
    /** The length of the last chunk, IEND: its own length, type and checksum. */
    private static final int END = 12;

    private PngText() {}

    /** {@return a PNG file with a further text before its end} */
    public static byte[] add(byte[] png, String key, String text) {
        byte[] data = ("tEXt" + key + "\0" + text).getBytes(StandardCharsets.ISO_8859_1);
        var crc = new CRC32();
        crc.update(data);
        return ByteBuffer.allocate(png.length + data.length + 8)
                .put(png, 0, png.length - END)
                .putInt(data.length - 4)
                .put(data)
                .putInt((int) crc.getValue())
                .put(png, png.length - END, END)
                .array();
    }
}
