package fathom.vision.diffusion;

import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import java.util.Locale;

/**
 * The variances of the noise that a diffusion process adds at each of its time steps, 0 to {@link #steps} - 1: step t
 * maps x to {@code sqrt(1 - beta_t) x + sqrt(beta_t) noise}. After it, of the original image is left {@code
 * sqrt(alphaBar_t)}, with {@code alphaBar_t} the product of {@code 1 - beta} up to t.
 *
 * {@snippet :
 * NoiseSchedule schedule = NoiseSchedule.linear(1000);
 * Tensor noisy = schedule.addNoise(images, randnLike(images), randint(0, 1000, images.size(0)));
 * }
 *
 * @see <a href="https://arxiv.org/abs/2006.11239">Ho, Jain and Abbeel (2020), Denoising Diffusion Probabilistic
 *     Models</a>
 */
public final class NoiseSchedule {
    private static final double FIRST_BETA = 1e-4;
    private static final double LAST_BETA = 0.02;
    private static final double COSINE_OFFSET = 0.008;
    private static final double MAX_BETA = 0.999;

    private final double[] betas;
    private final double[] alphaBars;

    /** {@code sqrt(alphaBar)} and {@code sqrt(1 - alphaBar)}, [steps]. */
    private final Tensor signal;

    private final Tensor noise;

    private NoiseSchedule(double[] betas) {
        this.betas = betas;
        alphaBars = new double[betas.length];
        var left = new double[betas.length];
        var added = new double[betas.length];
        double product = 1;
        for (int t = 0; t < betas.length; t++) {
            product *= 1 - betas[t];
            alphaBars[t] = product;
            left[t] = Math.sqrt(product);
            added[t] = Math.sqrt(1 - product);
        }
        signal = Tensors.tensor(left, DType.FLOAT32).keep();
        noise = Tensors.tensor(added, DType.FLOAT32).keep();
    }

    /**
     * {@return betas that increase linearly, from 0.0001 to 0.02 for 1000 steps; for other numbers they are scaled so
     * that as much noise is added in total}
     *
     * @throws IllegalArgumentException if there are fewer than 25 steps: betas would exceed 1 nearly
     */
    public static NoiseSchedule linear(int steps) {
        double scale = 1000.0 / checked(steps, 25);
        return linear(steps, scale * FIRST_BETA, scale * LAST_BETA);
    }

    /**
     * {@return betas that increase linearly between two values}
     *
     * @throws IllegalArgumentException unless {@code 0 < first <= last < 1}
     */
    public static NoiseSchedule linear(int steps, double first, double last) {
        if (!(first > 0 && first <= last && last < 1)) {
            throw new IllegalArgumentException(
                    "linear: expected betas in (0, 1) that do not decrease, got %s to %s".formatted(first, last));
        }
        var betas = new double[checked(steps, 1)];
        for (int t = 0; t < steps; t++) {
            betas[t] = steps == 1 ? first : first + (last - first) * t / (steps - 1);
        }
        return new NoiseSchedule(betas);
    }

    /**
     * {@return a schedule in which alphaBar is a squared cosine, {@code f(t + 1) / f(0)} with {@code f(t) = cos^2((t /
     * steps + 0.008) / 1.008 * pi / 2)}; betas are at most 0.999}
     *
     * @see <a href="https://arxiv.org/abs/2102.09672">Nichol and Dhariwal (2021), Improved Denoising Diffusion
     *     Probabilistic Models</a>
     */
    public static NoiseSchedule cosine(int steps) {
        var betas = new double[checked(steps, 1)];
        for (int t = 0; t < steps; t++) {
            betas[t] = Math.min(MAX_BETA, 1 - cosine(t + 1, steps) / cosine(t, steps));
        }
        return new NoiseSchedule(betas);
    }

    private static double cosine(int t, int steps) {
        double c = Math.cos(((double) t / steps + COSINE_OFFSET) / (1 + COSINE_OFFSET) * Math.PI / 2);
        return c * c;
    }

    private static int checked(int steps, int least) {
        if (steps < least) {
            throw new IllegalArgumentException(
                    String.format(Locale.ROOT, "NoiseSchedule: expected at least %d steps, got %d", least, steps));
        }
        return steps;
    }

    /** {@return the number of time steps} */
    public int steps() {
        return betas.length;
    }

    private void checkStep(String op, long t) {
        if (t < 0 || t >= betas.length) {
            throw new IndexOutOfBoundsException(
                    String.format(
                            Locale.ROOT,
                            "%s: step %d is not one of the schedule's %d steps, which are 0 to %d",
                            op,
                            t,
                            betas.length,
                            betas.length - 1));
        }
    }

    /**
     * {@return the variance of the noise added at step t}
     *
     * @throws IndexOutOfBoundsException if there is no such step
     */
    public double beta(int t) {
        checkStep("beta", t);
        return betas[t];
    }

    /**
     * {@return the squared fraction of the image that is left after step t; 1 for t = -1}
     *
     * @throws IndexOutOfBoundsException if there is no such step
     */
    public double alphaBar(int t) {
        if (t == -1) {
            return 1;
        }
        checkStep("alphaBar", t);
        return alphaBars[t];
    }

    /**
     * {@return the images after step t, {@code sqrt(alphaBar_t) x + sqrt(1 - alphaBar_t) noise}, with a step for each}
     *
     * @param x images, [N, C, H, W]
     * @param noise standard Gaussian noise of the same shape
     * @param steps int64 [N], from 0 to {@link #steps()} - 1
     * @throws IndexOutOfBoundsException if a step is not one of the schedule's
     */
    public Tensor addNoise(Tensor x, Tensor noise, Tensor steps) {
        try {
            return x.mul(perImage(signal, steps)).add(noise.mul(perImage(this.noise, steps)));
        } catch (IndexOutOfBoundsException e) {
            var named =
                    new IndexOutOfBoundsException(
                            "addNoise: a step is not one of the schedule's %s, which are 0 to %s (%s)"
                                    .formatted(betas.length, betas.length - 1, e.getMessage()));
            named.initCause(e);
            throw named;
        }
    }

    private static Tensor perImage(Tensor table, Tensor steps) {
        return table.to(steps.device()).indexSelect(0, steps).reshape(-1, 1, 1, 1);
    }

    @Override
    public String toString() {
        return "NoiseSchedule(steps=%s, betas from %s to %s)"
                .formatted(betas.length, betas[0], betas[betas.length - 1]);
    }
}
