package fathom.cpu.winograd;

/**
 * How images are covered: results of 2 x 2 pixels, each from a patch of 4 x 4 pixels of the source. A strip is a row of
 * such tiles in one image. Images lie channels last, without gaps.
 *
 * @param images how many
 * @param rows rows of a source image
 * @param columns columns of a source image
 * @param resultRows rows of a result image
 * @param resultColumns columns of a result image
 * @param padRows rows of zeros above (and below) a source image
 * @param padColumns columns of zeros left (and right) of a source image
 */
public record Grid(
        long images, long rows, long columns, long resultRows, long resultColumns, long padRows, long padColumns) {

    /** Rows, and columns, of a result that a tile has. */
    public static final int RESULT = 2;

    /** Rows, and columns, of a source that a patch has. */
    static final int PATCH = 4;

    /** Products that a tile takes: the elements of a transformed patch. */
    public static final int PRODUCTS = PATCH * PATCH;

    /**
     * How far apart the matrices of products are. They are written and read side by side: at a distance of some
     * multiple of 4 kB all of them would be in one another's way in the first-level cache.
     *
     * @param rows of a matrix
     * @param columns of a matrix
     * @return elements
     */
    public static long step(long rows, long columns) {
        return rows * columns + 16;
    }

    /** {@return tiles of a strip} */
    public long width() {
        return (resultColumns + RESULT - 1) / RESULT;
    }

    /** {@return strips of an image} */
    long height() {
        return (resultRows + RESULT - 1) / RESULT;
    }

    /** {@return strips of all images} */
    public long strips() {
        return images * height();
    }

    /** {@return tiles of all images} */
    public long tiles() {
        return strips() * width();
    }

    /** {@return how many times fewer products there are than in the direct way; edges that stick out cost} */
    public double saving() {
        return 9.0 * resultRows * resultColumns / (PRODUCTS * height() * width());
    }

    private long image(long strip) {
        return strip / height();
    }

    /**
     * Where the pixels of a strip's patch are.
     *
     * @param address of the first image
     * @param bytes of a pixel
     * @param outside the address of a pixel of zeros
     * @param strip which strip
     * @param tile which tile of it
     * @param to gets 16 addresses, row by row
     */
    void patch(long address, long bytes, long outside, long strip, long tile, long[] to) {
        long top = strip % height() * RESULT - padRows;
        long left = tile * RESULT - padColumns;
        long image = address + image(strip) * rows * columns * bytes;
        for (int i = 0; i < PATCH; i++) {
            long row = top + i;
            boolean inRow = row >= 0 && row < rows;
            for (int j = 0; j < PATCH; j++) {
                long column = left + j;
                boolean inside = inRow && column >= 0 && column < columns;
                to[i * PATCH + j] = inside ? image + (row * columns + column) * bytes : outside;
            }
        }
    }

    /** As {@link #patch}, of the 4 pixels of a tile's result. */
    void result(long address, long bytes, long outside, long strip, long tile, long[] to) {
        long top = strip % height() * RESULT;
        long left = tile * RESULT;
        long image = address + image(strip) * resultRows * resultColumns * bytes;
        for (int i = 0; i < RESULT; i++) {
            for (int j = 0; j < RESULT; j++) {
                boolean inside = top + i < resultRows && left + j < resultColumns;
                to[i * RESULT + j] = inside ? image + ((top + i) * resultColumns + left + j) * bytes : outside;
            }
        }
    }
}
