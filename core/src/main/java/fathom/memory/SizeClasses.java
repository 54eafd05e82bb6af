package fathom.memory;

/** Block sizes: four per power of two, so that at most a quarter of a block is wasted. */
final class SizeClasses {
    /** The number of classes. */
    static final int COUNT = 64 * 4;

    private SizeClasses() {}

    /** {@return the smallest class that holds {@code bytes} bytes} */
    static int of(long bytes) {
        int log = 63 - Long.numberOfLeadingZeros(Math.max(bytes, 64) - 1);
        long step = 1L << Math.max(log - 2, 4);
        int quarter = (int) ((bytes - 1 - (1L << log)) / step);
        return log * 4 + Math.max(0, quarter);
    }

    /** {@return the bytes of a block of class {@code c}} */
    static long bytes(int c) {
        int log = c / 4;
        long step = 1L << Math.max(log - 2, 4);
        return (1L << log) + (c % 4 + 1) * step;
    }
}
