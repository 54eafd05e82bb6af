package fathom.vision.detection;

import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * Pooling of regions of feature maps to a fixed size, with the results of {@code torchvision.ops}.
 *
 * {@snippet :
 * // regions [K, 5]: the image's index in the batch, then the box
 * Tensor pooled = RegionPooling.roiPool(features, rois, 2, 2, 0.1);                   // [K, C, 2, 2]
 * Tensor aligned = RegionPooling.roiAlign(features, rois, 7, 7, o -> o.spatialScale(1 / 16.0).samplingRatio(2));
 * }
 *
 * <p>Results have gradients by the feature maps of any order, none by the regions.
 *
 * @see <a href="https://d2l.ai/chapter_computer-vision/rcnn.html">Dive into Deep Learning, Region-based CNNs</a>
 */
public final class RegionPooling {
    private RegionPooling() {}

    /** Options of {@link #roiAlign}. */
    public static final class AlignOptions {
        private double spatialScale = 1;
        private int samplingRatio = -1;
        private boolean aligned;

        private AlignOptions() {}

        /** The factor from the coordinates of regions to those of feature maps. Default: 1. */
        public AlignOptions spatialScale(double scale) {
            this.spatialScale = positive("roiAlign", scale);
            return this;
        }

        /**
         * The number of samples per bin and axis; 0 or less for as many as the bin has pixels, rounded up. Default: -1.
         */
        public AlignOptions samplingRatio(int samples) {
            this.samplingRatio = samples;
            return this;
        }

        /**
         * Whether the centre of the first pixel is at 0.5 rather than 0, and regions may be less than one pixel wide.
         * Default: false, as in torchvision.
         */
        public AlignOptions aligned(boolean aligned) {
            this.aligned = aligned;
            return this;
        }
    }

    /**
     * {@return the maximum of each bin of each region (Girshick, 2015, "Fast R-CNN"), {@code [K, C, height, width]}; 0
     * for a bin outside of the feature map}
     *
     * @param input feature maps {@code [N, C, H, W]}
     * @param boxes {@code [K, 5]}: the index of the feature map, then left, top, right and bottom, which are multiplied
     *     by the scale and rounded to pixels
     * @param spatialScale the factor from the coordinates of regions to those of feature maps
     * @throws IllegalArgumentException if a shape is wrong, or there is no feature map with an index
     */
    public static Tensor roiPool(Tensor input, Tensor boxes, int height, int width, double spatialScale) {
        check("roiPool", input, boxes, height, width);
        Tensor x = input.dtype() == DType.FLOAT64 ? input : input.to(DType.FLOAT32);
        var kernel = new RoiPoolKernel(height, width, positive("roiPool", spatialScale));
        Tensor at = kernel.apply(x.detach(), boxes.detach().to(x.dtype()));
        return x.contiguous().take(at.clamp(0, null)).where(at.ge(0), 0).to(input.dtype());
    }

    /** {@return as {@link #roiPool(Tensor, Tensor, int, int, double)}, with the boxes {@code [L, 4]} of each image} */
    public static Tensor roiPool(Tensor input, List<Tensor> boxes, int height, int width, double spatialScale) {
        return roiPool(input, rois(boxes), height, width, spatialScale);
    }

    /** {@return {@link #roiAlign(Tensor, Tensor, int, int, Consumer)} with a scale of 1 and adaptive samples} */
    public static Tensor roiAlign(Tensor input, Tensor boxes, int height, int width) {
        return roiAlign(input, boxes, height, width, o -> {});
    }

    /**
     * {@return the mean of each bin of each region, of samples interpolated bilinearly without rounding (He et al.,
     * 2017, "Mask R-CNN"), {@code [K, C, height, width]}}
     *
     * @param input feature maps {@code [N, C, H, W]}
     * @param boxes {@code [K, 5]}: the index of the feature map, then left, top, right and bottom
     * @throws IllegalArgumentException if a shape is wrong, there is no feature map with an index, or a region is so
     *     large that an adaptive number of samples exceeds 100,000 per bin and axis
     */
    public static Tensor roiAlign(Tensor input, Tensor boxes, int height, int width, Consumer<AlignOptions> options) {
        check("roiAlign", input, boxes, height, width);
        var o = new AlignOptions();
        options.accept(o);
        Tensor x = input.dtype() == DType.FLOAT64 ? input : input.to(DType.FLOAT32);
        var geometry = new RoiGeometry(height, width, o.spatialScale, o.samplingRatio, o.aligned);
        return new RoiAlignFunction(geometry, x.shape().dims(), false)
                .apply(x, boxes.detach().to(x.dtype()))
                .to(input.dtype());
    }

    /**
     * {@return as {@link #roiAlign(Tensor, Tensor, int, int, Consumer)}, with the boxes {@code [L, 4]} of each image}
     */
    public static Tensor roiAlign(
            Tensor input, List<Tensor> boxes, int height, int width, Consumer<AlignOptions> options) {
        return roiAlign(input, rois(boxes), height, width, options);
    }

    /** {@return regions {@code [K, 5]} from the boxes {@code [L, 4]} of each image} */
    static Tensor rois(List<Tensor> boxes) {
        if (boxes.isEmpty()) {
            throw new IllegalArgumentException("regions: expected the boxes of at least one image");
        }
        var rows = new ArrayList<Tensor>();
        for (int i = 0; i < boxes.size(); i++) {
            Tensor b = boxes.get(i);
            Boxes.checkRows("regions", b);
            rows.add(Tensors.cat(List.of(b.newFull(i, b.dtype(), b.size(0), 1), b), 1));
        }
        return Tensors.cat(rows, 0);
    }

    private static double positive(String name, double scale) {
        if (!(scale > 0) || Double.isInfinite(scale)) {
            throw new IllegalArgumentException("%s: the scale must be above 0, got %s".formatted(name, scale));
        }
        return scale;
    }

    private static void check(String name, Tensor input, Tensor boxes, int height, int width) {
        if (input.dim() != 4 || !input.dtype().isFloating()) {
            throw new IllegalArgumentException(
                    "%s: expected floating-point feature maps [N, C, H, W], got %s of %s"
                            .formatted(name, input.shape(), input.dtype()));
        }
        if (boxes.dim() != 2 || boxes.size(1) != 5) {
            throw new IllegalArgumentException(
                    "%s: expected regions of shape [K, 5] (index of the feature map, box), got %s"
                            .formatted(name, boxes.shape()));
        }
        if (height < 1 || width < 1) {
            throw new IllegalArgumentException(
                    String.format(Locale.ROOT, "%s: the output must have pixels, got %d x %d", name, height, width));
        }
    }
}
