package fathom.vision.transforms;

import fathom.DType;
import fathom.Tensor;

/**
 * A change of geometry with fixed parameters: it says where points of the image go, and how a mask is resampled; boxes
 * follow from their corners.
 */
interface Spatial extends ByteTransform {
    /**
     * {@return masks {@code [K, H, W]} of any type, resampled by the nearest pixel}
     *
     * @param masks of the size of the image
     */
    Tensor masks(Tensor masks);

    /**
     * Moves points in place.
     *
     * @param points x and y in turn, in pixels
     * @param height the height of the image before
     * @param width the width of the image before
     */
    void move(double[] points, int height, int width);

    @Override
    default Sample apply(Sample sample) {
        Tensor image = apply(sample.image());
        if (!sample.isAnnotated()) {
            return sample.withImage(image);
        }
        Tensor mask = null;
        if (sample.hasMask()) {
            boolean isOne = sample.mask().dim() == 2;
            mask = masks(isOne ? sample.mask().unsqueeze(0) : sample.mask());
            mask = isOne ? mask.squeeze(0) : mask;
        }
        return sample.moved(
                image,
                sample.hasBoxes() ? movedBoxes(sample, image) : null,
                mask,
                sample.hasKeypoints() ? movedPoints(sample) : null);
    }

    private Tensor movedPoints(Sample sample) {
        Tensor points = sample.keypoints();
        double[] at = points.to(DType.FLOAT64).toDoubleArray();
        move(at, sample.height(), sample.width());
        return points.newTensor(at, points.dtype()).reshape(points.shape().dims());
    }

    /** {@return the smallest upright boxes around the moved corners, clipped to the new image} */
    private Tensor movedBoxes(Sample sample, Tensor image) {
        Tensor boxes = sample.boxes();
        double[] sides = boxes.to(DType.FLOAT64).toDoubleArray();
        var corners = new double[2 * sides.length];
        for (int i = 0; i < sides.length; i += 4) {
            for (int corner = 0; corner < 4; corner++) {
                corners[2 * i + 2 * corner] = sides[i + (corner & 1) * 2];
                corners[2 * i + 2 * corner + 1] = sides[i + 1 + (corner & 2)];
            }
        }
        move(corners, sample.height(), sample.width());
        for (int i = 0; i < sides.length; i++) {
            int axis = i & 1;
            boolean isUpper = (i & 2) != 0;
            double side = isUpper ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
            for (int corner = 0; corner < 4; corner++) {
                double at = corners[2 * (i & ~3) + 2 * corner + axis];
                side = isUpper ? Math.max(side, at) : Math.min(side, at);
            }
            sides[i] = Math.clamp(side, 0, image.size(axis == 0 ? -1 : -2));
        }
        return boxes.newTensor(sides, boxes.dtype()).reshape(boxes.shape().dims());
    }
}
