package fathom.vision.transforms;

import fathom.DType;
import fathom.Tensor;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The steps of a transform as a data set of images applies them: resizing, cropping and flipping at its beginning to
 * uint8, as in torchvision, then a conversion to float32 in [0, 1], then the others.
 */
public final class TransformSteps {
    private final List<Transform> onBytes;
    private final List<Transform> onFloats;

    private TransformSteps(List<Transform> steps) {
        int bytes = 0;
        while (bytes < steps.size() && steps.get(bytes).acceptsBytes()) {
            bytes++;
        }
        onBytes = steps.subList(0, bytes);
        onFloats = steps.subList(bytes, steps.size());
    }

    /** {@return the steps of a transform; none for null} */
    public static TransformSteps of(@Nullable Transform transform) {
        return new TransformSteps(
                switch (transform) {
                    case null -> List.of();
                    case Compose c -> c.transforms();
                    default -> List.of(transform);
                });
    }

    /** {@return the result of the steps on bytes for one image, uint8 {@code [C, H, W]}} */
    public Tensor bytes(Tensor image) {
        return new Compose(onBytes).apply(image);
    }

    /** {@return an annotated image, uint8, after all steps: the image is float32} */
    public Sample apply(Sample sample) {
        Sample s = new Compose(onBytes).apply(sample);
        s = new Compose(onFloats).apply(s.withImage(Transforms.floats(s.image())));
        return s.withImage(Transforms.floats(s.image()));
    }

    /**
     * {@return the result of the remaining steps for results of {@link #bytes}, or a batch of them: float32}
     *
     * @param x converted to float32 in [0, 1] first
     */
    public Tensor floats(Tensor x) {
        return Transforms.floats(new Compose(onFloats).apply(Transforms.floats(x)));
    }

    /**
     * {@return chosen images of a data set, transformed as a batch: float32 {@code [indices, C, H', W']}}
     *
     * <p>Bytes are resized, where the transform begins with a resize, and converted to float32 in one pass.
     *
     * @param images uint8 {@code [N, C, H, W]}, contiguous
     * @param indices the indices of the images, in [0, N)
     */
    public Tensor batch(Tensor images, long... indices) {
        return remaining(
                resize() != null
                        ? resized(images, indices)
                        // gathered as bytes, then converted in one kernel
                        : images.indexSelect(0, images.newTensor(indices, DType.INT64)).div(255));
    }

    /** {@return one image of a data set, transformed as {@link #batch} does: float32 {@code [C, H', W']}} */
    public Tensor one(Tensor images, long index) {
        return remaining(resize() != null ? resized(images, index).select(0, 0) : images.select(0, index).div(255));
    }

    private @Nullable Resize resize() {
        return !onBytes.isEmpty() && onBytes.getFirst() instanceof Resize r && r.isFiltered() ? r : null;
    }

    private Tensor resized(Tensor images, long... indices) {
        Resize resize = Objects.requireNonNull(resize());
        int[] size = resize.sizeFor(images);
        return Resampling.ofBytes(images, size[0], size[1], resize.mode()).floats(images, indices);
    }

    private Tensor remaining(Tensor x) {
        List<Transform> steps = resize() == null ? onBytes : onBytes.subList(1, onBytes.size());
        return new Compose(onFloats).apply(new Compose(steps).apply(x));
    }
}
