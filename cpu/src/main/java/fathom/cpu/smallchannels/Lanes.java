package fathom.cpu.smallchannels;

import fathom.cpu.memory.Transpose;
import fathom.cpu.memory.VectorApi;
import fathom.memory.Native;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Brings images into lanes and back: from {@code [image][element]} to {@code [element][lane]}, the same element of
 * {@link #COUNT} images side by side.
 */
final class Lanes {
    /** Images that are worked on together: the lanes of a vector. */
    static final int COUNT = VectorApi.lanes(Float.BYTES);

    /** Bytes of one element of all lanes. */
    static final long BYTES = COUNT * (long) Float.BYTES;

    private static final MemorySegment ALL = Native.ALL;
    private static final int SIDE = Tile16.SIDE;

    /** Bytes of a tile's row. */
    private static final long TILE = SIDE * (long) Float.BYTES;

    private Lanes() {}

    /**
     * Reads images into lanes. Lanes without an image get zeros.
     *
     * @param from the first image
     * @param fromStep bytes from one image to the next
     * @param images how many there are, at most {@link #COUNT}
     * @param length elements of each
     * @param to {@code length * BYTES} bytes
     */
    static void in(long from, long fromStep, int images, long length, long to) {
        if (COUNT != SIDE) {
            Transpose.copy(images, length, from, fromStep, to, BYTES);
            clear(images, length, to);
            return;
        }
        // whole tiles; the last of them overlaps the one before and writes the same again
        long groups = length >= SIDE ? images / SIDE : 0;
        long tiles = length / SIDE;
        long last = length - SIDE;
        Tile16.transpose(from, fromStep, to, BYTES, tiles, TILE, SIDE * BYTES, groups, SIDE * fromStep, TILE);
        Tile16.transpose(
                from + last * Float.BYTES,
                fromStep,
                to + last * BYTES,
                BYTES,
                length % SIDE == 0 ? 0 : 1,
                0,
                0,
                groups,
                SIDE * fromStep,
                TILE);
        for (int lane = (int) groups * SIDE; lane < COUNT; lane++) {
            long image = from + lane * fromStep;
            long target = to + lane * (long) Float.BYTES;
            for (long i = 0; i < length; i++) {
                float value = lane < images ? ALL.get(ValueLayout.JAVA_FLOAT, image + i * Float.BYTES) : 0;
                ALL.set(ValueLayout.JAVA_FLOAT, target + i * BYTES, value);
            }
        }
    }

    /** Writes zeros to the lanes from one on. */
    private static void clear(int first, long length, long to) {
        for (int lane = first; lane < COUNT; lane++) {
            for (long i = 0; i < length; i++) {
                ALL.set(ValueLayout.JAVA_FLOAT, to + i * BYTES + lane * (long) Float.BYTES, 0);
            }
        }
    }

    /**
     * Writes lanes back to images.
     *
     * @param from lanes
     * @param length elements of each image
     * @param to the first image
     * @param toStep bytes from one image to the next
     * @param images how many there are, at most {@link #COUNT}
     */
    static void out(long from, long length, long to, long toStep, int images) {
        if (COUNT != SIDE) {
            Transpose.copy(length, images, from, BYTES, to, toStep);
            return;
        }
        long groups = length >= SIDE ? images / SIDE : 0;
        long tiles = length / SIDE;
        long last = length - SIDE;
        Tile16.transpose(from, BYTES, to, toStep, tiles, SIDE * BYTES, TILE, groups, TILE, SIDE * toStep);
        Tile16.transpose(
                from + last * BYTES,
                BYTES,
                to + last * Float.BYTES,
                toStep,
                length % SIDE == 0 ? 0 : 1,
                0,
                0,
                groups,
                TILE,
                SIDE * toStep);
        for (int lane = (int) groups * SIDE; lane < images; lane++) {
            long source = from + lane * (long) Float.BYTES;
            long image = to + lane * toStep;
            for (long i = 0; i < length; i++) {
                float value = ALL.get(ValueLayout.JAVA_FLOAT, source + i * BYTES);
                ALL.set(ValueLayout.JAVA_FLOAT, image + i * Float.BYTES, value);
            }
        }
    }
}
