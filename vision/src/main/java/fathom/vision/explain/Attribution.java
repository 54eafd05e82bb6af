package fathom.vision.explain;

import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import org.jspecify.annotations.Nullable;

/**
 * The contribution of each pixel to a class score, per image.
 *
 * @param values [N, C, H, W], or [N, 1, H, W] from methods that do not distinguish channels; negative where the pixel
 *     lowers the score
 * @param classes the explained classes, int64 [N]
 * @param scores the class scores of the images, [N]
 * @param baselineScores the class scores of the baseline, [N], if the values of an image are meant to sum to the
 *     difference of the two scores; else null
 */
public record Attribution(Tensor values, Tensor classes, Tensor scores, @Nullable Tensor baselineScores) {
    private static final int[] ALL_BUT_BATCH = {1, 2, 3};
    private static final int[] PLANE = {1, 2};

    /** {@return the sum of absolute values over the channels, [N, H, W]} */
    public Tensor map() {
        return values.abs().sum(1);
    }

    /** {@return the sum over the channels where it is positive, else 0: pixels that speak for the class, [N, H, W]} */
    public Tensor evidence() {
        return values.sum(1).clampMin(0);
    }

    /** {@return the fraction of {@link #map} inside a region, [N]; see {@link #massInside(Tensor, Tensor)}} */
    public Tensor massInside(Tensor region) {
        return massInside(map(), region);
    }

    /**
     * {@return the fraction of a map's sum inside a region, [N]; 0 for a map that is zero everywhere}
     *
     * @param map not negative, [N, H, W]: {@link #map} or {@link #evidence}
     * @param region true inside, bool [N, H, W]
     * @throws IllegalArgumentException if the region has another type or shape
     */
    public static Tensor massInside(Tensor map, Tensor region) {
        if (region.dtype() != DType.BOOL || !region.shape().equals(map.shape())) {
            throw new IllegalArgumentException(
                    "massInside: expected a bool region of shape %s, got %s %s"
                            .formatted(map.shape(), region.dtype(), region.shape()));
        }
        Tensor whole = map.sum(PLANE);
        Tensor inside = map.where(region, 0).sum(PLANE);
        return Tensors.where(whole.gt(0), inside.div(whole), 0);
    }

    /**
     * {@return the completeness error: the sum of the values minus the difference of scores, [N]}
     *
     * @throws IllegalStateException if the method has no baseline
     */
    public Tensor completenessError() {
        if (baselineScores == null) {
            throw new IllegalStateException(
                    "completenessError: only attributions with a baseline, such as those of IntegratedGradients, sum to a difference of scores");
        }
        return values.sum(ALL_BUT_BATCH).sub(scores.sub(baselineScores));
    }
}
