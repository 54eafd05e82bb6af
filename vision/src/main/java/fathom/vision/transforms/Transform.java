package fathom.vision.transforms;

import fathom.Tensor;
import java.util.function.UnaryOperator;

/**
 * A preprocessing step for images, {@code [C, H, W]} or, in batches, {@code [N, C, H, W]}; float32 in [0, 1] or uint8.
 * {@link Transforms} has the usual ones.
 *
 * <p>It also applies to a {@link Sample}, an image with boxes, a mask or key points, which move along with the image.
 */
@FunctionalInterface
public interface Transform extends UnaryOperator<Tensor> {
    /** {@return the transformed image or batch of images} */
    @Override
    Tensor apply(Tensor image);

    /**
     * {@return the sample with the image transformed, and boxes, mask and key points moved along with it}
     *
     * <p>By default only the image changes, which is right for transforms of colours.
     *
     * @throws IllegalStateException if the transform changes the size of the image of an annotated sample, and does not
     *     implement this method
     */
    default Sample apply(Sample sample) {
        Tensor image = apply(sample.image());
        if (sample.isAnnotated()
                && (image.dim() != 3 || image.size(1) != sample.height() || image.size(2) != sample.width())) {
            throw new IllegalStateException(
                    "a transform changed an image from %s to %s, but cannot move its boxes, mask or key points: override Transform.apply(Sample)"
                            .formatted(sample.image().shape(), image.shape()));
        }
        return sample.withImage(image);
    }

    /**
     * {@return whether it computes on uint8 as torchvision does} Data sets of images apply such transforms, where a
     * pipeline begins with them, to the bytes of each image, before the conversion to float32. Default: no.
     */
    default boolean acceptsBytes() {
        return false;
    }

    /** {@return the composition of this transform and {@code next}} */
    default Transform then(Transform next) {
        return Transforms.compose(this, next);
    }
}
