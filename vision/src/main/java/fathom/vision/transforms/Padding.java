package fathom.vision.transforms;

import fathom.DType;
import fathom.Tensor;
import java.util.Locale;

/**
 * Padding with fixed numbers of pixels.
 *
 * @param maskFill the value around masks with CONSTANT
 */
record Padding(int left, int top, int right, int bottom, PaddingMode mode, Fill fill, double maskFill)
        implements Spatial {
    @Override
    public Tensor apply(Tensor x) {
        Transforms.check("pad", x);
        return padded(x, fill);
    }

    @Override
    public Tensor masks(Tensor masks) {
        return padded(masks, Fill.of(maskFill));
    }

    private Tensor padded(Tensor x, Fill around) {
        if (mode != PaddingMode.CONSTANT) {
            Tensor rows = x.indexSelect(-2, index(x, x.size(-2), top, bottom));
            return rows.indexSelect(-1, index(x, x.size(-1), left, right));
        }
        long[] shape = x.shape().dims();
        shape[shape.length - 2] += (long) top + bottom;
        shape[shape.length - 1] += (long) left + right;
        Tensor out = around.empty(x, shape);
        out.narrow(-2, top, x.size(-2)).narrow(-1, left, x.size(-1)).copy_(x);
        return out;
    }

    /** {@return the index of the pixel shown at each place along an axis of {@code n} pixels} */
    private Tensor index(Tensor x, long n, int before, int after) {
        long most = mode == PaddingMode.REFLECT ? n - 1 : mode == PaddingMode.SYMMETRIC ? n : Long.MAX_VALUE;
        if (before > most || after > most) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "pad: %s with %d and %d pixels needs more than the %d pixels of images %s",
                            mode,
                            before,
                            after,
                            n,
                            x.shape()));
        }
        var index = new long[Math.toIntExact(before + n + after)];
        for (int i = 0; i < index.length; i++) {
            long at = i - before;
            index[i] =
                    switch (mode) {
                        case REFLECT -> at < 0 ? -at : at >= n ? 2 * n - 2 - at : at;
                        case SYMMETRIC -> at < 0 ? -1 - at : at >= n ? 2 * n - 1 - at : at;
                        default -> Math.clamp(at, 0, n - 1);
                    };
        }
        return x.newTensor(index, DType.INT64);
    }

    @Override
    public void move(double[] points, int height, int width) {
        for (int i = 0; i < points.length; i += 2) {
            points[i] += left;
            points[i + 1] += top;
        }
    }
}
