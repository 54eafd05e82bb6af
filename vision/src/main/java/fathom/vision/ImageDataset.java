package fathom.vision;

import fathom.Tensor;
import fathom.Tensors;
import fathom.data.Batch;
import fathom.data.Dataset;
import fathom.data.Example;
import org.jspecify.annotations.Nullable;

/**
 * Pictures in memory, a byte per pixel, and the class of each. They come out as float32 from 0 to 1, {@code [C, H, W]}
 * or in batches {@code [N, C, H, W]}, then transformed; labels as int64.
 */
public final class ImageDataset implements Dataset {
    private final Tensor images;
    private final Tensor labels;
    private final @Nullable Transform transform;

    /**
     * A data set of pictures.
     *
     * @param images uint8 {@code [N, C, H, W]}
     * @param labels int64 {@code [N]}
     * @param transform applied to whole batches and to single pictures, after conversion to float; null for none
     * @throws IllegalArgumentException if shapes or types are others
     */
    public ImageDataset(Tensor images, Tensor labels, @Nullable Transform transform) {
        if (images.dim() != 4
                || labels.dim() != 1
                || images.size(0) != labels.size(0)
                || images.dtype() != Tensors.UINT8
                || labels.dtype() != Tensors.INT64) {
            throw new IllegalArgumentException(
                    "ImageDataset: wants images uint8 [N, C, H, W] and labels int64 [N], not %s %s and %s %s"
                            .formatted(images.dtype(), images.shape(), labels.dtype(), labels.shape()));
        }
        this.images = images.keep();
        this.labels = labels.keep();
        this.transform = transform;
    }

    /** {@return all pictures as they are stored: uint8 {@code [N, C, H, W]}} */
    public Tensor images() {
        return images;
    }

    /** {@return all labels: int64 {@code [N]}} */
    public Tensor labels() {
        return labels;
    }

    /** {@return the same pictures, transformed in another way} */
    public ImageDataset with(@Nullable Transform transform) {
        return new ImageDataset(images, labels, transform);
    }

    @Override
    public long size() {
        return images.size(0);
    }

    @Override
    public Example get(long index) {
        return Example.of(prepare(images.select(0, index)), labels.select(0, index));
    }

    @Override
    public Batch batch(long[] indices) {
        Tensor index = Tensors.tensor(indices);
        // gathered as bytes, then converted in one kernel
        return Batch.of(prepare(images.indexSelect(0, index)), labels.indexSelect(0, index));
    }

    private Tensor prepare(Tensor bytes) {
        Tensor x = bytes.div(255);
        return transform == null ? x : transform.apply(x);
    }
}
