package fathom.cpu.fourier;

/**
 * Bluestein's algorithm, for any length n: since {@code 2 jk = j^2 + k^2 - (k - j)^2}, the transform is a convolution
 * with the chirp {@code exp(pi i j^2 / n)}, which transforms of a power of 2 compute.
 *
 * @see <a href="https://doi.org/10.1109/TAU.1970.1162132">Bluestein, A linear filtering approach to the computation of
 *     discrete Fourier transform</a>
 */
final class ChirpTransform {
    private final int n;
    private final int size;
    private final Plan plan;

    /** {@code exp(-pi i j^2 / n)}. */
    private final double[] cos;

    private final double[] sin;

    /** The transform of the chirp's conjugate, extended cyclically, divided by the size. */
    private final Signal filter;

    ChirpTransform(int n) {
        if (n > 1 << 28) {
            throw new IllegalArgumentException(
                    "Fourier transform: a length with a large prime factor must be at most 2^28, got " + n);
        }
        this.n = n;
        size = Integer.highestOneBit(2 * n - 2) * 2; // a power of 2 of at least 2 n - 1
        plan = Plan.of(size);
        cos = new double[n];
        sin = new double[n];
        filter = new Signal(size);
        for (int j = 0; j < n; j++) {
            long square = (long) j * j % (2L * n);
            cos[j] = Roots.cos(square, 2L * n);
            sin[j] = -Roots.sin(square, 2L * n);
            int mirrored = j == 0 ? 0 : size - j;
            filter.re[j] = cos[j] / size;
            filter.im[j] = -sin[j] / size;
            filter.re[mirrored] = filter.re[j];
            filter.im[mirrored] = filter.im[j];
        }
        plan.transform(filter);
    }

    void transform(Signal signal) {
        var wide = new Signal(size);
        multiply(signal.re, signal.im, cos, sin, wide.re, wide.im, n);
        plan.transform(wide);
        multiply(wide.re, wide.im, filter.re, filter.im, wide.re, wide.im, size);
        wide.exchange();
        plan.transform(wide);
        wide.exchange();
        multiply(wide.re, wide.im, cos, sin, signal.re, signal.im, n);
    }

    private static void multiply(
            double[] aRe, double[] aIm, double[] bRe, double[] bIm, double[] toRe, double[] toIm, int count) {
        for (int i = 0; i < count; i++) {
            double re = aRe[i] * bRe[i] - aIm[i] * bIm[i];
            toIm[i] = aRe[i] * bIm[i] + aIm[i] * bRe[i];
            toRe[i] = re;
        }
    }
}
