package fathom.cpu.attention;

/**
 * How a length is cut into blocks of nearly equal length, the last one shorter.
 *
 * @param length of all
 * @param size of a block
 * @param count of blocks
 */
record Cuts(int length, int size, int count) {
    /** Sizes are whole vectors. */
    private static final int UNIT = 16;

    /** {@return blocks of about {@code most} at most} */
    static Cuts of(long length, int most) {
        int n = Math.toIntExact(length);
        int blocks = Math.ceilDiv(n, most);
        int size = Math.min(n, Math.ceilDiv(Math.ceilDiv(n, blocks), UNIT) * UNIT);
        return new Cuts(n, size, Math.ceilDiv(n, size));
    }

    int start(int block) {
        return block * size;
    }

    int length(int block) {
        return Math.min(size, length - start(block));
    }
}
