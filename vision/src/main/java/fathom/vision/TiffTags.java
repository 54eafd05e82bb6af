package fathom.vision;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Reads the first directory of a TIFF file, or of EXIF data in other files, which has the same format. */
final class TiffTags {
    private static final short LITTLE_ENDIAN = 0x4949;
    private static final short BIG_ENDIAN = 0x4D4D;
    private static final int ENTRY = 12;
    private static final int SHORT = 3;
    private static final int LONG = 4;

    private TiffTags() {}

    /** {@return whether a file begins with a TIFF header} */
    static boolean isTiff(ByteBuffer file) {
        return file.limit() >= 8 && (file.getShort(0) == LITTLE_ENDIAN || file.getShort(0) == BIG_ENDIAN);
    }

    /**
     * {@return the first value of a tag, or {@code otherwise} if the tag is absent}
     *
     * @throws IndexOutOfBoundsException if the directory is damaged
     */
    static long value(ByteBuffer file, int tag, long otherwise) {
        if (!isTiff(file)) {
            return otherwise;
        }
        ByteBuffer in =
                file.duplicate()
                        .order(file.getShort(0) == LITTLE_ENDIAN ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
        int directory = in.getInt(4);
        int entries = in.getShort(directory) & 0xFFFF;
        for (int i = 0; i < entries; i++) {
            int entry = directory + Short.BYTES + ENTRY * i;
            if ((in.getShort(entry) & 0xFFFF) == tag) {
                return switch (in.getShort(entry + 2)) {
                    case SHORT -> in.getShort(entry + 8) & 0xFFFF;
                    case LONG -> in.getInt(entry + 8) & 0xFFFF_FFFFL;
                    default -> otherwise;
                };
            }
        }
        return otherwise;
    }
}
