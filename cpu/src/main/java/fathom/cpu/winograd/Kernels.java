package fathom.cpu.winograd;

import fathom.cpu.parallel.Parallel;
import fathom.memory.Native;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Kernels {@code [O, C, 3, 3]} in the form whose products are taken: {@value Grid#PRODUCTS} matrices, {@code [C, O]} or
 * {@code [O, C]}.
 *
 * <pre>
 *           1    0    0
 *      G = 1/2  1/2  1/2      G k G^T, and of products p: G^T p G
 *          1/2 -1/2  1/2
 *           0    0    1
 * </pre>
 *
 * @param outputs O
 * @param inputs C
 */
public record Kernels(int outputs, int inputs) {
    private static final MemorySegment ALL = Native.ALL;
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT;
    private static final int TAPS = 9;

    /** Channels in each direction that are done together: what is read stays in the first-level cache. */
    private static final int BLOCK = 16;

    /** {@return the size of the transformed kernels, in bytes} */
    public long bytes() {
        return Grid.PRODUCTS * step();
    }

    private long step() {
        return Grid.step(inputs, outputs) * Float.BYTES;
    }

    /**
     * Transforms kernels.
     *
     * @param from their address, as they lie in a parameter
     * @param to the address of what becomes of them: matrices {@code [C, O]}
     */
    public void forward(long from, long to) {
        transform(from, to, false);
    }

    /**
     * As {@link #forward}, of kernels turned by half a turn: matrices {@code [O, C]}, for the gradient by the input.
     */
    public void turned(long from, long to) {
        transform(from, to, true);
    }

    private void transform(long from, long to, boolean turned) {
        long step = step();
        forBlocks((outer, inner) -> {
            var k = new float[TAPS];
            var p = new float[12];
            for (int o = outer; o < Math.min(outputs, outer + BLOCK); o++) {
                for (int c = inner; c < Math.min(inputs, inner + BLOCK); c++) {
                    long kernel = from + ((long) o * inputs + c) * TAPS * Float.BYTES;
                    for (int t = 0; t < TAPS; t++) {
                        k[turned ? TAPS - 1 - t : t] = ALL.get(FLOAT, kernel + (long) t * Float.BYTES);
                    }
                    long place = turned ? (long) o * inputs + c : (long) c * outputs + o;
                    transform(k, p, to + place * Float.BYTES, step);
                }
            }
        });
    }

    private static void transform(float[] k, float[] p, long to, long step) {
        for (int j = 0; j < 3; j++) {
            float sum = k[j] + k[6 + j];
            p[j] = k[j];
            p[3 + j] = 0.5f * (sum + k[3 + j]);
            p[6 + j] = 0.5f * (sum - k[3 + j]);
            p[9 + j] = k[6 + j];
        }
        long at = to;
        for (int i = 0; i < 12; i += 3, at += 4 * step) {
            float sum = p[i] + p[i + 2];
            ALL.set(FLOAT, at, p[i]);
            ALL.set(FLOAT, at + step, 0.5f * (sum + p[i + 1]));
            ALL.set(FLOAT, at + 2 * step, 0.5f * (sum - p[i + 1]));
            ALL.set(FLOAT, at + 3 * step, p[i + 2]);
        }
    }

    /**
     * Makes the gradient by the kernels of sums of products.
     *
     * @param from address of the first sums, matrices {@code [C, O]}
     * @param parts how many such sums there are, one after the other, to be added up
     * @param to address of the gradient, {@code [O, C, 3, 3]}
     */
    public void gradient(long from, int parts, long to) {
        long step = step();
        forBlocks((outer, inner) -> {
            var m = new float[Grid.PRODUCTS];
            for (int o = outer; o < Math.min(outputs, outer + BLOCK); o++) {
                for (int c = inner; c < Math.min(inputs, inner + BLOCK); c++) {
                    long place = from + ((long) c * outputs + o) * Float.BYTES;
                    for (int i = 0; i < m.length; i++) {
                        float sum = 0;
                        for (int part = 0; part < parts; part++) {
                            sum += ALL.get(FLOAT, place + part * bytes() + i * step);
                        }
                        m[i] = sum;
                    }
                    gradient(m, to + ((long) o * inputs + c) * TAPS * Float.BYTES);
                }
            }
        });
    }

    private static void gradient(float[] m, long to) {
        for (int j = 0; j < 4; j++) {
            float b = 0.5f * (m[4 + j] + m[8 + j]);
            float d = 0.5f * (m[4 + j] - m[8 + j]);
            m[j] += b;
            m[4 + j] = d;
            m[8 + j] = b - m[12 + j];
        }
        for (int i = 0; i < 3; i++) {
            float b = 0.5f * (m[4 * i + 1] + m[4 * i + 2]);
            float d = 0.5f * (m[4 * i + 1] - m[4 * i + 2]);
            long at = to + 3L * i * Float.BYTES;
            ALL.set(FLOAT, at, m[4 * i] + b);
            ALL.set(FLOAT, at + Float.BYTES, d);
            ALL.set(FLOAT, at + 2 * Float.BYTES, b - m[4 * i + 3]);
        }
    }

    private interface Block {
        void run(int outer, int inner);
    }

    private void forBlocks(Block body) {
        long across = (inputs + BLOCK - 1) / BLOCK;
        long down = (outputs + BLOCK - 1) / BLOCK;
        Parallel.forRange(
                across * down,
                8,
                (begin, end) -> {
                    for (long b = begin; b < end; b++) {
                        body.run((int) (b / across) * BLOCK, (int) (b % across) * BLOCK);
                    }
                });
    }
}
