package fathom.cpu.winograd;

import fathom.memory.Native;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** The scalar fallback of {@link VectorKernels}, one kernel at a time. */
final class PlainKernels {
    private static final MemorySegment ALL = Native.ALL;
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT;

    private PlainKernels() {}

    /**
     * Transforms a kernel.
     *
     * @param from address of the kernel
     * @param rotated whether it is rotated by 180 degrees
     * @param to address of its element of the first matrix
     * @param step stride of the matrices in bytes
     */
    static void transform(long from, boolean rotated, long to, long step) {
        var p = new float[12];
        for (int j = 0; j < 3; j++) {
            float first = tap(from, j, rotated);
            float middle = tap(from, 3 + j, rotated);
            float last = tap(from, 6 + j, rotated);
            float sum = first + last;
            p[j] = first;
            p[3 + j] = (sum + middle) * 0.5f;
            p[6 + j] = (sum - middle) * 0.5f;
            p[9 + j] = last;
        }
        for (int i = 0; i < 4; i++) {
            float sum = p[3 * i] + p[3 * i + 2];
            long at = to + 4 * i * step;
            ALL.set(FLOAT, at, p[3 * i]);
            ALL.set(FLOAT, at + step, (sum + p[3 * i + 1]) * 0.5f);
            ALL.set(FLOAT, at + 2 * step, (sum - p[3 * i + 1]) * 0.5f);
            ALL.set(FLOAT, at + 3 * step, p[3 * i + 2]);
        }
    }

    private static float tap(long kernel, int tap, boolean rotated) {
        return ALL.get(FLOAT, kernel + (long) (rotated ? Kernels.TAPS - 1 - tap : tap) * Float.BYTES);
    }

    /**
     * Computes the gradient with respect to a kernel.
     *
     * @param from address of its element of the first matrix of the first part
     * @param parts number of parts to add
     * @param part stride of the parts in bytes
     * @param step stride of the matrices in bytes
     * @param to address of its gradient
     */
    static void gradient(long from, int parts, long part, long step, long to) {
        var m = new float[Grid.PRODUCTS];
        for (int i = 0; i < m.length; i++) {
            m[i] = ALL.get(FLOAT, from + i * step);
            for (int k = 1; k < parts; k++) {
                m[i] = ALL.get(FLOAT, from + k * part + i * step) + m[i];
            }
        }
        for (int j = 0; j < 4; j++) {
            float b = (m[4 + j] + m[8 + j]) * 0.5f;
            float d = (m[4 + j] - m[8 + j]) * 0.5f;
            m[j] += b;
            m[4 + j] = d;
            m[8 + j] = b - m[12 + j];
        }
        for (int i = 0; i < 3; i++) {
            float b = (m[4 * i + 1] + m[4 * i + 2]) * 0.5f;
            float d = (m[4 * i + 1] - m[4 * i + 2]) * 0.5f;
            long at = to + 3L * i * Float.BYTES;
            ALL.set(FLOAT, at, m[4 * i] + b);
            ALL.set(FLOAT, at + Float.BYTES, d);
            ALL.set(FLOAT, at + 2 * Float.BYTES, b - m[4 * i + 3]);
        }
    }
}
