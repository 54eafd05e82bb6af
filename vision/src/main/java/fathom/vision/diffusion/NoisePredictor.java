package fathom.vision.diffusion;

import fathom.Tensor;

/** A function that predicts the standard Gaussian noise in noisy images. */
@FunctionalInterface
public interface NoisePredictor {
    /**
     * {@return the noise, of x's shape}
     *
     * @param x noisy images, [N, C, H, W]
     * @param steps the time step of each, int64 [N]
     */
    Tensor predict(Tensor x, Tensor steps);
}
