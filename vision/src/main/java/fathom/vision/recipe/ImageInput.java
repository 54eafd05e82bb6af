package fathom.vision.recipe;

import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.vision.Images;
import fathom.vision.transforms.Transform;
import fathom.vision.transforms.Transforms;
import org.jspecify.annotations.Nullable;

/**
 * Converts arbitrary images to Fashion-MNIST's format, a bright object on black in greyscale, {@code [1, 28, 28]}, and
 * then to the network's input. An image of 28 x 28 pixels is not changed; for others a bright background is inverted,
 * and images that are not square are padded.
 */
final class ImageInput {
    private static final int SIZE = 28;
    private static final double MIDDLE = 127.5;

    private ImageInput() {}

    /**
     * {@return the network's input for {@code image}, uint8 {@code [1 or 3, H, W]}}
     *
     * @param transform the data set's transform, or null
     */
    static Tensor prepare(Tensor image, @Nullable Transform transform) {
        Tensor bytes = bytes(image);
        return (transform == null ? bytes : transform.apply(bytes)).div(255);
    }

    /** {@return the image in the data set's format, uint8 {@code [1, 28, 28]}} */
    private static Tensor bytes(Tensor image) {
        Tensor grey = Images.toGrayscale(image);
        if (grey.size(1) == SIZE && grey.size(2) == SIZE) {
            return grey;
        }
        double background = border(grey);
        if (background > MIDDLE) {
            grey = grey.to(DType.FLOAT32).rsub(255).to(DType.UINT8);
            background = 255 - background;
        }
        long side = Math.max(grey.size(1), grey.size(2));
        Tensor square = Tensors.full(Math.round(background), DType.UINT8, 1, side, side);
        square.narrow(1, (side - grey.size(1)) / 2, grey.size(1))
                .narrow(2, (side - grey.size(2)) / 2, grey.size(2))
                .copy_(grey);
        return Transforms.resize(SIZE).apply(square);
    }

    /** {@return the mean of the pixels at the border} */
    private static double border(Tensor grey) {
        Tensor x = grey.to(DType.FLOAT32);
        long h = x.size(1);
        long w = x.size(2);
        double rows = x.select(1, 0).mean().item() + x.select(1, h - 1).mean().item();
        double columns = x.select(2, 0).mean().item() + x.select(2, w - 1).mean().item();
        return (rows + columns) / 4;
    }
}
