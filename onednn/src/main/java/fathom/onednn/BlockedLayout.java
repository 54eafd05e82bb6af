package fathom.onednn;

import org.jspecify.annotations.Nullable;

/**
 * A blocked layout of oneDNN: dimensions are divided into nested blocks, and each dimension's blocks have a stride.
 *
 * @param shape the extents
 * @param strides stride of the blocks in elements, per dimension
 * @param blocks extents of the inner blocks, outermost first
 * @param dims the dimension of each inner block
 */
record BlockedLayout(long[] shape, long[] strides, long[] blocks, long[] dims) {
    /** {@return the layout of a memory descriptor; null if it is not blocked, or padded} */
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

    /** {@return the contribution of each index of a dimension to an element's offset, in bytes} */
    int[] offsets(int dim, int bytes) {
        var offsets = new int[(int) shape[dim]];
        for (int i = 0; i < offsets.length; i++) {
            long remainder = i;
            long offset = 0;
            long step = 1;
            for (int b = blocks.length - 1; b >= 0; b--) {
                if (dims[b] == dim) {
                    offset += remainder % blocks[b] * step;
                    remainder /= blocks[b];
                }
                step *= blocks[b];
            }
            offsets[i] = Math.toIntExact((offset + remainder * strides[dim]) * bytes);
        }
        return offsets;
    }
}
