package fathom.cpu.smallchannels;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import fathom.memory.Native;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Transposes tiles of 16 x 16 four-byte elements in registers.
 *
 * <p>In four rounds, rows at distances 8, 4, 2 and 1 exchange their off-diagonal halves, quarters, and so on. The code
 * is flat, without helper methods, so that all vectors stay in registers.
 */
final class Tile16 {
    static final int SIDE = 16;

    private static final VectorSpecies<Integer> S = IntVector.SPECIES_512;
    private static final MemorySegment ALL = Native.ALL;

    private static final IntVector KEEP_8 = keep(8);
    private static final IntVector SWAP_8 = swap(8);
    private static final IntVector KEEP_4 = keep(4);
    private static final IntVector SWAP_4 = swap(4);
    private static final IntVector KEEP_2 = keep(2);
    private static final IntVector SWAP_2 = swap(2);
    private static final IntVector KEEP_1 = keep(1);
    private static final IntVector SWAP_1 = swap(1);

    private Tile16() {}

    /**
     * {@return the shuffle of the upper of two rows: its own element where bit {@code d} of the column is 0, else the
     * lower row's}
     */
    private static IntVector keep(int d) {
        var indices = new int[SIDE];
        for (int i = 0; i < SIDE; i++) {
            indices[i] = (i & d) == 0 ? i : SIDE + i - d;
        }
        return IntVector.fromArray(S, indices, 0);
    }

    /** {@return the shuffle of the lower of two rows} */
    private static IntVector swap(int d) {
        var indices = new int[SIDE];
        for (int i = 0; i < SIDE; i++) {
            indices[i] = (i & d) == 0 ? i + d : SIDE + i;
        }
        return IntVector.fromArray(S, indices, 0);
    }

    /**
     * Transposes the tiles of several rows of tiles.
     *
     * @param from address of the first tile
     * @param fromStep row stride of a tile in bytes
     * @param to address of the first transpose
     * @param toStep row stride of a transpose in bytes
     * @param tiles tiles per row of tiles
     * @param fromTile stride of the tiles in bytes
     * @param toTile stride of the transposes in bytes
     * @param groups rows of tiles
     * @param fromGroup stride of the rows of tiles in bytes
     * @param toGroup stride of the rows of transposes in bytes
     */
    static void transpose(
            long from,
            long fromStep,
            long to,
            long toStep,
            long tiles,
            long fromTile,
            long toTile,
            long groups,
            long fromGroup,
            long toGroup) {
        for (long group = 0; group < groups; group++) {
            for (long tile = 0; tile < tiles; tile++) {
                long f = from + group * fromGroup + tile * fromTile;
                long t = to + group * toGroup + tile * toTile;
                var a0 = IntVector.fromMemorySegment(S, ALL, f, LITTLE_ENDIAN);
                var a1 = IntVector.fromMemorySegment(S, ALL, f + fromStep, LITTLE_ENDIAN);
                var a2 = IntVector.fromMemorySegment(S, ALL, f + 2 * fromStep, LITTLE_ENDIAN);
                var a3 = IntVector.fromMemorySegment(S, ALL, f + 3 * fromStep, LITTLE_ENDIAN);
                var a4 = IntVector.fromMemorySegment(S, ALL, f + 4 * fromStep, LITTLE_ENDIAN);
                var a5 = IntVector.fromMemorySegment(S, ALL, f + 5 * fromStep, LITTLE_ENDIAN);
                var a6 = IntVector.fromMemorySegment(S, ALL, f + 6 * fromStep, LITTLE_ENDIAN);
                var a7 = IntVector.fromMemorySegment(S, ALL, f + 7 * fromStep, LITTLE_ENDIAN);
                var a8 = IntVector.fromMemorySegment(S, ALL, f + 8 * fromStep, LITTLE_ENDIAN);
                var a9 = IntVector.fromMemorySegment(S, ALL, f + 9 * fromStep, LITTLE_ENDIAN);
                var a10 = IntVector.fromMemorySegment(S, ALL, f + 10 * fromStep, LITTLE_ENDIAN);
                var a11 = IntVector.fromMemorySegment(S, ALL, f + 11 * fromStep, LITTLE_ENDIAN);
                var a12 = IntVector.fromMemorySegment(S, ALL, f + 12 * fromStep, LITTLE_ENDIAN);
                var a13 = IntVector.fromMemorySegment(S, ALL, f + 13 * fromStep, LITTLE_ENDIAN);
                var a14 = IntVector.fromMemorySegment(S, ALL, f + 14 * fromStep, LITTLE_ENDIAN);
                var a15 = IntVector.fromMemorySegment(S, ALL, f + 15 * fromStep, LITTLE_ENDIAN);
                var b0 = KEEP_8.selectFrom(a0, a8);
                var b8 = SWAP_8.selectFrom(a0, a8);
                var b1 = KEEP_8.selectFrom(a1, a9);
                var b9 = SWAP_8.selectFrom(a1, a9);
                var b2 = KEEP_8.selectFrom(a2, a10);
                var b10 = SWAP_8.selectFrom(a2, a10);
                var b3 = KEEP_8.selectFrom(a3, a11);
                var b11 = SWAP_8.selectFrom(a3, a11);
                var b4 = KEEP_8.selectFrom(a4, a12);
                var b12 = SWAP_8.selectFrom(a4, a12);
                var b5 = KEEP_8.selectFrom(a5, a13);
                var b13 = SWAP_8.selectFrom(a5, a13);
                var b6 = KEEP_8.selectFrom(a6, a14);
                var b14 = SWAP_8.selectFrom(a6, a14);
                var b7 = KEEP_8.selectFrom(a7, a15);
                var b15 = SWAP_8.selectFrom(a7, a15);
                var c0 = KEEP_4.selectFrom(b0, b4);
                var c4 = SWAP_4.selectFrom(b0, b4);
                var c1 = KEEP_4.selectFrom(b1, b5);
                var c5 = SWAP_4.selectFrom(b1, b5);
                var c2 = KEEP_4.selectFrom(b2, b6);
                var c6 = SWAP_4.selectFrom(b2, b6);
                var c3 = KEEP_4.selectFrom(b3, b7);
                var c7 = SWAP_4.selectFrom(b3, b7);
                var c8 = KEEP_4.selectFrom(b8, b12);
                var c12 = SWAP_4.selectFrom(b8, b12);
                var c9 = KEEP_4.selectFrom(b9, b13);
                var c13 = SWAP_4.selectFrom(b9, b13);
                var c10 = KEEP_4.selectFrom(b10, b14);
                var c14 = SWAP_4.selectFrom(b10, b14);
                var c11 = KEEP_4.selectFrom(b11, b15);
                var c15 = SWAP_4.selectFrom(b11, b15);
                var d0 = KEEP_2.selectFrom(c0, c2);
                var d2 = SWAP_2.selectFrom(c0, c2);
                var d1 = KEEP_2.selectFrom(c1, c3);
                var d3 = SWAP_2.selectFrom(c1, c3);
                var d4 = KEEP_2.selectFrom(c4, c6);
                var d6 = SWAP_2.selectFrom(c4, c6);
                var d5 = KEEP_2.selectFrom(c5, c7);
                var d7 = SWAP_2.selectFrom(c5, c7);
                var d8 = KEEP_2.selectFrom(c8, c10);
                var d10 = SWAP_2.selectFrom(c8, c10);
                var d9 = KEEP_2.selectFrom(c9, c11);
                var d11 = SWAP_2.selectFrom(c9, c11);
                var d12 = KEEP_2.selectFrom(c12, c14);
                var d14 = SWAP_2.selectFrom(c12, c14);
                var d13 = KEEP_2.selectFrom(c13, c15);
                var d15 = SWAP_2.selectFrom(c13, c15);
                var e0 = KEEP_1.selectFrom(d0, d1);
                var e1 = SWAP_1.selectFrom(d0, d1);
                var e2 = KEEP_1.selectFrom(d2, d3);
                var e3 = SWAP_1.selectFrom(d2, d3);
                var e4 = KEEP_1.selectFrom(d4, d5);
                var e5 = SWAP_1.selectFrom(d4, d5);
                var e6 = KEEP_1.selectFrom(d6, d7);
                var e7 = SWAP_1.selectFrom(d6, d7);
                var e8 = KEEP_1.selectFrom(d8, d9);
                var e9 = SWAP_1.selectFrom(d8, d9);
                var e10 = KEEP_1.selectFrom(d10, d11);
                var e11 = SWAP_1.selectFrom(d10, d11);
                var e12 = KEEP_1.selectFrom(d12, d13);
                var e13 = SWAP_1.selectFrom(d12, d13);
                var e14 = KEEP_1.selectFrom(d14, d15);
                var e15 = SWAP_1.selectFrom(d14, d15);
                e0.intoMemorySegment(ALL, t, LITTLE_ENDIAN);
                e1.intoMemorySegment(ALL, t + toStep, LITTLE_ENDIAN);
                e2.intoMemorySegment(ALL, t + 2 * toStep, LITTLE_ENDIAN);
                e3.intoMemorySegment(ALL, t + 3 * toStep, LITTLE_ENDIAN);
                e4.intoMemorySegment(ALL, t + 4 * toStep, LITTLE_ENDIAN);
                e5.intoMemorySegment(ALL, t + 5 * toStep, LITTLE_ENDIAN);
                e6.intoMemorySegment(ALL, t + 6 * toStep, LITTLE_ENDIAN);
                e7.intoMemorySegment(ALL, t + 7 * toStep, LITTLE_ENDIAN);
                e8.intoMemorySegment(ALL, t + 8 * toStep, LITTLE_ENDIAN);
                e9.intoMemorySegment(ALL, t + 9 * toStep, LITTLE_ENDIAN);
                e10.intoMemorySegment(ALL, t + 10 * toStep, LITTLE_ENDIAN);
                e11.intoMemorySegment(ALL, t + 11 * toStep, LITTLE_ENDIAN);
                e12.intoMemorySegment(ALL, t + 12 * toStep, LITTLE_ENDIAN);
                e13.intoMemorySegment(ALL, t + 13 * toStep, LITTLE_ENDIAN);
                e14.intoMemorySegment(ALL, t + 14 * toStep, LITTLE_ENDIAN);
                e15.intoMemorySegment(ALL, t + 15 * toStep, LITTLE_ENDIAN);
            }
        }
    }
}
