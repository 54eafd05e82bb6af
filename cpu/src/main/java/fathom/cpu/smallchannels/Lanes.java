package fathom.cpu.smallchannels;

import fathom.cpu.memory.Transpose;
import fathom.cpu.memory.VectorApi;
import fathom.memory.Native;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Transposes images into lanes and back: from {@code [image][element]} to {@code [element][lane]}, with one image per
 * lane.
 */
final class Lanes {
    /** Images processed together, the lanes of a vector. */
    static final int COUNT = VectorApi.lanes(Float.BYTES);

    /** Bytes of one element of all lanes. */
    static final long ELEMENT_BYTES = COUNT * (long) Float.BYTES;

    private static final MemorySegment ALL = Native.ALL;
    private static final int SIDE = Tile16.SIDE;

    /** Bytes of a tile's row. */
    private static final long TILE_ROW_BYTES = SIDE * (long) Float.BYTES;

    private Lanes() {}

    /**
     * Transposes images into lanes. Lanes without an image are zero.
     *
     * @param from address of the first image
     * @param fromStep stride of the images in bytes
     * @param images number of images, at most {@link #COUNT}
     * @param length elements per image
     * @param to address of {@code length * ELEMENT_BYTES} bytes
     */
    static void in(long from, long fromStep, int images, long length, long to) {
        if (COUNT != SIDE) {
            Transpose.copy(images, length, from, fromStep, to, ELEMENT_BYTES);
            clear(images, length, to);
            return;
        }
        // full tiles; the last one overlaps the one before and writes the same elements again
        long groups = length >= SIDE ? images / SIDE : 0;
        long tiles = length / SIDE;
        long last = length - SIDE;
        Tile16.transpose(
                from,
                fromStep,
                to,
                ELEMENT_BYTES,
                tiles,
                TILE_ROW_BYTES,
                SIDE * ELEMENT_BYTES,
                groups,
                SIDE * fromStep,
                TILE_ROW_BYTES);
        Tile16.transpose(
                from + last * Float.BYTES,
                fromStep,
                to + last * ELEMENT_BYTES,
                ELEMENT_BYTES,
                length % SIDE == 0 ? 0 : 1,
                0,
                0,
                groups,
                SIDE * fromStep,
                TILE_ROW_BYTES);
        for (int lane = (int) groups * SIDE; lane < COUNT; lane++) {
            long image = from + lane * fromStep;
            long target = to + lane * (long) Float.BYTES;
            for (long i = 0; i < length; i++) {
                float value = lane < images ? ALL.get(ValueLayout.JAVA_FLOAT, image + i * Float.BYTES) : 0;
                ALL.set(ValueLayout.JAVA_FLOAT, target + i * ELEMENT_BYTES, value);
            }
        }
    }

    /** Zeroes the lanes from one on. */
    private static void clear(int first, long length, long to) {
        for (int lane = first; lane < COUNT; lane++) {
            for (long i = 0; i < length; i++) {
                ALL.set(ValueLayout.JAVA_FLOAT, to + i * ELEMENT_BYTES + lane * (long) Float.BYTES, 0);
            }
        }
    }

    /**
     * Transposes lanes back to images.
     *
     * @param from address of the lanes
     * @param length elements per image
     * @param to address of the first image
     * @param toStep stride of the images in bytes
     * @param images number of images, at most {@link #COUNT}
     */
    static void out(long from, long length, long to, long toStep, int images) {
        if (COUNT != SIDE) {
            Transpose.copy(length, images, from, ELEMENT_BYTES, to, toStep);
            return;
        }
        long groups = length >= SIDE ? images / SIDE : 0;
        long tiles = length / SIDE;
        long last = length - SIDE;
        Tile16.transpose(
                from,
                ELEMENT_BYTES,
                to,
                toStep,
                tiles,
                SIDE * ELEMENT_BYTES,
                TILE_ROW_BYTES,
                groups,
                TILE_ROW_BYTES,
                SIDE * toStep);
        Tile16.transpose(
                from + last * ELEMENT_BYTES,
                ELEMENT_BYTES,
                to + last * Float.BYTES,
                toStep,
                length % SIDE == 0 ? 0 : 1,
                0,
                0,
                groups,
                TILE_ROW_BYTES,
                SIDE * toStep);
        for (int lane = (int) groups * SIDE; lane < images; lane++) {
            long source = from + lane * (long) Float.BYTES;
            long image = to + lane * toStep;
            for (long i = 0; i < length; i++) {
                float value = ALL.get(ValueLayout.JAVA_FLOAT, source + i * ELEMENT_BYTES);
                ALL.set(ValueLayout.JAVA_FLOAT, image + i * Float.BYTES, value);
            }
        }
    }
}
