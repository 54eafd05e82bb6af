package fathom.cpu.attention;

/**
 * A partition of the queries or keys into blocks of nearly equal length, multiples of a vector except for the last: the
 * sides of the score tiles.
 *
 * @param length total number of queries or keys
 * @param size length of a block
 * @param count number of blocks
 */
record TilePartition(int length, int size, int count) {
    /** Block sizes are multiples of this. */
    private static final int UNIT = 16;

    /** {@return a partition into blocks of about {@code maxSize} at most} */
    static TilePartition of(long length, int maxSize) {
        int n = Math.toIntExact(length);
        int blocks = Math.ceilDiv(n, maxSize);
        int size = Math.min(n, Math.ceilDiv(Math.ceilDiv(n, blocks), UNIT) * UNIT);
        return new TilePartition(n, size, Math.ceilDiv(n, size));
    }

    int start(int block) {
        return block * size;
    }

    int length(int block) {
        return Math.min(size, length - start(block));
    }
}
