package fathom.vision.diffusion;

import fathom.Autograd;
import fathom.DType;
import fathom.Generator;
import fathom.Scope;
import fathom.Tensor;
import fathom.Tensors;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * Samples images by removing predicted noise step by step.
 *
 * {@snippet :
 * var model = new DiffusionModel(new DenoisingUNet(o -> {}), NoiseSchedule.cosine(1000));
 * Tensor images = DiffusionSampler.ddim(model.schedule(), o -> o.steps(50)).sample(model.unconditional(), 16, 1, 28, 28);
 * }
 *
 * @see <a href="https://arxiv.org/abs/2006.11239">Ho, Jain and Abbeel (2020), Denoising Diffusion Probabilistic
 *     Models</a>
 * @see <a href="https://arxiv.org/abs/2010.02502">Song, Meng and Ermon (2020), Denoising Diffusion Implicit Models</a>
 */
public final class DiffusionSampler {
    private final NoiseSchedule schedule;
    private final Options options = new Options();
    private final Rule rule;

    /** The step from one time to an earlier one. */
    private interface Rule {
        /**
         * {@return the images at the earlier time, without their new noise, and that noise's standard deviation}
         *
         * @param x the images at time t
         * @param original the predicted images without noise
         * @param noise the predicted noise
         * @param s the earlier time; -1 for images without noise
         */
        Step next(Tensor x, Tensor original, Tensor noise, int t, int s);
    }

    /** A step's mean and standard deviation. */
    private record Step(Tensor mean, double std) {}

    private DiffusionSampler(NoiseSchedule schedule, Consumer<Options> options, boolean isDdim) {
        this.schedule = schedule;
        options.accept(this.options);
        if (this.options.steps > schedule.steps()) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "DiffusionSampler: %d steps are more than the %d of the schedule",
                            this.options.steps,
                            schedule.steps()));
        }
        this.rule = isDdim ? this::ddim : this::ddpm;
    }

    /**
     * {@return a sampler that draws from the posterior of each step, as the diffusion model was derived} With fewer
     * steps than the schedule, the steps between are merged.
     */
    public static DiffusionSampler ddpm(NoiseSchedule schedule, Consumer<Options> options) {
        return new DiffusionSampler(schedule, options, false);
    }

    /** {@return a sampler that is deterministic for {@code eta = 0}, its default, and good in few steps} */
    public static DiffusionSampler ddim(NoiseSchedule schedule, Consumer<Options> options) {
        return new DiffusionSampler(schedule, options, true);
    }

    /** Options of sampling. */
    public static final class Options {
        private int steps;
        private double eta;
        private boolean clip = true;
        private Generator generator = Generator.current();

        private Options() {}

        /** The number of steps, evenly spaced; all of the schedule's unless set. */
        public Options steps(int steps) {
            if (steps < 1) {
                throw new IllegalArgumentException(
                        String.format(Locale.ROOT, "DiffusionSampler: expected at least one step, got %d", steps));
            }
            this.steps = steps;
            return this;
        }

        /** For {@link #ddim}, the noise added in each step, as a fraction of {@link #ddpm}'s; 0 unless set. */
        public Options eta(double eta) {
            if (!(eta >= 0 && eta <= 1)) {
                throw new IllegalArgumentException("DiffusionSampler: expected eta from 0 to 1, got " + eta);
            }
            this.eta = eta;
            return this;
        }

        /** Whether predicted images are clamped to [-1, 1] in each step; true unless set. */
        public Options clip(boolean clip) {
            this.clip = clip;
            return this;
        }

        /** The source of the noise; the thread's unless set. */
        public Options generator(Generator generator) {
            this.generator = Objects.requireNonNull(generator);
            return this;
        }
    }

    /** {@return new images of a shape, [N, C, H, W]} */
    public Tensor sample(NoisePredictor predictor, long... shape) {
        return denoise(predictor, Tensors.randn(options.generator, shape));
    }

    /**
     * {@return the images that noise becomes}
     *
     * @param start standard Gaussian noise, [N, C, H, W], on the device of the model
     */
    public Tensor denoise(NoisePredictor predictor, Tensor start) {
        int[] times = times();
        Tensor x = start.detach();
        try (var _ = Autograd.noGrad()) {
            for (int i = 0; i < times.length; i++) {
                int t = times[i];
                int s = i + 1 < times.length ? times[i + 1] : -1;
                Tensor now = x;
                x = Scope.returning(() -> step(predictor, now, t, s));
            }
        }
        return x;
    }

    private Tensor step(NoisePredictor predictor, Tensor x, int t, int s) {
        Tensor steps = x.newZeros(DType.INT64, x.size(0)).add(t);
        Tensor noise = predictor.predict(x, steps);
        double left = schedule.alphaBar(t);
        Tensor original = x.sub(noise.mul(Math.sqrt(1 - left))).div(Math.sqrt(left));
        if (options.clip) {
            original = original.clamp(-1, 1);
            noise = x.sub(original.mul(Math.sqrt(left))).div(Math.sqrt(1 - left));
        }
        Step next = rule.next(x, original, noise, t, s);
        return next.std == 0 ? next.mean : next.mean.add(Tensors.randnLike(options.generator, x).mul(next.std));
    }

    /** {@return the times, descending to 0} */
    int[] times() {
        int all = schedule.steps();
        int n = options.steps == 0 ? all : options.steps;
        var times = new int[n];
        for (int i = 0; i < n; i++) {
            // evenly spaced, with the last time first and 0 last, unless there is only one
            times[n - 1 - i] = n == 1 ? all - 1 : (int) Math.round((double) i * (all - 1) / (n - 1));
        }
        return times;
    }

    /** The posterior of x at time s given x at time t and the original image: equations 6 and 7 of the paper. */
    private Step ddpm(Tensor x, Tensor original, Tensor noise, int t, int s) {
        double barT = schedule.alphaBar(t);
        double barS = schedule.alphaBar(s);
        double alpha = barT / barS; // of all steps from s to t
        double beta = 1 - alpha;
        Tensor mean =
                original.mul(Math.sqrt(barS) * beta / (1 - barT))
                        .add(x.mul(Math.sqrt(alpha) * (1 - barS) / (1 - barT)));
        return new Step(mean, Math.sqrt(beta * (1 - barS) / (1 - barT)));
    }

    /** Equation 12 of the paper on implicit models. */
    private Step ddim(Tensor x, Tensor original, Tensor noise, int t, int s) {
        double barT = schedule.alphaBar(t);
        double barS = schedule.alphaBar(s);
        double sigma = options.eta * Math.sqrt((1 - barS) / (1 - barT)) * Math.sqrt(1 - barT / barS);
        double direction = Math.sqrt(Math.max(0, 1 - barS - sigma * sigma));
        return new Step(original.mul(Math.sqrt(barS)).add(noise.mul(direction)), sigma);
    }
}
