package fathom.nn.pool;

import fathom.Tensor;
import fathom.Tensors;
import fathom.ValuesAndIndices;
import fathom.nn.BuiltInLayer;
import fathom.nn.FailedLayer;

/**
 * The maxima over regions of nearly equal extent, as many as requested: {@code [N, C, D, H, W]} becomes {@code [N, C,
 * planes, rows, columns]}.
 */
public final class AdaptiveMaxPool3d extends BuiltInLayer {
    private final long planes;
    private final long rows;
    private final long columns;
    private final String size;

    /** As many planes as rows and columns. */
    public AdaptiveMaxPool3d(long size) {
        this(size, size, size, Long.toString(size));
    }

    /** With these output extents; 0 keeps the input's. */
    public AdaptiveMaxPool3d(long planes, long rows, long columns) {
        this(planes, rows, columns, "(%s, %s, %s)".formatted(text(planes), text(rows), text(columns)));
    }

    private AdaptiveMaxPool3d(long planes, long rows, long columns, String size) {
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
        return Tensors.adaptiveMaxPool3d(x, planes, rows, columns);
    }

    /** {@return the maxima, after the layer's hooks, and their indices, {@code (plane * H + row) * W + column}} */
    public ValuesAndIndices forwardWithIndices(Tensor x) {
        try {
            ValuesAndIndices y = Tensors.adaptiveMaxPool3dWithIndices(x, planes, rows, columns);
            return new ValuesAndIndices(hooked(x, y.values()), y.indices());
        } catch (RuntimeException e) {
            throw FailedLayer.in(this, e);
        }
    }

    @Override
    protected String extraRepr() {
        return "output_size=" + size;
    }
}
