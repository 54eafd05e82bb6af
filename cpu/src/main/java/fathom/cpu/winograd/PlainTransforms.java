package fathom.cpu.winograd;

import fathom.memory.Native;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** The scalar fallback of {@link VectorTransforms}, one channel at a time. */
final class PlainTransforms {
    private static final MemorySegment ALL = Native.ALL;

    private PlainTransforms() {}

    private static float load(long address) {
        return ALL.get(ValueLayout.JAVA_FLOAT, address);
    }

    private static void store(float v, long address) {
        ALL.set(ValueLayout.JAVA_FLOAT, address, v);
    }

    /** See {@link Transforms#patches}. */
    static void patch(long[] from, int channels, long to, long step) {
        var p = new float[Grid.PRODUCTS];
        for (long c = 0; c < channels * (long) Float.BYTES; c += Float.BYTES) {
            for (int j = 0; j < 4; j++) {
                float a = load(from[j] + c);
                float b = load(from[4 + j] + c);
                float d = load(from[8 + j] + c);
                float e = load(from[12 + j] + c);
                p[j] = a - d;
                p[4 + j] = b + d;
                p[8 + j] = d - b;
                p[12 + j] = b - e;
            }
            for (int i = 0; i < 16; i += 4) {
                long at = to + c + i * step;
                store(p[i] - p[i + 2], at);
                store(p[i + 1] + p[i + 2], at + step);
                store(p[i + 2] - p[i + 1], at + 2 * step);
                store(p[i + 1] - p[i + 3], at + 3 * step);
            }
        }
    }

    /** See {@link Transforms#results}. */
    static void result(long from, long step, int channels, long bias, long[] to) {
        var s = new float[8];
        for (long c = 0; c < channels * (long) Float.BYTES; c += Float.BYTES) {
            for (int j = 0; j < 4; j++) {
                long at = from + c + j * step;
                float b = load(at + 4 * step);
                float d = load(at + 8 * step);
                s[j] = load(at) + b + d;
                s[4 + j] = b - d - load(at + 12 * step);
            }
            float more = load(bias + c);
            for (int i = 0; i < 2; i++) {
                store(s[4 * i] + s[4 * i + 1] + s[4 * i + 2] + more, to[2 * i] + c);
                store(s[4 * i + 1] - s[4 * i + 2] - s[4 * i + 3] + more, to[2 * i + 1] + c);
            }
        }
    }

    /** See {@link Transforms#gradients}. */
    static void gradient(long[] from, int channels, long to, long step) {
        for (long c = 0; c < channels * (long) Float.BYTES; c += Float.BYTES) {
            float a = load(from[0] + c);
            float b = load(from[1] + c);
            float d = load(from[2] + c);
            float e = load(from[3] + c);
            pair(a + 0f, b + 0f, to + c, step); // as in the vector code: no -0
            pair(a + d, b + e, to + c + 4 * step, step);
            pair(a - d, b - e, to + c + 8 * step, step);
            pair(d + 0f, e + 0f, to + c + 12 * step, step);
        }
    }

    private static void pair(float a, float b, long to, long step) {
        store(a, to);
        store(a + b, to + step);
        store(a - b, to + 2 * step);
        store(b, to + 3 * step);
    }
}
