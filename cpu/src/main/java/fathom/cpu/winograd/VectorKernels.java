package fathom.cpu.winograd;

import fathom.memory.Native;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Kernels' transforms, as many kernels at a time as a vector has lanes. A block of kernels, lanes by lanes of them, is
 * copied to the Java heap, and there put in the order of lanes. As in {@link VectorTransforms}, loops are short.
 */
final class VectorKernels {
    private static final VectorSpecies<Float> SPECIES = VectorTransforms.SPECIES;
    static final int LANES = SPECIES.length();

    private static final int TAPS = Kernels.TAPS;
    private static final MemorySegment ALL = Native.ALL;
    private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;

    /**
     * In a block, {@code [LANES][LANES][TAPS]}: how far apart kernels are along the second, and the first dimension.
     */
    private static final int ALONG_INPUTS = TAPS;

    private static final int ALONG_OUTPUTS = TAPS * LANES;

    /** What a thread works on. */
    static final class Room {
        final float[] block = new float[LANES * LANES * TAPS];
        final float[] elements = new float[Grid.PRODUCTS * LANES];
        final float[] half = new float[Grid.PRODUCTS * LANES];
    }

    private VectorKernels() {}

    private static FloatVector element(float[] elements, int i) {
        return FloatVector.fromArray(SPECIES, elements, i * LANES);
    }

    /**
     * Transforms a block of kernels.
     *
     * @param from address of its first
     * @param apart bytes from one output to the next
     * @param turned whether kernels are turned and outputs are the rows of what is made
     * @param to address of the block's first element in the first matrix
     * @param row bytes of a row of a matrix
     * @param step bytes from one matrix to the next
     */
    static void transform(Room room, long from, long apart, boolean turned, long to, long row, long step) {
        for (int o = 0; o < LANES; o++) {
            MemorySegment.copy(
                    ALL, ValueLayout.JAVA_FLOAT, from + o * apart, room.block, o * LANES * TAPS, LANES * TAPS);
        }
        for (int r = 0; r < LANES; r++) {
            if (turned) {
                taps(room.block, r * LANES * TAPS + TAPS - 1, -1, ALONG_INPUTS, room.elements);
            } else {
                taps(room.block, r * TAPS, 1, ALONG_OUTPUTS, room.elements);
            }
            columns(room.elements, room.half);
            rows(room.half, to + r * row, step);
        }
    }

    /** Element by element: the Vector API's gathering was slower by far, and at times not compiled well. */
    private static void taps(float[] block, int first, int next, int apart, float[] elements) {
        for (int t = 0; t < TAPS; t++) {
            int from = first + t * next;
            for (int lane = 0; lane < LANES; lane++) {
                elements[t * LANES + lane] = block[from + lane * apart];
            }
        }
    }

    private static void columns(float[] k, float[] p) {
        for (int j = 0; j < 3; j++) {
            var first = element(k, j);
            var middle = element(k, 3 + j);
            var last = element(k, 6 + j);
            var sum = first.add(last);
            first.intoArray(p, j * LANES);
            sum.add(middle).mul(0.5f).intoArray(p, (3 + j) * LANES);
            sum.sub(middle).mul(0.5f).intoArray(p, (6 + j) * LANES);
            last.intoArray(p, (9 + j) * LANES);
        }
    }

    private static void rows(float[] p, long to, long step) {
        for (int i = 0; i < 4; i++) {
            var first = element(p, 3 * i);
            var middle = element(p, 3 * i + 1);
            var last = element(p, 3 * i + 2);
            var sum = first.add(last);
            long at = to + 4 * i * step;
            first.intoMemorySegment(ALL, at, ORDER);
            sum.add(middle).mul(0.5f).intoMemorySegment(ALL, at + step, ORDER);
            sum.sub(middle).mul(0.5f).intoMemorySegment(ALL, at + 2 * step, ORDER);
            last.intoMemorySegment(ALL, at + 3 * step, ORDER);
        }
    }

    /**
     * Makes a block of the gradient by the kernels.
     *
     * @param from address of the block's first element in the first matrix of the first part
     * @param parts how many parts are added
     * @param part bytes from one part to the next
     * @param row bytes of a row of a matrix
     * @param step bytes from one matrix to the next
     * @param to address of the block's first kernel
     * @param apart bytes from one output to the next
     */
    static void gradient(Room room, long from, int parts, long part, long row, long step, long to, long apart) {
        for (int c = 0; c < LANES; c++) {
            sums(from + c * row, parts, part, step, room.elements);
            gradientColumns(room.elements, room.half);
            gradientRows(room.half, room.elements);
            putTaps(room.elements, room.block, c * TAPS);
        }
        for (int o = 0; o < LANES; o++) {
            MemorySegment.copy(room.block, o * LANES * TAPS, ALL, ValueLayout.JAVA_FLOAT, to + o * apart, LANES * TAPS);
        }
    }

    private static void sums(long from, int parts, long part, long step, float[] m) {
        for (int i = 0; i < Grid.PRODUCTS; i++) {
            FloatVector.fromMemorySegment(SPECIES, ALL, from + i * step, ORDER).intoArray(m, i * LANES);
        }
        for (int k = 1; k < parts; k++) {
            for (int i = 0; i < Grid.PRODUCTS; i++) {
                FloatVector.fromMemorySegment(SPECIES, ALL, from + k * part + i * step, ORDER)
                        .add(element(m, i))
                        .intoArray(m, i * LANES);
            }
        }
    }

    private static void gradientColumns(float[] m, float[] p) {
        for (int j = 0; j < 4; j++) {
            var b = element(m, 4 + j).add(element(m, 8 + j)).mul(0.5f);
            var d = element(m, 4 + j).sub(element(m, 8 + j)).mul(0.5f);
            element(m, j).add(b).intoArray(p, j * LANES);
            d.intoArray(p, (4 + j) * LANES);
            b.sub(element(m, 12 + j)).intoArray(p, (8 + j) * LANES);
        }
    }

    private static void gradientRows(float[] p, float[] taps) {
        for (int i = 0; i < 3; i++) {
            var b = element(p, 4 * i + 1).add(element(p, 4 * i + 2)).mul(0.5f);
            var d = element(p, 4 * i + 1).sub(element(p, 4 * i + 2)).mul(0.5f);
            element(p, 4 * i).add(b).intoArray(taps, 3 * i * LANES);
            d.intoArray(taps, (3 * i + 1) * LANES);
            b.sub(element(p, 4 * i + 3)).intoArray(taps, (3 * i + 2) * LANES);
        }
    }

    private static void putTaps(float[] taps, float[] block, int first) {
        for (int t = 0; t < TAPS; t++) {
            for (int lane = 0; lane < LANES; lane++) {
                block[first + t + lane * ALONG_OUTPUTS] = taps[t * LANES + lane];
            }
        }
    }
}
