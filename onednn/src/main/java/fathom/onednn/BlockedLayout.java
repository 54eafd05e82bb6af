package fathom.onednn;

import org.jspecify.annotations.Nullable;

/**
 * A layout of oneDNN's: dimensions are cut into blocks, which lie within each other; what is left of each dimension has
 * a stride.
 *
 * @param shape the extents
 * @param strides elements from block to block, per dimension
 * @param blocks the blocks' extents, from the outermost to the innermost
 * @param dims which dimension each block is of
 */
record BlockedLayout(long[] shape, long[] strides, long[] blocks, long[] dims) {
    /** Reads a description; null for those without such a layout, and for those that are padded. */
    static @Nullable BlockedLayout of(long desc, long[] shape) {
        int count = Dnnl.queryInt(desc, Dnnl.QUERY_INNER_BLOCKS);
        if (count < 0 || !java.util.Arrays.equals(Dnnl.queryDims(desc, Dnnl.QUERY_PADDED_DIMS, shape.length), shape)) {
            return null;
        }
        return new BlockedLayout(
                shape,
                Dnnl.queryDims(desc, Dnnl.QUERY_STRIDES, shape.length),
                Dnnl.queryDims(desc, Dnnl.QUERY_INNER_BLOCK_SIZES, count),
                Dnnl.queryDims(desc, Dnnl.QUERY_INNER_BLOCK_DIMS, count));
    }

    /** What each index of a dimension contributes to an element's place, in bytes. */
    int[] places(int dim, int bytes) {
        var places = new int[(int) shape[dim]];
        for (int i = 0; i < places.length; i++) {
            long rest = i;
            long place = 0;
            long step = 1;
            for (int b = blocks.length - 1; b >= 0; b--) {
                if (dims[b] == dim) {
                    place += rest % blocks[b] * step;
                    rest /= blocks[b];
                }
                step *= blocks[b];
            }
            places[i] = Math.toIntExact((place + rest * strides[dim]) * bytes);
        }
        return places;
    }
}
