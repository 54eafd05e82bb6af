package fathom.vision.detection.regions;

import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.vision.detection.Boxes;
import fathom.vision.detection.RegionPooling;
import java.util.ArrayList;
import java.util.List;

/**
 * RoI align on a feature pyramid, each region on the map that suits its size (Lin et al., 2017, equation 1):
 * torchvision's {@code MultiScaleRoIAlign}. Which regions are on which map is read back, so that this ends the capture
 * of a step.
 */
public final class MultiScaleRoIAlign {
    private static final double EPS = 1e-6;

    private final int outputSize;
    private final int samplingRatio;
    private final int canonicalScale;
    private final int canonicalLevel;

    /** Regions of 224 pixels are on the map of 1/16 of the image's size. */
    public MultiScaleRoIAlign(int outputSize, int samplingRatio) {
        this(outputSize, samplingRatio, 224, 4);
    }

    /**
     * A pooling.
     *
     * @param outputSize rows and columns of the pooled regions
     * @param samplingRatio the number of samples per bin and axis
     * @param canonicalScale the side of regions, in pixels, that are on the canonical level
     * @param canonicalLevel the level whose map has {@code 2^-level} of the image's size
     */
    public MultiScaleRoIAlign(int outputSize, int samplingRatio, int canonicalScale, int canonicalLevel) {
        this.outputSize = outputSize;
        this.samplingRatio = samplingRatio;
        this.canonicalScale = canonicalScale;
        this.canonicalLevel = canonicalLevel;
    }

    /** {@return the rows and columns of pooled regions} */
    public int outputSize() {
        return outputSize;
    }

    /**
     * {@return the pooled regions of all images, {@code [K, C, size, size]}}
     *
     * @param features maps {@code [N, C, H, W]}, the largest first
     * @param boxes the regions of each image, {@code [L, 4]} in pixels
     * @param imageSizes height and width of each image
     */
    public Tensor pool(List<Tensor> features, List<Tensor> boxes, List<ImageSize> imageSizes) {
        int height = imageSizes.stream().mapToInt(ImageSize::height).max().orElseThrow();
        double[] scales = features.stream().mapToDouble(f -> scale(f.size(2), height)).toArray();
        Tensor all = Tensors.cat(boxes, 0);
        Tensor rois = Tensors.cat(List.of(indices(boxes), all), 1);
        if (features.size() == 1) {
            return aligned(features.getFirst(), rois, scales[0]);
        }
        int least = -Math.getExponent(scales[0]); // the scales are powers of two
        int most = -Math.getExponent(scales[scales.length - 1]);
        long[] level =
                Boxes.boxArea(all)
                        .sqrt()
                        .div(canonicalScale)
                        .log2()
                        .add(canonicalLevel)
                        .add(EPS)
                        .floor()
                        .clamp(least, most)
                        .sub(least)
                        .to(DType.INT64)
                        .toLongArray();
        var parts = new ArrayList<Tensor>();
        var place = new long[level.length];
        int at = 0;
        for (int k = 0; k < scales.length; k++) {
            var here = new ArrayList<Long>();
            for (int i = 0; i < level.length; i++) {
                if (level[i] == k) {
                    here.add((long) i);
                    place[i] = at++;
                }
            }
            if (!here.isEmpty()) {
                Tensor index = rois.newTensor(here.stream().mapToLong(i -> i).toArray(), DType.INT64);
                parts.add(aligned(features.get(k), rois.indexSelect(0, index), scales[k]));
            }
        }
        if (parts.isEmpty()) {
            return features.getFirst().newZeros(0, features.getFirst().size(1), outputSize, outputSize);
        }
        return Tensors.cat(parts, 0).indexSelect(0, rois.newTensor(place, DType.INT64));
    }

    private static Tensor indices(List<Tensor> boxes) {
        var columns = new ArrayList<Tensor>();
        for (int i = 0; i < boxes.size(); i++) {
            Tensor b = boxes.get(i);
            columns.add(b.newFull(i, b.dtype(), b.size(0), 1));
        }
        return Tensors.cat(columns, 0);
    }

    private Tensor aligned(Tensor map, Tensor rois, double scale) {
        return RegionPooling.roiAlign(
                map, rois, outputSize, outputSize, o -> o.spatialScale(scale).samplingRatio(samplingRatio));
    }

    /** {@return the power of two that is nearest to the ratio of sizes} */
    private static double scale(long size, int of) {
        return Math.pow(2, Math.rint(Math.log((double) size / of) / Math.log(2)));
    }
}
