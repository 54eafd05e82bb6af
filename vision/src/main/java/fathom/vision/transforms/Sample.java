package fathom.vision.transforms;

import fathom.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * An image with its annotations: boxes, labels, a mask, key points. Transforms apply to all of them at once, with one
 * draw of random parameters:
 *
 * {@snippet :
 * Transform augment = Transforms.compose(Transforms.randomHorizontalFlip(), Transforms.colorJitter(c -> c.hue(0.05)));
 * Sample moved = augment.apply(Sample.of(image).withBoxes(boxes, labels));
 * Example example = Example.of(moved.image(), moved.boxes(), moved.labels());
 * }
 *
 * <p>Coordinates are in pixels from the upper left corner of the image, x to the right and y downwards; the centre of
 * the first pixel is at (0.5, 0.5). Boxes that a transform moves across the border are clipped; {@link
 * Transforms#sanitizeBoundingBoxes} removes those of which nothing remains.
 */
public final class Sample {
    private final Tensor image;
    private final @Nullable Tensor boxes;
    private final @Nullable Tensor labels;
    private final @Nullable Tensor mask;
    private final @Nullable Tensor keypoints;

    private Sample(
            Tensor image,
            @Nullable Tensor boxes,
            @Nullable Tensor labels,
            @Nullable Tensor mask,
            @Nullable Tensor keypoints) {
        if (image.dim() != 3) {
            throw new IllegalArgumentException("sample: expected an image [C, H, W], got " + image.shape());
        }
        if (boxes != null && (boxes.dim() != 2 || boxes.size(1) != 4 || !boxes.dtype().isFloating())) {
            throw new IllegalArgumentException(
                    "sample: expected floating-point boxes [N, 4], as left, top, right and bottom, got %s of %s"
                            .formatted(boxes.shape(), boxes.dtype()));
        }
        if (boxes != null && labels != null && (labels.dim() == 0 || labels.size(0) != boxes.size(0))) {
            throw new IllegalArgumentException(
                    "sample: expected a label per box, got labels %s for boxes %s"
                            .formatted(labels.shape(), boxes.shape()));
        }
        if (mask != null
                && (mask.dim() < 2
                        || mask.dim() > 3
                        || mask.size(-2) != image.size(1)
                        || mask.size(-1) != image.size(2))) {
            throw new IllegalArgumentException(
                    "sample: expected a mask [H, W] or masks [K, H, W] of the size of the image %s, got %s"
                            .formatted(image.shape(), mask.shape()));
        }
        if (keypoints != null && (keypoints.dim() < 2 || keypoints.size(-1) != 2 || !keypoints.dtype().isFloating())) {
            throw new IllegalArgumentException(
                    "sample: expected floating-point key points [..., 2], as x and y, got %s of %s"
                            .formatted(keypoints.shape(), keypoints.dtype()));
        }
        this.image = image;
        this.boxes = boxes;
        this.labels = labels;
        this.mask = mask;
        this.keypoints = keypoints;
    }

    /**
     * {@return a sample of an image alone}
     *
     * @param image {@code [C, H, W]}, float32 in [0, 1] or uint8
     */
    public static Sample of(Tensor image) {
        return new Sample(image, null, null, null, null);
    }

    /** {@return this sample with another image; masks must have its size} */
    public Sample withImage(Tensor image) {
        return new Sample(image, boxes, labels, mask, keypoints);
    }

    /**
     * {@return this sample with boxes}
     *
     * @param boxes floating-point {@code [N, 4]}: left, top, right and bottom, in pixels
     */
    public Sample withBoxes(Tensor boxes) {
        return new Sample(image, boxes, labels, mask, keypoints);
    }

    /**
     * {@return this sample with boxes and their labels}
     *
     * @param boxes floating-point {@code [N, 4]}: left, top, right and bottom, in pixels
     * @param labels {@code [N, ...]}
     */
    public Sample withBoxes(Tensor boxes, Tensor labels) {
        return new Sample(image, boxes, labels, mask, keypoints);
    }

    /** {@return this sample with labels, of the boxes if there are some} */
    public Sample withLabels(Tensor labels) {
        return new Sample(image, boxes, labels, mask, keypoints);
    }

    /**
     * {@return this sample with a mask, which is resampled by the nearest pixel}
     *
     * @param mask {@code [H, W]}, such as the class of each pixel, or {@code [K, H, W]}; of any type
     */
    public Sample withMask(Tensor mask) {
        return new Sample(image, boxes, labels, mask, keypoints);
    }

    /**
     * {@return this sample with key points}
     *
     * @param keypoints floating-point {@code [..., 2]}: x and y, in pixels
     */
    public Sample withKeypoints(Tensor keypoints) {
        return new Sample(image, boxes, labels, mask, keypoints);
    }

    /** {@return a sample of the same labels with all that has a place in the image moved} */
    Sample moved(Tensor image, @Nullable Tensor boxes, @Nullable Tensor mask, @Nullable Tensor keypoints) {
        return new Sample(image, boxes, labels, mask, keypoints);
    }

    /** {@return the image, {@code [C, H, W]}} */
    public Tensor image() {
        return image;
    }

    /**
     * {@return the boxes, {@code [N, 4]}}
     *
     * @throws IllegalStateException if there are none
     */
    public Tensor boxes() {
        return existing(boxes, "boxes");
    }

    /**
     * {@return the labels}
     *
     * @throws IllegalStateException if there are none
     */
    public Tensor labels() {
        return existing(labels, "labels");
    }

    /**
     * {@return the mask, {@code [H, W]} or {@code [K, H, W]}}
     *
     * @throws IllegalStateException if there is none
     */
    public Tensor mask() {
        return existing(mask, "mask");
    }

    /**
     * {@return the key points, {@code [..., 2]}}
     *
     * @throws IllegalStateException if there are none
     */
    public Tensor keypoints() {
        return existing(keypoints, "keypoints");
    }

    private static Tensor existing(@Nullable Tensor annotation, String name) {
        if (annotation == null) {
            throw new IllegalStateException("this sample has no " + name);
        }
        return annotation;
    }

    /** {@return whether there are boxes} */
    public boolean hasBoxes() {
        return boxes != null;
    }

    /** {@return whether there are labels} */
    public boolean hasLabels() {
        return labels != null;
    }

    /** {@return whether there is a mask} */
    public boolean hasMask() {
        return mask != null;
    }

    /** {@return whether there are key points} */
    public boolean hasKeypoints() {
        return keypoints != null;
    }

    /** {@return whether there is anything that moves with the image} */
    boolean isAnnotated() {
        return boxes != null || mask != null || keypoints != null;
    }

    /** {@return the height of the image in pixels} */
    public int height() {
        return Math.toIntExact(image.size(1));
    }

    /** {@return the width of the image in pixels} */
    public int width() {
        return Math.toIntExact(image.size(2));
    }

    @Override
    public String toString() {
        var text = new StringBuilder("Sample[image ").append(image.shape());
        describe(text, "boxes", boxes);
        describe(text, "labels", labels);
        describe(text, "mask", mask);
        describe(text, "keypoints", keypoints);
        return text.append(']').toString();
    }

    private static void describe(StringBuilder text, String name, @Nullable Tensor annotation) {
        if (annotation != null) {
            text.append(", ").append(name).append(' ').append(annotation.shape());
        }
    }
}
