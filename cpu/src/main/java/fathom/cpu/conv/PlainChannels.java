package fathom.cpu.conv;

import fathom.cpu.memory.Memory;

/** The scalar loops of {@link Channels}. */
final class PlainChannels {
    private PlainChannels() {}

    static void floatTaps(long to, long init, long weights, long[] sources, long[] taps, int count, int channels) {
        for (int c = 0; c < channels; c++) {
            long x = 4L * c;
            float sum = init == 0 ? 0 : Memory.getFloat(init + x);
            for (int i = 0; i < count; i++) {
                sum = Math.fma(Memory.getFloat(sources[i] + x), Memory.getFloat(weights + taps[i] + x), sum);
            }
            Memory.setFloat(to + x, sum);
        }
    }

    static void floatDots(long sums, long a, long aStep, long b, long bStep, int count, int channels) {
        for (int c = 0; c < channels; c++) {
            long x = 4L * c;
            float sum = Memory.getFloat(sums + x);
            for (int i = 0; i < count; i++) {
                sum = Math.fma(Memory.getFloat(a + i * aStep + x), Memory.getFloat(b + i * bStep + x), sum);
            }
            Memory.setFloat(sums + x, sum);
        }
    }

    static void doubleTaps(long to, long init, long weights, long[] sources, long[] taps, int count, int channels) {
        for (int c = 0; c < channels; c++) {
            long x = 8L * c;
            double sum = init == 0 ? 0 : Memory.getDouble(init + x);
            for (int i = 0; i < count; i++) {
                sum = Math.fma(Memory.getDouble(sources[i] + x), Memory.getDouble(weights + taps[i] + x), sum);
            }
            Memory.setDouble(to + x, sum);
        }
    }

    static void doubleDots(long sums, long a, long aStep, long b, long bStep, int count, int channels) {
        for (int c = 0; c < channels; c++) {
            long x = 8L * c;
            double sum = Memory.getDouble(sums + x);
            for (int i = 0; i < count; i++) {
                sum = Math.fma(Memory.getDouble(a + i * aStep + x), Memory.getDouble(b + i * bStep + x), sum);
            }
            Memory.setDouble(sums + x, sum);
        }
    }
}
