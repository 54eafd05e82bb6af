package fathom.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import fathom.DType;
import fathom.Generator;
import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.conv.Conv2d;
import fathom.nn.conv.ConvTranspose2d;
import fathom.options.InterpolateOptions;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Initial values have PyTorch's distributions. */
class InitTest {
    @BeforeEach
    void seed() {
        Tensors.manualSeed(5);
    }

    private static Tensor weight() {
        return Tensors.empty(200, 300);
    }

    static Stream<Arguments> uniform() {
        double a = Math.sqrt(6.0 / 500);
        return Stream.of(
                Arguments.of("xavier", Init.xavierUniform_(weight()), a),
                Arguments.of("xavier gain", Init.xavierUniform_(weight(), 2), 2 * a),
                Arguments.of("kaiming", Init.kaimingUniform_(weight()), Math.sqrt(6.0 / 300)),
                Arguments.of(
                        "kaiming out",
                        Init.kaimingUniform_(weight(), k -> k.mode(Init.Fan.OUT).nonlinearity(Init.Nonlinearity.RELU)),
                        Math.sqrt(6.0 / 200)),
                Arguments.of("uniform", Init.uniform_(weight(), -3, 3), 3.0),
                Arguments.of("linear", new Linear(300, 200).weight.detach(), 1 / Math.sqrt(300)),
                Arguments.of("linear bias", new Linear(300, 20_000).bias.detach(), 1 / Math.sqrt(300)),
                Arguments.of("conv", new Conv2d(30, 60, 5).weight.detach(), 1 / Math.sqrt(750)),
                Arguments.of(
                        "conv groups", new Conv2d(30, 600, 5, c -> c.groups(2)).weight.detach(), 1 / Math.sqrt(375)),
                Arguments.of("transposed", new ConvTranspose2d(60, 30, 5).weight.detach(), 1 / Math.sqrt(750)),
                Arguments.of("bilinear", new Bilinear(20, 30, 40).weight.detach(), 1 / Math.sqrt(20)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("uniform")
    void isUniformWithinTheBound(String name, Tensor t, double bound) {
        assertThat(t.max().item()).isBetween(0.995 * bound, bound * 1.000001);
        assertThat(t.min().item()).isBetween(-bound * 1.000001, -0.995 * bound);
        assertThat(t.mean().item()).isCloseTo(0, within(0.02 * bound));
        assertThat(t.std().item()).isCloseTo(bound / Math.sqrt(3), within(0.01 * bound));
    }

    static Stream<Arguments> normal() {
        return Stream.of(
                Arguments.of("normal", Init.normal_(weight(), 3, 0.5), 3, 0.5),
                Arguments.of("xavier", Init.xavierNormal_(weight()), 0, Math.sqrt(2.0 / 500)),
                Arguments.of(
                        "kaiming",
                        Init.kaimingNormal_(weight(), k -> k.nonlinearity(Init.Nonlinearity.TANH)),
                        0,
                        5.0 / 3 / Math.sqrt(300)),
                Arguments.of("embedding", new Embedding(200, 300).weight.detach(), 0, 1));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("normal")
    void isNormal(String name, Tensor t, double mean, double std) {
        assertThat(t.mean().item()).isCloseTo(mean, within(0.03 * std));
        assertThat(t.std().item()).isCloseTo(std, within(0.02 * std));
        double beyond = t.sub(mean).abs().gt(2 * std).to(DType.FLOAT32).mean().item();
        assertThat(beyond).isCloseTo(0.0455, within(0.005));
    }

    @Test
    void truncatedNormalStaysWithin() {
        Tensor t = Init.truncNormal_(Tensors.empty(100_000), 1, 2, 0, 4);
        assertThat(t.min().item()).isGreaterThanOrEqualTo(0);
        assertThat(t.max().item()).isLessThanOrEqualTo(4);
        // the mean of a normal distribution cut at -1/2 and 3/2 standard deviations
        assertThat(t.mean().item()).isCloseTo(1 + 2 * (0.352065 - 0.129518) / (0.933193 - 0.308538), within(0.02));
        Tensor standard = Init.truncNormal_(Tensors.empty(100_000));
        assertThat(standard.std().item()).isCloseTo(0.8796, within(0.01));
    }

    @ParameterizedTest
    @MethodSource("matrices")
    void orthogonalRowsOrColumns(long rows, long columns, long depth) {
        Tensor t = Init.orthogonal_(Tensors.empty(DType.FLOAT64, rows, columns, depth), 2).flatten(1);
        Tensor product = rows <= columns * depth ? t.matmul(t.t()) : t.t().matmul(t);
        assertThat(product.allclose(Tensors.eye(product.size(0), product.size(0), DType.FLOAT64).mul(4), 1e-12, 1e-12))
                .isTrue();
    }

    static Stream<Arguments> matrices() {
        return Stream.of(Arguments.of(20, 10, 1), Arguments.of(8, 3, 5), Arguments.of(4, 4, 1), Arguments.of(1, 7, 1));
    }

    @Test
    void diracHandsItsInputOn() {
        Tensor x = Tensors.randn(DType.FLOAT64, 1, 3, 5, 6);
        Tensor w = Init.dirac_(Tensors.empty(DType.FLOAT64, 3, 3, 3, 3));
        assertThat(Tensors.conv2d(x, w, null, c -> c.padding(1)).equal(x)).isTrue();
        Tensor grouped = Init.dirac_(Tensors.empty(DType.FLOAT64, 4, 1, 3), 2);
        assertThat(grouped.sum(1).select(1, 1).toDoubleArray()).containsExactly(1, 0, 1, 0);
    }

    /** Away from the border, which a transposed convolution extends with zeros. */
    @ParameterizedTest
    @ValueSource(ints = {2, 4, 8})
    void bilinearEnlargesAsInterpolationDoes(int scale) {
        Tensor x = Tensors.randn(DType.FLOAT64, 2, 3, 6, 7);
        Tensor expected = Tensors.interpolate(x, o -> o.scaleFactor(scale).mode(InterpolateOptions.Mode.BILINEAR));
        Tensor w = Init.bilinear_(Tensors.empty(DType.FLOAT64, 3, 3, 2L * scale, 2L * scale));
        Tensor y = Tensors.convTranspose2d(x, w, null, c -> c.stride(scale).padding(scale / 2));
        Tensor grouped = Init.bilinear_(Tensors.empty(DType.FLOAT64, 3, 1, 2L * scale, 2L * scale));
        Tensor z = Tensors.convTranspose2d(x, grouped, null, c -> c.stride(scale).padding(scale / 2).groups(3));
        assertThat(y.shape()).isEqualTo(expected.shape());
        assertThat(z.allclose(y, 1e-12, 1e-12)).isTrue();
        for (int d = 2; d < 4; d++) {
            expected = expected.narrow(d, scale, expected.size(d) - 2 * scale);
            y = y.narrow(d, scale, y.size(d) - 2 * scale);
        }
        assertThat(y.allclose(expected, 1e-12, 1e-12)).isTrue();
    }

    /** The course's kernel of three by three, and one axis of an even size. */
    @Test
    void bilinearKernels() {
        Tensor odd = Init.bilinear_(Tensors.empty(1, 1, 3, 3));
        assertThat(odd.flatten().toFloatArray()).containsExactly(.25f, .5f, .25f, .5f, 1, .5f, .25f, .5f, .25f);
        Tensor even = Init.bilinear_(Tensors.empty(2, 2, 4));
        assertThat(even.flatten().toFloatArray())
                .containsExactly(.25f, .75f, .75f, .25f, 0, 0, 0, 0, 0, 0, 0, 0, .25f, .75f, .75f, .25f);
        assertThatThrownBy(() -> Init.bilinear_(Tensors.empty(2, 3, 4)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("[2, 3, 4]");
    }

    @Test
    void constants() {
        assertThat(Init.constant_(Tensors.empty(2), 1.5).toFloatArray()).containsOnly(1.5f);
        assertThat(Init.zeros_(Tensors.empty(2)).toFloatArray()).containsOnly(0);
        assertThat(Init.ones_(Tensors.empty(2)).toFloatArray()).containsOnly(1);
        assertThat(Init.eye_(Tensors.empty(2, 3)).toArray(float[][].class))
                .isDeepEqualTo(new float[][] {{1, 0, 0}, {0, 1, 0}});
    }

    @Test
    void gains() {
        assertThat(Init.calculateGain(Init.Nonlinearity.RELU)).isEqualTo(Math.sqrt(2));
        assertThat(Init.calculateGain(Init.Nonlinearity.LEAKY_RELU, 2)).isEqualTo(Math.sqrt(2.0 / 5));
        assertThat(Init.calculateGain(Init.Nonlinearity.SELU)).isEqualTo(0.75);
        assertThat(Init.calculateGain(Init.Nonlinearity.SIGMOID)).isEqualTo(1);
    }

    @Test
    void initialisingParametersLeavesNoHistory() {
        var linear = new Linear(2, 2);
        Init.xavierUniform_(linear.weight);
        assertThat(linear.weight.isLeaf()).isTrue();
        assertThat(linear.weight.requiresGrad()).isTrue();
    }

    @Test
    void theSameSeedGivesTheSameWeights() {
        Tensors.manualSeed(3);
        Tensor a = new Conv2d(2, 3, 3).weight;
        Tensors.manualSeed(3);
        assertThat(new Conv2d(2, 3, 3).weight.equal(a)).isTrue();
        assertThat(new Conv2d(2, 3, 3).weight.equal(a)).isFalse();
    }

    @Test
    void errorsNameShapes() {
        assertThatThrownBy(() -> Init.xavierUniform_(Tensors.empty(3)))
                .hasMessage("init: expected a weight [out, in, ...] of 2 dimensions or more, got [3]");
        assertThatThrownBy(() -> new Linear(0, 3)).hasMessageContaining("Linear: a weight of shape [3, 0]");
        assertThatThrownBy(() -> new Conv2d(3, 4, 3, c -> c.groups(2)))
                .hasMessage("Conv2d: 3 and 4 channels cannot be divided into 2 groups");
    }

    @Test
    void whatIsRandomTakesAGenerator() {
        List<BiFunction<Tensor, Generator, Tensor>> given =
                List.of(
                        (t, g) -> Init.uniform_(t, -1, 3, g),
                        (t, g) -> Init.normal_(t, 1, 3, g),
                        (t, g) -> Init.xavierUniform_(t, 2, g),
                        (t, g) -> Init.xavierNormal_(t, 2, g),
                        (t, g) -> Init.kaimingUniform_(t, k -> {}, g),
                        (t, g) -> Init.kaimingNormal_(t, k -> {}, g),
                        (t, g) -> Init.orthogonal_(t, 2, g),
                        (t, g) -> Init.truncNormal_(t, 0, 1, -2, 2, g));
        List<UnaryOperator<Tensor>> open =
                List.of(
                        t -> Init.uniform_(t, -1, 3),
                        t -> Init.normal_(t, 1, 3),
                        t -> Init.xavierUniform_(t, 2),
                        t -> Init.xavierNormal_(t, 2),
                        t -> Init.kaimingUniform_(t),
                        t -> Init.kaimingNormal_(t),
                        t -> Init.orthogonal_(t, 2),
                        Init::truncNormal_);
        for (int i = 0; i < given.size(); i++) {
            Tensor a = given.get(i).apply(Tensors.zeros(4, 6), Generator.of(i));
            UnaryOperator<Tensor> same = open.get(i);
            Tensor b = Generator.of(i).with(() -> same.apply(Tensors.zeros(4, 6)));
            assertThat(a.equal(b)).as("initialiser %d", i).isTrue();
        }
    }

    @Test
    void skippedInitialisationDrawsNothingAndLeavesZeros() {
        Tensors.manualSeed(5);
        long[] before = Tensors.randomState();
        var net =
                Init.skip(() ->
                        new Sequential(
                                new Embedding(5, 4),
                                new Linear(4, 3),
                                new fathom.nn.conv.Conv2d(3, 4, 3),
                                new fathom.nn.norm.BatchNorm2d(4)));
        assertThat(Tensors.randomState()).isEqualTo(before);
        for (String name : List.of("0.weight", "1.weight", "1.bias", "2.weight", "2.bias")) {
            assertThat(net.stateDict().get(name).detach().eq(0).all().itemBoolean()).as(name).isTrue();
        }
        assertThat(net.stateDict().get("3.weight").detach().eq(1).all().itemBoolean()).isTrue();
        Tensor t = Tensors.ones(3, 3);
        assertThat(Init.skip(() -> Init.truncNormal_(Init.orthogonal_(Init.xavierNormal_(t))))).isSameAs(t);
        assertThat(t.eq(1).all().itemBoolean()).isTrue();
        assertThat(new Linear(4, 3).weight.detach().eq(0).any().itemBoolean()).isFalse();
    }
}
