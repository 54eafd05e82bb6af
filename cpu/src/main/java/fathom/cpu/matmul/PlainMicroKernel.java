package fathom.cpu.matmul;

import fathom.cpu.memory.Memory;
import java.lang.foreign.MemorySegment;

/**
 * The scalar micro-kernel, which runs until a shape has had enough work to justify a generated class, and while that
 * class is being compiled. It accumulates in the order of the generated kernel, so the results have the same bits.
 */
final class PlainMicroKernel implements MicroKernel {
    private final TileShape shape;
    private final int lanes;

    PlainMicroKernel(TileShape shape) {
        this.shape = shape;
        this.lanes = shape.elem().lanes();
    }

    @Override
    public void run(Object a, int aStart, long b, long bStep, long init, long initStep, long c, long cStep, int depth) {
        int columns = shape.vectors() * lanes;
        for (int i = 0; i < shape.rows(); i++) {
            int first = aStart + i * shape.rowStep();
            long start = init == 0 ? 0 : init + i * initStep;
            if (a instanceof float[] floats) {
                floatRow(floats, first, b, bStep, start, c + i * cStep, depth, columns);
            } else {
                doubleRow((double[]) a, first, b, bStep, start, c + i * cStep, depth, columns);
            }
        }
    }

    private void floatRow(float[] a, int first, long b, long bStep, long init, long c, int depth, int columns) {
        var sums = new float[columns];
        if (init != 0) {
            MemorySegment.copy(Memory.ALL, Memory.FLOAT, init, sums, 0, columns);
        }
        for (int p = 0; p < depth; p++) {
            floatStep(sums, a[first + p * shape.columnStep()], b + p * bStep);
        }
        MemorySegment.copy(sums, 0, Memory.ALL, Memory.FLOAT, c, columns);
    }

    private static void floatStep(float[] sums, float factor, long b) {
        for (int j = 0; j < sums.length; j++) {
            sums[j] = Math.fma(factor, Memory.getFloat(b + (long) j * Float.BYTES), sums[j]);
        }
    }

    private void doubleRow(double[] a, int first, long b, long bStep, long init, long c, int depth, int columns) {
        var sums = new double[columns];
        if (init != 0) {
            MemorySegment.copy(Memory.ALL, Memory.DOUBLE, init, sums, 0, columns);
        }
        for (int p = 0; p < depth; p++) {
            doubleStep(sums, a[first + p * shape.columnStep()], b + p * bStep);
        }
        MemorySegment.copy(sums, 0, Memory.ALL, Memory.DOUBLE, c, columns);
    }

    private static void doubleStep(double[] sums, double factor, long b) {
        for (int j = 0; j < sums.length; j++) {
            sums[j] = Math.fma(factor, Memory.getDouble(b + (long) j * Double.BYTES), sums[j]);
        }
    }
}
