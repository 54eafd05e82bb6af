package fathom.nn.pool;

import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.BuiltInLayer;

/**
 * The averages over regions of nearly equal extent, as many as requested: {@code [N, C, H, W]} becomes {@code [N, C,
 * rows, columns]}.
 */
public final class AdaptiveAvgPool2d extends BuiltInLayer {
    private final long rows;
    private final long columns;
    private final String size;

    /** As many rows as columns. */
    public AdaptiveAvgPool2d(long size) {
        this(size, size, Long.toString(size));
    }

    /** With these output extents; 0 keeps the input's. */
    public AdaptiveAvgPool2d(long rows, long columns) {
        this(rows, columns, "(%s, %s)".formatted(rows == 0 ? "None" : rows, columns == 0 ? "None" : columns));
    }

    private AdaptiveAvgPool2d(long rows, long columns, String size) {
        this.rows = rows;
        this.columns = columns;
        this.size = size;
    }

    @Override
    protected Tensor compute(Tensor x) {
        return Tensors.adaptiveAvgPool2d(x, rows, columns);
    }

    @Override
    protected String extraRepr() {
        return "output_size=" + size;
    }
}
