package fathom.vision;

import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.data.Batch;
import fathom.data.Dataset;
import fathom.data.Example;
import fathom.vision.transforms.Transform;
import fathom.vision.transforms.TransformSteps;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Images in memory as uint8, with labels. Examples are float32 in [0, 1], {@code [C, H, W]} or in batches {@code [N, C,
 * H, W]}, with the transform applied; labels are int64.
 *
 * <p>If the transform begins with a {@linkplain fathom.vision.transforms.Transforms#resize resize}, the bytes are
 * resized, as in torchvision, and converted to float32 in the same pass.
 */
public final class ImageDataset implements Dataset {
    private final Tensor images;
    private final Tensor labels;
    private final @Nullable Transform transform;
    private final TransformSteps steps;

    /**
     * A data set of images.
     *
     * @param images uint8 {@code [N, C, H, W]}
     * @param labels int64 {@code [N]}
     * @param transform applied to batches and to single images, after conversion to float; null for none
     * @throws IllegalArgumentException if shapes or types differ from these
     */
    public ImageDataset(Tensor images, Tensor labels, @Nullable Transform transform) {
        if (images.dim() != 4
                || labels.dim() != 1
                || images.size(0) != labels.size(0)
                || images.dtype() != Tensors.UINT8
                || labels.dtype() != Tensors.INT64) {
            throw new IllegalArgumentException(
                    "ImageDataset: expected images UINT8 [N, C, H, W] and labels INT64 [N], got %s %s and %s %s"
                            .formatted(images.dtype(), images.shape(), labels.dtype(), labels.shape()));
        }
        this.images = images.contiguous().keep();
        this.labels = labels.keep();
        this.transform = transform;
        steps = TransformSteps.of(transform);
    }

    /** {@return all images as they are stored: uint8 {@code [N, C, H, W]}} */
    public Tensor images() {
        return images;
    }

    /** {@return all labels: int64 {@code [N]}} */
    public Tensor labels() {
        return labels;
    }

    /** {@return the same images with another transform} */
    public ImageDataset with(@Nullable Transform transform) {
        return new ImageDataset(images, labels, transform);
    }

    @Override
    public long size() {
        return images.size(0);
    }

    /** {@return the transform, or null} */
    public @Nullable Transform transform() {
        return transform;
    }

    @Override
    public Example get(long index) {
        Objects.checkIndex(index, size());
        return Example.of(steps.one(images, index), labels.select(0, index));
    }

    @Override
    public Batch batch(long[] indices) {
        for (long i : indices) {
            Objects.checkIndex(i, size());
        }
        return Batch.of(steps.batch(images, indices), labels.indexSelect(0, labels.newTensor(indices, DType.INT64)));
    }

    @Override
    public String toString() {
        return "ImageDataset(%s, %s%s)"
                .formatted(images.shape(), labels.shape(), transform == null ? "" : ", transform=" + transform);
    }
}
