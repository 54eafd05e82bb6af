package fathom.vision.models;

import fathom.Tensor;

/**
 * The change of images that were normalised by ImageNet's statistics into the range -1 to 1 that the Inception networks
 * of TensorFlow were trained with: torchvision's {@code transform_input}.
 */
final class InputTransform {
    private static final double[] MEAN = {0.485, 0.456, 0.406};
    private static final double[] STD = {0.229, 0.224, 0.225};

    private InputTransform() {}

    /** {@return {@code [N, 3, H, W]}, rescaled per channel} */
    static Tensor apply(Tensor x) {
        var scale = new double[MEAN.length];
        var shift = new double[MEAN.length];
        for (int i = 0; i < MEAN.length; i++) {
            scale[i] = STD[i] / 0.5;
            shift[i] = (MEAN[i] - 0.5) / 0.5;
        }
        return x.mul(x.newTensor(scale, x.dtype()).reshape(1, -1, 1, 1))
                .add(x.newTensor(shift, x.dtype()).reshape(1, -1, 1, 1));
    }

    /** Refuses a network of other than three channels. */
    static void check(int channels) {
        if (channels != MEAN.length) {
            throw new IllegalArgumentException("transformInput: images have three channels, not " + channels);
        }
    }
}
