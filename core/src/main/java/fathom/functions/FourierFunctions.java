package fathom.functions;

import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.dispatch.Dims;
import fathom.dispatch.TensorAccess;
import fathom.options.FourierOptions;
import fathom.primitive.FourierTransform;
import fathom.primitive.FourierTransform.Kind;
import fathom.primitive.OperationKind;
import fathom.primitive.Ops;
import java.util.List;
import java.util.function.Consumer;

/**
 * Discrete Fourier transforms. There are no complex types: a complex tensor is represented by a real one whose last
 * dimension of size 2 holds real and imaginary parts, as in {@code torch.view_as_real}. Names end in {@code AsReal}
 * where PyTorch's function of that name takes or returns complex numbers. Part of {@link Tensors}.
 *
 * <p>Float32 and float64, computed in float64; every length takes time proportional to n log n, including primes.
 * Multi-dimensional transforms are one-dimensional ones in succession: {@code torch.fft.rfft2(x)} is {@code
 * fftAsReal(rfftAsReal(x), o -> o.dim(-2))}.
 *
 * @see <a href="https://pytorch.org/docs/stable/fft.html">PyTorch: torch.fft</a>
 */
public final class FourierFunctions {
    private FourierFunctions() {}

    /** {@return the transform of a complex signal along its last dimension: [..., n, 2] to [..., n, 2]} */
    public static Tensor fftAsReal(Tensor z) {
        return fftAsReal(z, o -> {});
    }

    /**
     * The transform of a complex signal, {@code torch.fft.fft} of pairs.
     *
     * @param z [..., n, ..., 2]
     * @param options {@code o -> o.n(8).dim(0).norm("ortho")}
     * @return the shape of z, with size n in the transformed dimension
     * @throws IllegalArgumentException if the last dimension is not 2, the signal is empty, or the type is neither
     *     float32 nor float64
     */
    public static Tensor fftAsReal(Tensor z, Consumer<FourierOptions> options) {
        return complex("fftAsReal", z, true, options);
    }

    /** {@return the signal of a spectrum: the inverse of {@link #fftAsReal(Tensor)}} */
    public static Tensor ifftAsReal(Tensor z) {
        return ifftAsReal(z, o -> {});
    }

    /** {@return the signal of a spectrum, {@code torch.fft.ifft} on pairs; see {@link #fftAsReal(Tensor, Consumer)}} */
    public static Tensor ifftAsReal(Tensor z, Consumer<FourierOptions> options) {
        return complex("ifftAsReal", z, false, options);
    }

    /**
     * {@return the transform of a real signal along its last dimension, frequencies 0 to n / 2: [..., n] to [..., n / 2
     * + 1, 2]}
     */
    public static Tensor rfftAsReal(Tensor x) {
        return rfftAsReal(x, o -> {});
    }

    /**
     * The transform of a real signal, {@code torch.fft.rfft} with pairs: frequencies 0 to n / 2, which determine the
     * others.
     *
     * @param x [..., n, ...]; integers become float32
     * @param options {@code o -> o.n(8).dim(0).norm("ortho")}
     * @return [..., n / 2 + 1, ..., 2]
     * @throws IllegalArgumentException if the signal is empty, or x is float16 or bfloat16
     */
    public static Tensor rfftAsReal(Tensor x, Consumer<FourierOptions> options) {
        String name = "rfftAsReal";
        Tensor signal = TensorAccess.cast(OperationKind.FOURIER, x);
        signal = floating(name, signal.to(signal.dtype().toFloating()));
        if (signal.dim() == 0) {
            throw new IllegalArgumentException(name + ": expected a signal of at least one dimension, not a scalar");
        }
        FourierOptions o = configured(options);
        int d = Dims.normalize(name, o.dim(), signal.dim());
        long n = points(name, x, o.pointsOr(signal.size(d)));
        return apply(Kind.REAL_FORWARD, resized(signal, d, n), d, n, 1, o.scale(true, n));
    }

    /** {@return the real signal of a half spectrum: [..., m, 2] to [..., 2 (m - 1)]} */
    public static Tensor irfftAsReal(Tensor z) {
        return irfftAsReal(z, o -> {});
    }

    /**
     * The real signal of a half spectrum, {@code torch.fft.irfft} on pairs: the inverse of {@link #rfftAsReal(Tensor,
     * Consumer)}. Signals of odd length require n.
     *
     * @param z frequencies 0 to n / 2: [..., m, ..., 2]; truncated, or zero-padded, to n / 2 + 1; imaginary parts at 0
     *     and n / 2 are ignored
     * @param options {@code o -> o.n(7)}
     * @return [..., n, ...]
     * @throws IllegalArgumentException if the last dimension is not 2, the signal is empty, or the type is neither
     *     float32 nor float64
     */
    public static Tensor irfftAsReal(Tensor z, Consumer<FourierOptions> options) {
        String name = "irfftAsReal";
        Tensor spectrum = pairs(name, TensorAccess.cast(OperationKind.FOURIER, z));
        FourierOptions o = configured(options);
        int d = Dims.normalize(name, o.dim(), spectrum.dim() - 1);
        long n = points(name, z, o.pointsOr(2 * (spectrum.size(d) - 1)));
        Tensor half = resized(spectrum, d, n / 2 + 1);
        return apply(Kind.REAL_INVERSE, half, d, n, 2, o.scale(false, n));
    }

    private static Tensor complex(String name, Tensor z, boolean forward, Consumer<FourierOptions> options) {
        Tensor signal = pairs(name, TensorAccess.cast(OperationKind.FOURIER, z));
        FourierOptions o = configured(options);
        int d = Dims.normalize(name, o.dim(), signal.dim() - 1);
        long n = points(name, z, o.pointsOr(signal.size(d)));
        Kind kind = forward ? Kind.FORWARD : Kind.INVERSE;
        return apply(kind, resized(signal, d, n), d, n, 1, o.scale(forward, n));
    }

    private static Tensor apply(Kind kind, Tensor x, int dim, long n, double interior, double scale) {
        return Ops.applyAll(new FourierTransform(kind, dim, n, interior, scale), x)[0];
    }

    private static FourierOptions configured(Consumer<FourierOptions> options) {
        var o = new FourierOptions();
        options.accept(o);
        return o;
    }

    private static Tensor floating(String name, Tensor x) {
        if (x.dtype() != DType.FLOAT32 && x.dtype() != DType.FLOAT64) {
            throw new IllegalArgumentException("%s: expected FLOAT32 or FLOAT64, not %s".formatted(name, x.dtype()));
        }
        return x;
    }

    private static Tensor pairs(String name, Tensor z) {
        if (z.dim() < 2 || z.size(-1) != 2) {
            throw new IllegalArgumentException(
                    "%s: expected complex numbers as pairs in a last dimension of 2, [..., n, 2], not shape %s; complexAsReal(re, im) makes them"
                            .formatted(name, z.shape()));
        }
        return floating(name, z);
    }

    private static long points(String name, Tensor x, long n) {
        if (n < 1 || n > Integer.MAX_VALUE - 8) {
            throw new IllegalArgumentException(
                    "%s: expected a signal of at least one point and at most 2^31 - 9, not %s; input %s"
                            .formatted(name, n, x.shape()));
        }
        return n;
    }

    /** {@return x truncated or zero-padded to a size} */
    private static Tensor resized(Tensor x, int dim, long extent) {
        long there = x.size(dim);
        if (there >= extent) {
            return there == extent ? x : x.narrow(dim, 0, extent);
        }
        long[] shape = x.shape().dims();
        shape[dim] = extent - there;
        return Tensors.cat(List.of(x, x.newZeros(shape)), dim);
    }

    /**
     * {@return complex numbers as pairs, from real and imaginary parts, which broadcast: [...] and [...] to [..., 2]}
     */
    public static Tensor complexAsReal(Tensor re, Tensor im) {
        return Tensors.stack(List.of(re.broadcastWith(im)), -1);
    }

    /**
     * {@return the products of complex numbers as pairs, broadcast: {@code (ac - bd) + (ad + bc)i} of {@code a + bi}
     * and {@code c + di}}
     *
     * @throws IllegalArgumentException if a last dimension is not 2, or shapes do not broadcast
     */
    public static Tensor complexMul(Tensor x, Tensor y) {
        Tensor a = part("complexMul", x, 0);
        Tensor b = part("complexMul", x, 1);
        Tensor c = part("complexMul", y, 0);
        Tensor d = part("complexMul", y, 1);
        return complexAsReal(a.mul(c).sub(b.mul(d)), a.mul(d).add(b.mul(c)));
    }

    /** {@return the absolute values of complex numbers as pairs: [..., 2] to [...]; the gradient at 0 is 0} */
    public static Tensor complexAbs(Tensor z) {
        part("complexAbs", z, 0);
        return z.norm(2, -1);
    }

    private static Tensor part(String name, Tensor z, int which) {
        if (z.dim() < 1 || z.size(-1) != 2) {
            throw new IllegalArgumentException(
                    "%s: expected complex numbers as pairs in a last dimension of 2, not shape %s"
                            .formatted(name, z.shape()));
        }
        return z.select(-1, which);
    }

    /**
     * {@return the frequencies of {@link #fftAsReal(Tensor)} in cycles per point: 0, 1/n, ..., then the negative ones}
     */
    public static Tensor fftfreq(long n) {
        return fftfreq(n, 1);
    }

    /** {@return the frequencies in cycles per unit, for n points {@code d} units apart, float32: [n]} */
    public static Tensor fftfreq(long n, double d) {
        Tensor k = Tensors.arange(points("fftfreq", n));
        return Tensors.where(k.lt((n + 1) / 2), k, k.sub(n)).to(DType.FLOAT32).div(n * d);
    }

    /** {@return the frequencies of {@link #rfftAsReal(Tensor)} in cycles per point: 0, 1/n, ... up to 1/2} */
    public static Tensor rfftfreq(long n) {
        return rfftfreq(n, 1);
    }

    /** {@return the frequencies in cycles per unit, for n points {@code d} units apart, float32: [n / 2 + 1]} */
    public static Tensor rfftfreq(long n, double d) {
        return Tensors.arange(points("rfftfreq", n) / 2 + 1).to(DType.FLOAT32).div(n * d);
    }

    private static long points(String name, long n) {
        if (n < 1) {
            throw new IllegalArgumentException(name + ": expected at least one point, not " + n);
        }
        return n;
    }

    /**
     * {@return a copy rolled along some dimensions, by default all, so that frequency 0 moves to the centre}
     *
     * @param dims required for pairs, whose last dimension must not be rolled
     */
    public static Tensor fftshift(Tensor x, int... dims) {
        return shifted("fftshift", x, dims, 0);
    }

    /** {@return the inverse of {@link #fftshift(Tensor, int...)}: frequency 0 moves to the front} */
    public static Tensor ifftshift(Tensor x, int... dims) {
        return shifted("ifftshift", x, dims, 1);
    }

    private static Tensor shifted(String name, Tensor x, int[] dims, int more) {
        int[] all = Dims.normalize(name, dims, x.dim());
        var shifts = new long[all.length];
        for (int i = 0; i < all.length; i++) {
            shifts[i] = (x.size(all[i]) + more) / 2;
        }
        return all.length == 0 ? x.clone() : x.roll(shifts, all);
    }
}
