package fathom.nn.pool;

import fathom.Tensor;
import fathom.Tensors;
import fathom.ValuesAndIndices;
import fathom.nn.BuiltInLayer;
import fathom.nn.FailedLayer;

/**
 * The maxima over regions of nearly equal extent, as many as requested: {@code [N, C, H, W]} becomes {@code [N, C,
 * rows, columns]}.
 */
public final class AdaptiveMaxPool2d extends BuiltInLayer {
    private final long rows;
    private final long columns;
    private final String size;

    /** As many rows as columns. */
    public AdaptiveMaxPool2d(long size) {
        this(size, size, Long.toString(size));
    }

    /** With these output extents; 0 keeps the input's. */
    public AdaptiveMaxPool2d(long rows, long columns) {
        this(rows, columns, "(%s, %s)".formatted(rows == 0 ? "None" : rows, columns == 0 ? "None" : columns));
    }

    private AdaptiveMaxPool2d(long rows, long columns, String size) {
        this.rows = rows;
        this.columns = columns;
        this.size = size;
    }

    @Override
    protected Tensor compute(Tensor x) {
        return Tensors.adaptiveMaxPool2d(x, rows, columns);
    }

    /** {@return the maxima, after the layer's hooks, and their indices, {@code row * W + column}} */
    public ValuesAndIndices forwardWithIndices(Tensor x) {
        try {
            ValuesAndIndices y = Tensors.adaptiveMaxPool2dWithIndices(x, rows, columns);
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
