package fathom.nn;

import fathom.Autograd;
import fathom.Tensor;
import fathom.Tensors;
import java.util.function.Consumer;

/**
 * Initialisers: they write into a tensor and return it.
 *
 * @see <a href="https://d2l.ai/chapter_multilayer-perceptrons/numerical-stability-and-init.html">Dive into Deep
 *     Learning, Numerical Stability and Initialization</a>
 */
public final class Init {
    private Init() {}

    /** Which connections of a weight are counted. */
    public enum Fan {
        /** Those into one output: keeps magnitudes of the forward pass. */
        IN,
        /** Those out of one input: keeps magnitudes of the backward pass. */
        OUT
    }

    /** What follows a layer, and so how much its weights must make up for. */
    public enum Nonlinearity {
        LINEAR,
        SIGMOID,
        TANH,
        RELU,
        LEAKY_RELU,
        SELU
    }

    /** {@return memory for a weight, refusing extents below 1} */
    static Tensor empty(String layer, long... shape) {
        for (long n : shape) {
            if (n < 1) {
                throw new IllegalArgumentException(
                        "%s: a weight of shape %s has no elements".formatted(layer, java.util.Arrays.toString(shape)));
            }
        }
        return Tensors.empty(shape);
    }

    /** {@return {@code size} numbers uniform within {@code 1 / sqrt(fanIn)}} */
    static Tensor biasWithin(long fanIn, long size) {
        double bound = 1 / Math.sqrt(fanIn);
        return Tensors.uniform(-bound, bound, size);
    }

    /** {@return the number of connections into one output of a weight [out, in, kernel...]} */
    static long fanIn(Tensor weight) {
        return fans(weight)[0];
    }

    private static long[] fans(Tensor weight) {
        if (weight.dim() < 2) {
            throw new IllegalArgumentException(
                    "init: wants a weight [out, in, ...] of 2 dimensions or more, not " + weight.shape());
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

    /** Uniform numbers in [low, high). */
    public static Tensor uniform_(Tensor t, double low, double high) {
        return write(t, Tensors.rand(randomType(t), t.shape().dims()).mul_(high - low).add_(low));
    }

    /** Numbers of a normal distribution. */
    public static Tensor normal_(Tensor t, double mean, double std) {
        if (std < 0) {
            throw new IllegalArgumentException("normal_: the standard deviation is not negative: " + std);
        }
        return write(t, Tensors.randn(randomType(t), t.shape().dims()).mul_(std).add_(mean));
    }

    private static fathom.DType randomType(Tensor t) {
        return t.dtype() == fathom.DType.FLOAT64 ? fathom.DType.FLOAT64 : fathom.DType.FLOAT32;
    }

    /** One number everywhere. */
    public static Tensor constant_(Tensor t, Number value) {
        return write(t, value);
    }

    /** Zeros. */
    public static Tensor zeros_(Tensor t) {
        return write(t, 0);
    }

    /** Ones. */
    public static Tensor ones_(Tensor t) {
        return write(t, 1);
    }

    /** The identity matrix. */
    public static Tensor eye_(Tensor t) {
        if (t.dim() != 2) {
            throw new IllegalArgumentException("eye_: wants a matrix, not " + t.shape());
        }
        return write(t, Tensors.eye(t.size(0), t.size(1), t.dtype()));
    }

    /**
     * What a nonlinearity takes from the standard deviation of a layer's results.
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

    /** Uniform numbers within {@code gain sqrt(6 / (fan in + fan out))} (Glorot and Bengio, 2010). */
    public static Tensor xavierUniform_(Tensor t, double gain) {
        double bound = Math.sqrt(3) * xavier(t, gain);
        return uniform_(t, -bound, bound);
    }

    /** {@link #xavierUniform_(Tensor, double)} with gain 1. */
    public static Tensor xavierUniform_(Tensor t) {
        return xavierUniform_(t, 1);
    }

    /** Normal numbers of standard deviation {@code gain sqrt(2 / (fan in + fan out))} (Glorot and Bengio, 2010). */
    public static Tensor xavierNormal_(Tensor t, double gain) {
        return normal_(t, 0, xavier(t, gain));
    }

    /** {@link #xavierNormal_(Tensor, double)} with gain 1. */
    public static Tensor xavierNormal_(Tensor t) {
        return xavierNormal_(t, 1);
    }

    private static double xavier(Tensor t, double gain) {
        long[] fans = fans(t);
        return gain * Math.sqrt(2.0 / (fans[0] + fans[1]));
    }

    /** Settings of Kaiming initialisation; PyTorch's defaults. */
    public static final class Kaiming {
        private double a;
        private Fan mode = Fan.IN;
        private Nonlinearity nonlinearity = Nonlinearity.LEAKY_RELU;

        private Kaiming() {}

        /** The slope of LEAKY_RELU below zero; 0 unless set. */
        public Kaiming a(double a) {
            this.a = a;
            return this;
        }

        /** Which connections are counted; IN unless set. */
        public Kaiming mode(Fan mode) {
            this.mode = mode;
            return this;
        }

        /** What follows the layer; LEAKY_RELU unless set. */
        public Kaiming nonlinearity(Nonlinearity nonlinearity) {
            this.nonlinearity = nonlinearity;
            return this;
        }

        private double std(Tensor t) {
            long[] fans = fans(t);
            return calculateGain(nonlinearity, a) / Math.sqrt(mode == Fan.IN ? fans[0] : fans[1]);
        }
    }

    private static Tensor kaiming(Tensor t, Consumer<Kaiming> options, boolean uniform) {
        var k = new Kaiming();
        options.accept(k);
        double std = k.std(t);
        double bound = Math.sqrt(3) * std;
        return uniform ? uniform_(t, -bound, bound) : normal_(t, 0, std);
    }

    /** Uniform numbers within {@code gain sqrt(3 / fan)} (He et al., 2015). */
    public static Tensor kaimingUniform_(Tensor t, Consumer<Kaiming> options) {
        return kaiming(t, options, true);
    }

    /** {@link #kaimingUniform_(Tensor, Consumer)} with the defaults. */
    public static Tensor kaimingUniform_(Tensor t) {
        return kaimingUniform_(t, k -> {});
    }

    /** Normal numbers of standard deviation {@code gain / sqrt(fan)} (He et al., 2015). */
    public static Tensor kaimingNormal_(Tensor t, Consumer<Kaiming> options) {
        return kaiming(t, options, false);
    }

    /** {@link #kaimingNormal_(Tensor, Consumer)} with the defaults. */
    public static Tensor kaimingNormal_(Tensor t) {
        return kaimingNormal_(t, k -> {});
    }
}
