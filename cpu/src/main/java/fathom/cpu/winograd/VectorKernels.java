package fathom.cpu.winograd;

import fathom.memory.Native;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Vector code of the kernels' transforms, one kernel per lane. A block of LANES x LANES kernels is copied to the Java
 * heap and transposed into lanes there. As in {@link VectorTransforms}, loops are short.
 */
final class VectorKernels {
    private static final VectorSpecies<Float> SPECIES = VectorTransforms.SPECIES;
    static final int LANES = SPECIES.length();

    private static final int TAPS = Kernels.TAPS;
    private static final MemorySegment ALL = Native.ALL;
    private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;

    /** Strides of the kernels in a block {@code [LANES][LANES][TAPS]}, along the second and the first dimension. */
    private static final int INPUT_STRIDE = TAPS;

    private static final int OUTPUT_STRIDE = TAPS * LANES;

    /** The buffers of one thread. */
    static final class Buffers {
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
     * @param from address of the first kernel
     * @param outputStep stride of the outputs in bytes
     * @param rotated whether kernels are rotated and outputs become the rows of the matrices
     * @param to address of the block's first element in the first matrix
     * @param row row stride of a matrix in bytes
     * @param step stride of the matrices in bytes
     */
    static void transform(Buffers buffers, long from, long outputStep, boolean rotated, long to, long row, long step) {
        for (int o = 0; o < LANES; o++) {
            MemorySegment.copy(
                    ALL, ValueLayout.JAVA_FLOAT, from + o * outputStep, buffers.block, o * LANES * TAPS, LANES * TAPS);
        }
        for (int r = 0; r < LANES; r++) {
            if (rotated) {
                taps(buffers.block, r * LANES * TAPS + TAPS - 1, -1, INPUT_STRIDE, buffers.elements);
            } else {
                taps(buffers.block, r * TAPS, 1, OUTPUT_STRIDE, buffers.elements);
            }
            columns(buffers.elements, buffers.half);
            rows(buffers.half, to + r * row, step);
        }
    }

    /** Gathers element by element: the Vector API's gather was far slower, and at times not compiled well. */
    private static void taps(float[] block, int first, int next, int outputStep, float[] elements) {
        for (int t = 0; t < TAPS; t++) {
            int from = first + t * next;
            for (int lane = 0; lane < LANES; lane++) {
                elements[t * LANES + lane] = block[from + lane * outputStep];
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
     * Computes a block of the gradient with respect to the kernels.
     *
     * @param from address of the block's first element in the first matrix of the first part
     * @param parts number of parts to add
     * @param part stride of the parts in bytes
     * @param row row stride of a matrix in bytes
     * @param step stride of the matrices in bytes
     * @param to address of the block's first kernel
     * @param outputStep stride of the outputs in bytes
     */
    static void gradient(
            Buffers buffers, long from, int parts, long part, long row, long step, long to, long outputStep) {
        for (int c = 0; c < LANES; c++) {
            sums(from + c * row, parts, part, step, buffers.elements);
            gradientColumns(buffers.elements, buffers.half);
            gradientRows(buffers.half, buffers.elements);
            putTaps(buffers.elements, buffers.block, c * TAPS);
        }
        for (int o = 0; o < LANES; o++) {
            MemorySegment.copy(
                    buffers.block, o * LANES * TAPS, ALL, ValueLayout.JAVA_FLOAT, to + o * outputStep, LANES * TAPS);
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
                block[first + t + lane * OUTPUT_STRIDE] = taps[t * LANES + lane];
            }
        }
    }
}
