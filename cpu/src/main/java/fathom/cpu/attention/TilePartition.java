package fathom.cpu.attention;

/**
 * A number of queries or of keys divided into blocks of nearly equal length, of whole vectors, the last one shorter:
 * the sides of the tiles of scores.
 *
 * @param length of all
 * @param size of a block
 * @param count of blocks
 */
record TilePartition(int length, int size, int count) {
    /** Sizes are whole vectors. */
    private static final int UNIT = 16;

    /** {@return blocks of about {@code most} at most} */
    static TilePartition of(long length, int most) {
        int n = Math.toIntExact(length);
        int blocks = Math.ceilDiv(n, most);
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
