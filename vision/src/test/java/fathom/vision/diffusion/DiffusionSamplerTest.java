package fathom.vision.diffusion;

import static fathom.Tensors.full;
import static fathom.Tensors.manualSeed;
import static fathom.Tensors.randn;
import static fathom.Tensors.tensor;
import static fathom.Tensors.zeros;
import static fathom.testkit.TensorAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import fathom.DType;
import fathom.Generator;
import fathom.Tensor;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;

/** Schedules against closed forms; samplers against formulas and with denoisers that are known to be optimal. */
class DiffusionSamplerTest {
    @Test
    void betasOfTheLinearScheduleIncreaseEvenly() {
        NoiseSchedule s = NoiseSchedule.linear(1000);
        assertThat(s.beta(0)).isCloseTo(1e-4, within(1e-12));
        assertThat(s.beta(999)).isCloseTo(0.02, within(1e-12));
        assertThat(s.beta(333)).isCloseTo(1e-4 + 0.0199 * 333 / 999, within(1e-12));
        double logarithm = 0;
        for (int t = 0; t <= 500; t++) {
            logarithm += Math.log1p(-(1e-4 + 0.0199 * t / 999));
        }
        assertThat(s.alphaBar(500)).isCloseTo(Math.exp(logarithm), within(1e-12));
        assertThat(s.alphaBar(999)).isBetween(4e-5, 4.1e-5); // the paper's: 4e-5 of the image is left
        assertThat(s.alphaBar(-1)).isEqualTo(1);
        // with fewer steps about as much noise is added
        assertThat(NoiseSchedule.linear(200).alphaBar(199)).isCloseTo(s.alphaBar(999), within(2e-5));
        assertThatThrownBy(() -> NoiseSchedule.linear(20))
                .hasMessage("NoiseSchedule: expected at least 25 steps, got 20");
        assertThatThrownBy(() -> NoiseSchedule.linear(10, 0.2, 0.1)).hasMessageContaining("got 0.2 to 0.1");
    }

    @Test
    void alphaBarOfTheCosineScheduleIsASquaredCosine() {
        NoiseSchedule s = NoiseSchedule.cosine(100);
        double f0 = Math.pow(Math.cos(0.008 / 1.008 * Math.PI / 2), 2);
        for (int t : new int[] {0, 10, 49, 98}) {
            double f = Math.pow(Math.cos(((t + 1) / 100.0 + 0.008) / 1.008 * Math.PI / 2), 2);
            assertThat(s.alphaBar(t)).isCloseTo(f / f0, within(1e-12));
        }
        assertThat(s.beta(99)).isEqualTo(0.999); // would be 1
        assertThat(s.steps()).isEqualTo(100);
    }

    @Test
    void noiseIsAddedAccordingToEachImagesStep() {
        NoiseSchedule s = NoiseSchedule.linear(50);
        manualSeed(0);
        Tensor x = randn(3, 2, 4, 5);
        Tensor e = randn(3, 2, 4, 5);
        assertThatThrownBy(() -> s.addNoise(x, e, tensor(0L, 50L, 20L)))
                .isInstanceOf(IndexOutOfBoundsException.class)
                .hasMessageContaining("addNoise: a step is not one of the schedule's 50, which are 0 to 49")
                .hasMessageContaining("index 50");
        assertThatThrownBy(() -> s.addNoise(x, e, tensor(0L, -1L, 20L)))
                .hasMessageContaining("a step is not one of the schedule's 50")
                .hasMessageContaining("-1");
        assertThatThrownBy(() -> s.beta(50)).hasMessageContaining("beta: step 50 is not one of");
        assertThatThrownBy(() -> s.alphaBar(99)).hasMessageContaining("alphaBar: step 99 is not one of");
        Tensor noisy = s.addNoise(x, e, tensor(0L, 49L, 20L));
        for (int i = 0; i < 3; i++) {
            double left = s.alphaBar(new int[] {0, 49, 20}[i]);
            Tensor expected = x.select(0, i).mul(Math.sqrt(left)).add(e.select(0, i).mul(Math.sqrt(1 - left)));
            assertThat(noisy.select(0, i)).isCloseTo(expected, 1e-5, 1e-6);
        }
    }

    /** Adding noise step by step, with the betas, has the mean and the variance of adding it at once. */
    @Test
    void stepsOfNoiseAddUp() {
        NoiseSchedule s = NoiseSchedule.cosine(30);
        double mean = 1;
        double variance = 0;
        for (int t = 0; t < 30; t++) {
            mean *= Math.sqrt(1 - s.beta(t));
            variance = (1 - s.beta(t)) * variance + s.beta(t);
            assertThat(mean).isCloseTo(Math.sqrt(s.alphaBar(t)), within(1e-12));
            assertThat(variance).isCloseTo(1 - s.alphaBar(t), within(1e-12));
        }
    }

    @Test
    void ddpmStepsFollowThePapersAlgorithm() {
        NoiseSchedule s = NoiseSchedule.linear(30);
        manualSeed(1);
        Tensor start = randn(2, 1, 3, 3);
        NoisePredictor f = (x, t) -> x.mul(0.7).add(t.to(DType.FLOAT32).reshape(-1, 1, 1, 1).mul(0.01)).sin();
        Tensor sampled = DiffusionSampler.ddpm(s, o -> o.clip(false).generator(Generator.of(7))).denoise(f, start);
        var generator = Generator.of(7);
        Tensor x = start;
        for (int t = 29; t >= 0; t--) {
            // algorithm 2: x = (x - beta / sqrt(1 - alphaBar) noise) / sqrt(alpha) + sigma z
            Tensor noise = f.predict(x, full(t, DType.INT64, 2));
            double beta = s.beta(t);
            Tensor mean = x.sub(noise.mul(beta / Math.sqrt(1 - s.alphaBar(t)))).div(Math.sqrt(1 - beta));
            double variance = beta * (1 - s.alphaBar(t - 1)) / (1 - s.alphaBar(t));
            x = t == 0 ? mean : mean.add(fathom.Tensors.randnLike(generator, x).mul(Math.sqrt(variance)));
        }
        assertThat(sampled).isCloseTo(x, 1e-3, 1e-3);
    }

    @Test
    void ddimWithAllOfTheNoiseIsDdpm() {
        NoiseSchedule s = NoiseSchedule.cosine(40);
        manualSeed(2);
        Tensor start = randn(3, 1, 2, 2);
        NoisePredictor f = (x, t) -> x.mul(0.8).tanh();
        for (int steps : new int[] {40, 11}) {
            for (boolean clip : new boolean[] {true, false}) {
                Tensor ddpm =
                        DiffusionSampler.ddpm(s, o -> o.steps(steps).clip(clip).generator(Generator.of(3)))
                                .denoise(f, start);
                Tensor ddim =
                        DiffusionSampler.ddim(s, o -> o.steps(steps).clip(clip).eta(1).generator(Generator.of(3)))
                                .denoise(f, start);
                assertThat(ddim).isCloseTo(ddpm, 1e-3, 1e-3);
            }
        }
    }

    @Test
    void ddimWithoutNoiseIsTheSameMapForAnyGenerator() {
        NoiseSchedule s = NoiseSchedule.cosine(40);
        NoisePredictor f = (x, t) -> x.mul(0.8);
        Tensor start = randn(2, 1, 2, 2);
        Tensor one = DiffusionSampler.ddim(s, o -> o.steps(8).generator(Generator.of(1))).denoise(f, start);
        Tensor other = DiffusionSampler.ddim(s, o -> o.steps(8).generator(Generator.of(2))).denoise(f, start);
        assertThat(one).isEqualToTensor(other);
        assertThat(DiffusionSampler.ddim(s, o -> o.steps(8)).times()).containsExactly(39, 33, 28, 22, 17, 11, 6, 0);
    }

    /**
     * For data from a Gaussian N(m, v) the best prediction of the noise is known: {@code sqrt(1 - a) (x - sqrt(a) m) /
     * (a v + 1 - a)} with a = alphaBar. It is linear, so the mean and the variance of the samples follow from each
     * step, and tend to those of the data the more steps there are.
     */
    @Test
    void withTheBestPredictorForGaussianDataTheSamplesAreOfThatGaussian() {
        double mean = 0.4;
        double std = 0.3;
        for (double eta : new double[] {0, 0.5, 1}) {
            NoiseSchedule s = NoiseSchedule.linear(200);
            NoisePredictor best =
                    (x, t) -> {
                        double a = s.alphaBar((int) t.toLongArray()[0]);
                        return x.sub(Math.sqrt(a) * mean).mul(Math.sqrt(1 - a) / (a * std * std + 1 - a));
                    };
            double m = 0;
            double v = 1;
            for (int t = 199; t >= 0; t--) {
                double a = s.alphaBar(t);
                double b = s.alphaBar(t - 1);
                double slope = Math.sqrt(1 - a) / (a * std * std + 1 - a); // of the noise in x
                double original = (1 - Math.sqrt(1 - a) * slope) / Math.sqrt(a); // of the predicted image in x
                double sigma2 = eta * eta * (1 - b) / (1 - a) * (1 - a / b);
                double direction = Math.sqrt(1 - b - sigma2);
                double gain = Math.sqrt(b) * original + direction * slope;
                double shift = Math.sqrt(a) * mean * slope; // less noise than slope * x by this
                m = gain * m + shift * (Math.sqrt(b * (1 - a) / a) - direction);
                v = gain * gain * v + sigma2;
            }
            assertThat(m).isCloseTo(mean, within(0.01));
            assertThat(Math.sqrt(v)).isCloseTo(std, within(0.02)); // 0.293, 0.291, 0.284
            var samplers = new ArrayList<DiffusionSampler>();
            samplers.add(DiffusionSampler.ddim(s, o -> o.clip(false).eta(eta).generator(Generator.of(4))));
            if (eta == 1) {
                samplers.add(DiffusionSampler.ddpm(s, o -> o.clip(false).generator(Generator.of(5))));
            }
            for (DiffusionSampler sampler : samplers) {
                Tensor x = sampler.sample(best, 50, 1, 20, 20);
                assertThat(x.mean().item()).isCloseTo(m, within(0.01)); // 4.7 standard errors
                assertThat(x.std().item()).isCloseTo(Math.sqrt(v), within(0.007)); // as many
            }
        }
    }

    @Test
    void predictedImagesAreClampedUnlessTheyMayNotBe() {
        NoiseSchedule s = NoiseSchedule.cosine(20);
        NoisePredictor none = (x, t) -> zeros(x.shape().dims()); // so the images grow
        Tensor start = full(1.5, DType.FLOAT32, 1, 1, 1, 1);
        assertThat(DiffusionSampler.ddim(s, o -> {}).denoise(none, start).item()).isCloseTo(1, within(1e-6));
        assertThat(DiffusionSampler.ddim(s, o -> o.clip(false)).denoise(none, start).item()).isGreaterThan(2);
        assertThatThrownBy(() -> DiffusionSampler.ddim(s, o -> o.steps(21)))
                .hasMessage("DiffusionSampler: 21 steps are more than the 20 of the schedule");
        assertThatThrownBy(() -> DiffusionSampler.ddim(s, o -> o.eta(1.5))).hasMessageContaining("eta from 0 to 1");
    }
}
