package fathom.cpu.winograd;

/**
 * A tiling of images: result tiles of 2 x 2 pixels, each computed from a patch of 4 x 4 source pixels. A strip is a row
 * of tiles of one image. Images are dense and channels last.
 *
 * @param images number of images
 * @param rows rows of a source image
 * @param columns columns of a source image
 * @param resultRows rows of a result image
 * @param resultColumns columns of a result image
 * @param padRows rows of zeros above (and below) a source image
 * @param padColumns columns of zeros left (and right) of a source image
 */
public record Grid(
        long images, long rows, long columns, long resultRows, long resultColumns, long padRows, long padColumns) {

    /** Side length of a result tile. */
    public static final int RESULT = 2;

    /** Side length of a source patch. */
    static final int PATCH = 4;

    /** Products per tile, the elements of a transformed patch. */
    public static final int PRODUCTS = PATCH * PATCH;

    /**
     * {@return the stride of the product matrices in elements} They are written and read concurrently; with a stride
     * that is a multiple of 4 KB they would conflict in the L1 cache.
     *
     * @param rows rows of a matrix
     * @param columns columns of a matrix
     */
    public static long step(long rows, long columns) {
        return rows * columns + 16;
    }

    /** {@return the number of tiles of a strip} */
    public long width() {
        return (resultColumns + RESULT - 1) / RESULT;
    }

    /** {@return the number of strips of an image} */
    long height() {
        return (resultRows + RESULT - 1) / RESULT;
    }

    /** {@return the number of strips of all images} */
    public long strips() {
        return images * height();
    }

    /** {@return the number of tiles of all images} */
    public long tiles() {
        return strips() * width();
    }

    /** {@return the ratio of the direct algorithm's products to Winograd's, which partial tiles at the edges reduce} */
    public double saving() {
        return 9.0 * resultRows * resultColumns / (PRODUCTS * height() * width());
    }

    private long image(long strip) {
        return strip / height();
    }

    /**
     * Computes the addresses of the pixels of a tile's patch.
     *
     * @param address address of the first image
     * @param bytes bytes per pixel
     * @param outside address of a pixel of zeros
     * @param strip index of the strip
     * @param tile index of the tile in the strip
     * @param to receives 16 addresses, row by row
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

    /** Computes the addresses of the 4 pixels of a tile's result; see {@link #patch}. */
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
