package fathom.nn.pool;

import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.BuiltInLayer;

/**
 * The averages over regions of nearly equal extent, as many as requested: {@code [N, C, D, H, W]} becomes {@code [N, C,
 * planes, rows, columns]}.
 */
public final class AdaptiveAvgPool3d extends BuiltInLayer {
    private final long planes;
    private final long rows;
    private final long columns;
    private final String size;

    /** As many planes as rows and columns. */
    public AdaptiveAvgPool3d(long size) {
        this(size, size, size, Long.toString(size));
    }

    /** With these output extents; 0 keeps the input's. */
    public AdaptiveAvgPool3d(long planes, long rows, long columns) {
        this(planes, rows, columns, "(%s, %s, %s)".formatted(text(planes), text(rows), text(columns)));
    }

    private AdaptiveAvgPool3d(long planes, long rows, long columns, String size) {
        this.planes = planes;
        this.rows = rows;
        this.columns = columns;
        this.size = size;
    }

    private static String text(long size) {
        return size == 0 ? "None" : Long.toString(size);
    }

    @Override
    protected Tensor compute(Tensor x) {
        return Tensors.adaptiveAvgPool3d(x, planes, rows, columns);
    }

    @Override
    protected String extraRepr() {
        return "output_size=" + size;
    }
}
