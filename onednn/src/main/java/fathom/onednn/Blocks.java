package fathom.onednn;

/**
 * A range cut into blocks of equal size, but for a shorter last one. How it is cut depends on sizes only, never on the
 * number of threads: so do the results.
 *
 * @param total length of the range
 * @param size length of each block but the last
 */
record Blocks(long total, long size) {

    /** Cuts {@code total} into about {@code count} blocks whose size is a multiple of {@code multiple}. */
    static Blocks about(long total, long count, long multiple) {
        long size = (total + count - 1) / Math.max(1, count);
        size = (size + multiple - 1) / multiple * multiple;
        return new Blocks(total, Math.clamp(size, 1, total));
    }

    long count() {
        return (total + size - 1) / size;
    }

    long start(long block) {
        return block * size;
    }

    long length(long block) {
        return Math.min(size, total - block * size);
    }

    /** Length of the last block. */
    long last() {
        return length(count() - 1);
    }
}
