package fathom.cpu.attention;

import fathom.DType;
import fathom.cpu.memory.Memory;
import fathom.cpu.rowproduct.Dots;
import fathom.cpu.rowproduct.RowProduct;
import fathom.cpu.rowproduct.Sums;
import fathom.primitive.Operand;
import org.jspecify.annotations.Nullable;

/**
 * The products of a single query, as in decoding with a cache: keys and values are read once, in memory order and in
 * their own type. A tiled product would pack them first, which takes longer than the product.
 */
final class OneQuery {
    private OneQuery() {}

    /** {@return products that are those of a row and a matrix where they can be, and else the given ones} */
    static TileProducts before(TileProducts others) {
        return (m, n, k, a, b, c) -> {
            var product = m == 1 ? product(n, k, a, b, c) : null;
            return product == null ? others.of(m, n, k, a, b, c) : product;
        };
    }

    /** {@return whether all products of an attention are those of a row and a matrix} */
    static boolean fits(Operand[] in) {
        int last = in[0].rank() - 1;
        return in[0].shape()[last - 1] == 1 && hasDenseRows(in[1]) && hasDenseRows(in[2]);
    }

    private static boolean hasDenseRows(Operand o) {
        int last = o.rank() - 1;
        return o.strides()[last] == 1 && o.strides()[last - 1] >= o.shape()[last];
    }

    private static TileProducts.@Nullable Product product(
            int n, int k, TileProducts.Layout a, TileProducts.Layout b, TileProducts.Layout c) {
        boolean isNarrow = b.type() == DType.BFLOAT16;
        boolean denseColumns = b.rowStep() == 1 && b.columnStep() >= k;
        boolean denseRows = b.columnStep() == 1 && b.rowStep() >= n;
        if (a.type() != b.type()
                || !isNarrow && b.type() != DType.FLOAT32
                || a.columnStep() != 1 && k > 1
                || c.type() != DType.FLOAT32
                || c.columnStep() != 1 && n > 1
                || !denseRows && !denseColumns) {
            return null;
        }
        long step = (denseRows ? b.rowStep() : b.columnStep()) * b.type().size();
        return (atA, atB, atC) -> {
            float[] x = RowProduct.floats(a.type(), atA, a.type().size(), k);
            var sums = new float[n];
            if (denseRows) {
                if (isNarrow) {
                    Sums.bfloat16(sums, x, atB, step);
                } else {
                    Sums.float32(sums, x, atB, step);
                }
            } else if (isNarrow) {
                Dots.bfloat16(sums, Dots.halves(x), atB, step);
            } else {
                Dots.float32(sums, x, atB, step);
            }
            for (int i = 0; i < n; i++) {
                Memory.setFloat(atC + 4L * i, sums[i]);
            }
        };
    }
}
