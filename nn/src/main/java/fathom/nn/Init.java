package fathom.nn;

import fathom.Autograd;
import fathom.DType;
import fathom.Generator;
import fathom.Tensor;
import fathom.Tensors;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Initialisers of weights: they write into a tensor and return it.
 *
 * @see <a href="https://d2l.ai/chapter_multilayer-perceptrons/numerical-stability-and-init.html">Dive into Deep
 *     Learning, Numerical Stability and Initialization</a>
 */
public final class Init {
    private static final ScopedValue<Boolean> SKIPPED = ScopedValue.newInstance();

    private Init() {}

    /** Which fan of a weight scales its initial values. */
    public enum Fan {
        /** Fan-in, the connections into one output: preserves variance in the forward pass. */
        IN,
        /** Fan-out, the connections out of one input: preserves variance in the backward pass. */
        OUT
    }

    /** The nonlinearity after a layer, which decides the gain of its weights. */
    public enum Nonlinearity {
        LINEAR,
        SIGMOID,
        TANH,
        RELU,
        LEAKY_RELU,
        SELU
    }

    /**
     * {@return the result of {@code body}, in which initialisers draw no random numbers: the random weights of layers
     * made there are zeros}
     *
     * <p>For models whose weights are loaded at once, which is much faster than to initialise them first:
     *
     * {@snippet :
     * var net = Init.skip(ResNet::resnet50);
     * net.loadStateDict(StateDict.load(Path.of("resnet50.pth")));
     * }
     */
    public static <T> T skip(Supplier<T> body) {
        return ScopedValue.where(SKIPPED, true).call(body::get);
    }

    private static boolean isSkipped() {
        return SKIPPED.isBound();
    }

    /** {@return memory for a weight, uninitialised except in {@link #skip}; extents below 1 are refused} */
    public static Tensor empty(String layer, long... shape) {
        for (long n : shape) {
            if (n < 1) {
                throw new IllegalArgumentException(
                        "%s: a weight of shape %s has no elements".formatted(layer, Arrays.toString(shape)));
            }
        }
        return isSkipped() ? Tensors.zeros(shape) : Tensors.empty(shape);
    }

    /** {@return a weight of standard normal random numbers; extents below 1 are refused} */
    public static Tensor standardNormal(String layer, long... shape) {
        return isSkipped() ? empty(layer, shape) : Tensors.randn(empty(layer, shape).shape().dims());
    }

    /** {@return a bias of {@code size} elements, uniform in {@code [-b, b]}, {@code b = 1 / sqrt(fanIn)}} */
    public static Tensor uniformBias(long fanIn, long size) {
        double bound = 1 / Math.sqrt((double) fanIn);
        return isSkipped() ? Tensors.zeros(size) : Tensors.uniform(-bound, bound, size);
    }

    /** {@return the fan-in of a weight [out, in, kernel...]: the number of connections into one output} */
    public static long fanIn(Tensor weight) {
        return fans(weight)[0];
    }

    private static long[] fans(Tensor weight) {
        if (weight.dim() < 2) {
            throw new IllegalArgumentException(
                    "init: expected a weight [out, in, ...] of 2 dimensions or more, got " + weight.shape());
        }
        long field = weight.numel() / Math.max(1, weight.size(0) * weight.size(1));
        return new long[] {weight.size(1) * field, weight.size(0) * field};
    }

    private static Tensor write(Tensor t, Tensor values) {
        try (var off = Autograd.noGrad()) {
            return t.copy_(values);
        }
    }

    private static Tensor write(Tensor t, Number value) {
        try (var off = Autograd.noGrad()) {
            return t.fill_(value);
        }
    }

    /** Fills with uniform random numbers in [low, high). */
    public static Tensor uniform_(Tensor t, double low, double high) {
        if (isSkipped()) {
            return t;
        }
        try (var off = Autograd.noGrad()) {
            return t.uniform_(low, high);
        }
    }

    /** As {@link #uniform_(Tensor, double, double)}, from a generator. */
    public static Tensor uniform_(Tensor t, double low, double high, Generator generator) {
        return generator.with(() -> uniform_(t, low, high));
    }

    /** Fills with normally distributed random numbers. */
    public static Tensor normal_(Tensor t, double mean, double std) {
        if (isSkipped()) {
            return t;
        }
        try (var off = Autograd.noGrad()) {
            return t.normal_(mean, std);
        }
    }

    /** As {@link #normal_(Tensor, double, double)}, from a generator. */
    public static Tensor normal_(Tensor t, double mean, double std, Generator generator) {
        return generator.with(() -> normal_(t, mean, std));
    }

    /** Fills with a constant. */
    public static Tensor constant_(Tensor t, Number value) {
        return write(t, value);
    }

    /** Fills with zeros. */
    public static Tensor zeros_(Tensor t) {
        return write(t, 0);
    }

    /** Fills with ones. */
    public static Tensor ones_(Tensor t) {
        return write(t, 1);
    }

    /** Fills with the identity matrix. */
    public static Tensor eye_(Tensor t) {
        if (t.dim() != 2) {
            throw new IllegalArgumentException("eye_: expected a matrix, got " + t.shape());
        }
        return write(t, Tensors.eye(t.size(0), t.size(1), t.dtype()));
    }

    /**
     * {@return the recommended gain for a nonlinearity, which makes up for the change in standard deviation that it
     * causes}
     *
     * @param param the slope of LEAKY_RELU
     */
    public static double calculateGain(Nonlinearity nonlinearity, double param) {
        return switch (nonlinearity) {
            case LINEAR, SIGMOID -> 1;
            case TANH -> 5.0 / 3;
            case RELU -> Math.sqrt(2);
            case LEAKY_RELU -> Math.sqrt(2 / (1 + param * param));
            case SELU -> 3.0 / 4;
        };
    }

    /** {@link #calculateGain(Nonlinearity, double)}; LEAKY_RELU's slope is 0.01. */
    public static double calculateGain(Nonlinearity nonlinearity) {
        return calculateGain(nonlinearity, 0.01);
    }

    /**
     * Fills with uniform random numbers in {@code [-b, b]}, {@code b = gain sqrt(6 / (fanIn + fanOut))} (Glorot and
     * Bengio, 2010).
     */
    public static Tensor xavierUniform_(Tensor t, double gain) {
        double bound = Math.sqrt(3) * xavier(t, gain);
        return uniform_(t, -bound, bound);
    }

    /** As {@link #xavierUniform_(Tensor, double)}, from a generator. */
    public static Tensor xavierUniform_(Tensor t, double gain, Generator generator) {
        return generator.with(() -> xavierUniform_(t, gain));
    }

    /** {@link #xavierUniform_(Tensor, double)} with gain 1. */
    public static Tensor xavierUniform_(Tensor t) {
        return xavierUniform_(t, 1);
    }

    /**
     * Fills with normal random numbers of standard deviation {@code gain sqrt(2 / (fanIn + fanOut))} (Glorot and
     * Bengio, 2010).
     */
    public static Tensor xavierNormal_(Tensor t, double gain) {
        return normal_(t, 0, xavier(t, gain));
    }

    /** As {@link #xavierNormal_(Tensor, double)}, from a generator. */
    public static Tensor xavierNormal_(Tensor t, double gain, Generator generator) {
        return generator.with(() -> xavierNormal_(t, gain));
    }

    /** {@link #xavierNormal_(Tensor, double)} with gain 1. */
    public static Tensor xavierNormal_(Tensor t) {
        return xavierNormal_(t, 1);
    }

    private static double xavier(Tensor t, double gain) {
        long[] fans = fans(t);
        return gain * Math.sqrt(2.0 / (fans[0] + fans[1]));
    }

    /** Options of Kaiming initialisation; PyTorch's defaults. */
    public static final class KaimingOptions {
        private double a;
        private Fan mode = Fan.IN;
        private Nonlinearity nonlinearity = Nonlinearity.LEAKY_RELU;

        private KaimingOptions() {}

        /** The negative slope of LEAKY_RELU; 0 unless set. */
        public KaimingOptions a(double a) {
            this.a = a;
            return this;
        }

        /** The fan that scales the values; IN unless set. */
        public KaimingOptions mode(Fan mode) {
            this.mode = mode;
            return this;
        }

        /** The nonlinearity after the layer; LEAKY_RELU unless set. */
        public KaimingOptions nonlinearity(Nonlinearity nonlinearity) {
            this.nonlinearity = nonlinearity;
            return this;
        }

        private double std(Tensor t) {
            long[] fans = fans(t);
            return calculateGain(nonlinearity, a) / Math.sqrt((double) fans[mode == Fan.IN ? 0 : 1]);
        }
    }

    private static Tensor kaiming(Tensor t, Consumer<KaimingOptions> options, boolean uniform) {
        var k = new KaimingOptions();
        options.accept(k);
        double std = k.std(t);
        double bound = Math.sqrt(3) * std;
        return uniform ? uniform_(t, -bound, bound) : normal_(t, 0, std);
    }

    /** Fills with uniform random numbers in {@code [-b, b]}, {@code b = gain sqrt(3 / fan)} (He et al., 2015). */
    public static Tensor kaimingUniform_(Tensor t, Consumer<KaimingOptions> options) {
        return kaiming(t, options, true);
    }

    /** As {@link #kaimingUniform_(Tensor, Consumer)}, from a generator. */
    public static Tensor kaimingUniform_(Tensor t, Consumer<KaimingOptions> options, Generator generator) {
        return generator.with(() -> kaimingUniform_(t, options));
    }

    /** {@link #kaimingUniform_(Tensor, Consumer)} with the defaults. */
    public static Tensor kaimingUniform_(Tensor t) {
        return kaimingUniform_(t, k -> {});
    }

    /** Fills with normal random numbers of standard deviation {@code gain / sqrt(fan)} (He et al., 2015). */
    public static Tensor kaimingNormal_(Tensor t, Consumer<KaimingOptions> options) {
        return kaiming(t, options, false);
    }

    /** As {@link #kaimingNormal_(Tensor, Consumer)}, from a generator. */
    public static Tensor kaimingNormal_(Tensor t, Consumer<KaimingOptions> options, Generator generator) {
        return generator.with(() -> kaimingNormal_(t, options));
    }

    /** {@link #kaimingNormal_(Tensor, Consumer)} with the defaults. */
    public static Tensor kaimingNormal_(Tensor t) {
        return kaimingNormal_(t, k -> {});
    }

    /**
     * Fills with {@code gain} times a matrix of orthonormal rows or columns; dimensions after the first are flattened
     * into one (Saxe et al., 2013).
     */
    public static Tensor orthogonal_(Tensor t, double gain) {
        if (t.dim() < 2) {
            throw new IllegalArgumentException("orthogonal_: expected 2 dimensions or more, got " + t.shape());
        }
        if (t.numel() == 0 || t.isMeta() || isSkipped()) {
            return t;
        }
        int rows = Math.toIntExact(t.size(0));
        int columns = Math.toIntExact(t.numel() / rows);
        boolean wide = rows < columns;
        int n = wide ? rows : columns;
        double[][] basis = orthonormal(n, Math.max(rows, columns));
        Tensor q = Tensors.tensor(basis, DType.FLOAT64).mul(gain);
        return write(t, (wide ? q : q.t()).reshape(t.shape().dims()));
    }

    /** As {@link #orthogonal_(Tensor, double)}, from a generator. */
    public static Tensor orthogonal_(Tensor t, double gain, Generator generator) {
        return generator.with(() -> orthogonal_(t, gain));
    }

    /** {@link #orthogonal_(Tensor, double)} with gain 1. */
    public static Tensor orthogonal_(Tensor t) {
        return orthogonal_(t, 1);
    }

    /**
     * Gram-Schmidt on normally distributed vectors, twice for each, which keeps them orthogonal in floating point: an
     * orthonormal basis, uniformly distributed.
     */
    private static double[][] orthonormal(int n, int length) {
        double[] numbers = Tensors.randn(DType.FLOAT64, n, length).flatten().toDoubleArray();
        var basis = new double[n][];
        for (int i = 0; i < n; i++) {
            double[] v = Arrays.copyOfRange(numbers, i * length, (i + 1) * length);
            for (int round = 0; round < 2; round++) {
                for (int j = 0; j < i; j++) {
                    double dot = dot(v, basis[j]);
                    for (int k = 0; k < length; k++) {
                        v[k] -= dot * basis[j][k];
                    }
                }
            }
            double norm = Math.sqrt(dot(v, v));
            for (int k = 0; k < length; k++) {
                v[k] /= norm;
            }
            basis[i] = v;
        }
        return basis;
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    /**
     * Fills with random numbers of a normal distribution truncated to {@code [low, high]}.
     *
     * @throws IllegalArgumentException if the standard deviation is not positive or {@code low} is not below {@code
     *     high}
     */
    public static Tensor truncNormal_(Tensor t, double mean, double std, double low, double high) {
        if (!(std > 0) || !(low < high)) {
            throw new IllegalArgumentException(
                    "truncNormal_: expected a positive standard deviation and low < high, got %s and [%s, %s]"
                            .formatted(std, low, high));
        }
        if (isSkipped()) {
            return t;
        }
        // inverse transform sampling: uniform between the CDF's values at both bounds, through the inverse CDF
        double from = cumulative((low - mean) / std);
        double to = cumulative((high - mean) / std);
        Tensor u = Tensors.rand(DType.FLOAT64, t.shape().dims());
        Tensor x = u.mul(2 * (to - from)).add(2 * from - 1).erfinv().mul(std * Math.sqrt(2)).add(mean);
        return write(t, x.clamp(low, high));
    }

    /** As {@link #truncNormal_(Tensor, double, double, double, double)}, from a generator. */
    public static Tensor truncNormal_(Tensor t, double mean, double std, double low, double high, Generator generator) {
        return generator.with(() -> truncNormal_(t, mean, std, low, high));
    }

    /**
     * {@link #truncNormal_(Tensor, double, double, double, double)} of the standard normal distribution within [-2, 2].
     */
    public static Tensor truncNormal_(Tensor t) {
        return truncNormal_(t, 0, 1, -2, 2);
    }

    private static double cumulative(double x) {
        return (1 + Tensors.tensor(x / Math.sqrt(2)).to(DType.FLOAT64).erf().item()) / 2;
    }

    /**
     * Fills with the Dirac kernel, under which a convolution is the identity: 1 in the middle, from each channel to the
     * same one.
     *
     * @throws IllegalArgumentException if the tensor does not have 3 to 5 dimensions, or the first extent is not
     *     divisible by {@code groups}
     */
    public static Tensor dirac_(Tensor t, int groups) {
        if (t.dim() < 3 || t.dim() > 5 || t.size(0) % groups != 0) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "dirac_: expected [out, in, kernel...] with a first extent divisible by %d, got %s",
                            groups,
                            t.shape()));
        }
        try (var off = Autograd.noGrad()) {
            t.zero_();
            Tensor middle = t;
            for (int d = 2; d < t.dim(); d++) {
                middle = middle.select(2, t.size(d) / 2);
            }
            long perGroup = t.size(0) / groups;
            for (int g = 0; g < groups; g++) {
                middle.narrow(0, g * perGroup, perGroup).diagonal().fill_(1);
            }
        }
        return t;
    }

    /** {@link #dirac_(Tensor, int)} with one group. */
    public static Tensor dirac_(Tensor t) {
        return dirac_(t, 1);
    }

    /**
     * Fills the kernels of a transposed convolution so that it interpolates bilinearly: with stride {@code s}, kernels
     * of {@code 2 s} elements along each axis, and padding {@code s / 2}, it enlarges {@code s} times. Each channel is
     * enlarged by itself: kernels from a channel to another are zero.
     *
     * @param t the weight {@code [in, out, kernel...]} of as many input as output channels, or {@code [in, 1,
     *     kernel...]} of as many groups as channels
     * @throws IllegalArgumentException if the tensor does not have 3 to 5 dimensions, or the channels differ
     * @see <a href="https://d2l.ai/chapter_computer-vision/fcn.html">Dive into Deep Learning, Fully Convolutional
     *     Networks</a>
     */
    public static Tensor bilinear_(Tensor t) {
        if (t.dim() < 3 || t.dim() > 5 || t.size(1) != t.size(0) && t.size(1) != 1) {
            throw new IllegalArgumentException(
                    "bilinear_: expected [channels, channels, kernel...] or [channels, 1, kernel...], got "
                            + t.shape());
        }
        Tensor values =
                t.size(1) == 1
                        ? Tensors.ones(DType.FLOAT64, t.size(0), 1)
                        : Tensors.eye(t.size(0), t.size(0), DType.FLOAT64);
        for (int d = 2; d < t.dim(); d++) {
            values = values.unsqueeze(-1).mul(triangle(Math.toIntExact(t.size(d))));
        }
        return write(t, values);
    }

    /** {@return the weights of linear interpolation around the middle of a kernel} */
    private static Tensor triangle(int size) {
        int factor = (size + 1) / 2;
        double middle = size % 2 == 1 ? factor - 1 : factor - 0.5;
        var weights = new double[size];
        for (int i = 0; i < size; i++) {
            weights[i] = 1 - Math.abs(i - middle) / factor;
        }
        return Tensors.tensor(weights, DType.FLOAT64);
    }
}
