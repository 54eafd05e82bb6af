package fathom.vision;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;

/**
 * The eight orientations of EXIF's tag 0x0112: how stored pixels must be rotated and mirrored to be upright. Read from
 * JPEG, PNG, WebP and TIFF files.
 *
 * @see <a href="https://www.cipa.jp/std/documents/download_e.html?DC-008-Translation-2023-E">Exif 3.0, section
 *     4.6.5.1</a>
 */
enum ExifOrientation {
    UPRIGHT,
    MIRRORED,
    UPSIDE_DOWN,
    MIRRORED_UPSIDE_DOWN,
    TRANSPOSED,
    TURNED_LEFT,
    TRANSPOSED_UPSIDE_DOWN,
    TURNED_RIGHT;

    private static final int TAG = 0x0112;

    private static final int JPEG = 0xFFD8;
    private static final int APP1 = 0xE1;
    private static final int START_OF_SCAN = 0xDA;
    private static final long EXIF = 0x4578_6966_0000L;

    private static final int RIFF = 0x5249_4646;
    private static final int WEBP = 0x5745_4250;
    private static final int WEBP_EXIF = 0x4558_4946;

    private static final long PNG = 0x8950_4E47_0D0A_1A0AL;
    private static final int PNG_EXIF = 0x6558_4966;
    private static final int PNG_END = 0x4945_4E44;

    /**
     * The mapping to an upright image: the stored pixel in column x and row y goes to index {@code begin + x *
     * perColumn + y * perRow}.
     */
    record Placement(int width, int height, int begin, int perColumn, int perRow) {}

    /** {@return the mapping of the pixels of a stored image of this size} */
    Placement place(int width, int height) {
        int last = width * height - 1;
        return switch (this) {
            case UPRIGHT -> new Placement(width, height, 0, 1, width);
            case MIRRORED -> new Placement(width, height, width - 1, -1, width);
            case UPSIDE_DOWN -> new Placement(width, height, last, -1, -width);
            case MIRRORED_UPSIDE_DOWN -> new Placement(width, height, last - width + 1, 1, -width);
            case TRANSPOSED -> new Placement(height, width, 0, height, 1);
            case TURNED_LEFT -> new Placement(height, width, height - 1, height, -1);
            case TRANSPOSED_UPSIDE_DOWN -> new Placement(height, width, last, -height, -1);
            case TURNED_RIGHT -> new Placement(height, width, last - height + 1, -height, 1);
        };
    }

    /** {@return the orientation in a file; upright if it has none or an invalid one} */
    static ExifOrientation of(byte[] file) {
        try {
            ByteBuffer in = ByteBuffer.wrap(file);
            if ((in.getShort(0) & 0xFFFF) == JPEG) {
                return ofJpeg(in.position(2));
            }
            if (in.getInt(0) == RIFF && in.getInt(8) == WEBP) {
                return ofWebp(in.position(12));
            }
            return in.getLong(0) == PNG ? ofPng(in.position(Long.BYTES)) : ofTiff(in);
        } catch (BufferUnderflowException | IllegalArgumentException | IndexOutOfBoundsException e) {
            return UPRIGHT;
        }
    }

    private static ExifOrientation ofJpeg(ByteBuffer in) {
        while ((in.get() & 0xFF) == 0xFF) {
            int marker = in.get() & 0xFF;
            while (marker == 0xFF) {
                marker = in.get() & 0xFF;
            }
            if (marker == START_OF_SCAN) {
                break;
            }
            int begin = in.position();
            int length = in.getShort() & 0xFFFF;
            if (marker == APP1 && length >= 8 && in.getLong(begin + 2) >>> 16 == EXIF) {
                return ofTiff(in.slice(begin + 8, length - 8));
            }
            in.position(begin + Math.max(2, length));
        }
        return UPRIGHT;
    }

    private static ExifOrientation ofPng(ByteBuffer in) {
        while (true) {
            int length = in.getInt();
            int type = in.getInt();
            if (type == PNG_EXIF) {
                return ofTiff(in.slice(in.position(), length));
            }
            if (type == PNG_END || length < 0) {
                return UPRIGHT;
            }
            in.position(Math.addExact(in.position() + Integer.BYTES, Math.min(length, in.remaining())));
        }
    }

    private static ExifOrientation ofWebp(ByteBuffer in) {
        while (true) {
            int type = in.getInt();
            int length = Integer.reverseBytes(in.getInt());
            if (type == WEBP_EXIF) {
                // some programs write the prefix that JPEG files have
                int prefix = in.remaining() > 6 && in.getLong(in.position()) >>> 16 == EXIF ? 6 : 0;
                return ofTiff(in.slice(in.position() + prefix, length - prefix));
            }
            if (length < 0) {
                return UPRIGHT;
            }
            in.position(in.position() + Math.min(length + (length & 1), in.remaining())); // chunks have even lengths
        }
    }

    private static ExifOrientation ofTiff(ByteBuffer in) {
        long value = TiffTags.value(in, TAG, 1);
        return value >= 1 && value <= values().length ? values()[(int) value - 1] : UPRIGHT;
    }
}
