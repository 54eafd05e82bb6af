package fathom.cpu.parallel;

/**
 * A partition of a range into blocks of equal size, except for a shorter last one. It depends on sizes only, never on
 * the number of threads, and so do results.
 *
 * @param total length of the range
 * @param size length of each block but the last
 */
public record BlockPartition(long total, long size) {

    /** {@return about {@code count} blocks, of a size that is a multiple of {@code multiple}} */
    public static BlockPartition about(long total, long count, long multiple) {
        long size = (total + count - 1) / Math.max(1, count);
        size = (size + multiple - 1) / multiple * multiple;
        return new BlockPartition(total, Math.clamp(size, 1, total));
    }

    /** {@return the number of blocks} */
    public long count() {
        return (total + size - 1) / size;
    }

    /** {@return the first index of a block} */
    public long start(long block) {
        return block * size;
    }

    /** {@return the length of a block} */
    public long length(long block) {
        return Math.min(size, total - block * size);
    }

    /** {@return the length of the last block} */
    public long last() {
        return length(count() - 1);
    }
}
