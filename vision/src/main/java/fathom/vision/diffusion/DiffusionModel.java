package fathom.vision.diffusion;

import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.Layer;
import org.jspecify.annotations.Nullable;

/**
 * A U-Net with a noise schedule: the noise predictor of a diffusion model. Images are in [-1, 1].
 *
 * {@snippet :
 * var model = new DiffusionModel(new DenoisingUNet(o -> o.classes(10)), NoiseSchedule.cosine(1000));
 * var task = new Task<>(Batch.class, model) {
 *     @Override
 *     public Losses step(Batch batch) {
 *         return Losses.of("loss", model.error(batch.x(), batch.y()).square().mean());
 *     }
 * };
 * }
 *
 * <p>With classes, a tenth of the images is trained without its class, so that samples can be {@linkplain #guided
 * guided} to a class.
 */
public final class DiffusionModel extends Layer {
    private static final double UNCONDITIONAL = 0.1;

    private final DenoisingUNet unet;
    private final transient NoiseSchedule schedule;

    /** A model of a U-Net. */
    public DiffusionModel(DenoisingUNet unet, NoiseSchedule schedule) {
        this.unet = unet;
        this.schedule = schedule;
    }

    /** {@return the noise schedule} */
    public NoiseSchedule schedule() {
        return schedule;
    }

    /** {@return the U-Net} */
    public DenoisingUNet unet() {
        return unet;
    }

    /** {@return the {@link #error} for images without classes} */
    @Override
    public Tensor forward(Tensor x) {
        return error(x, null);
    }

    /**
     * {@return the error of the predicted noise, of x's shape: images are mixed with random noise as at random time
     * steps, drawn anew for each; the training minimises its mean square}
     *
     * @param x images, [N, C, H, W]
     * @param labels their classes, int64 [N], if the U-Net has classes; else ignored
     */
    public Tensor error(Tensor x, @Nullable Tensor labels) {
        Tensor steps = Tensors.randint(0, schedule.steps(), x.size(0)).to(x.device());
        Tensor noise = Tensors.randnLike(x);
        Tensor known = null;
        if (labels != null && unet.classes() > 0) {
            Tensor kept = Tensors.rand(x.size(0)).to(x.device()).ge(isTraining() ? UNCONDITIONAL : 0);
            known = Tensors.where(kept, labels, unet.noClass());
        }
        return unet.forward(schedule.addNoise(x, noise, steps), steps, known).sub(noise);
    }

    /** {@return the predictor of noise in images of any class} */
    public NoisePredictor unconditional() {
        return (x, steps) -> unet.forward(x, steps, null);
    }

    /**
     * {@return the predictor of noise in images of classes, by classifier-free guidance: {@code (1 + scale) conditional
     * - scale unconditional}}
     *
     * @param labels a class for each image, int64 [N]
     * @param scale 0 for the conditional prediction alone
     * @throws IllegalArgumentException if the U-Net has no classes
     * @see <a href="https://arxiv.org/abs/2207.12598">Ho and Salimans (2022), Classifier-Free Diffusion Guidance</a>
     */
    public NoisePredictor guided(Tensor labels, double scale) {
        if (unet.classes() == 0) {
            throw new IllegalArgumentException("guided: the U-Net has no classes");
        }
        if (scale == 0) {
            return (x, steps) -> unet.forward(x, steps, labels);
        }
        Tensor both = labels.cat(Tensors.fullLike(labels, unet.noClass()), 0);
        return (x, steps) -> {
            Tensor noise = unet.forward(x.cat(x, 0), steps.cat(steps, 0), both);
            Tensor conditional = noise.narrow(0, 0, x.size(0));
            Tensor unconditional = noise.narrow(0, x.size(0), x.size(0));
            return conditional.mul(1 + scale).sub(unconditional.mul(scale));
        };
    }
}
