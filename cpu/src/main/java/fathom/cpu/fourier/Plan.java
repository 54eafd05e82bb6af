package fathom.cpu.fourier;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The plan for signals of one length: one stage per prime factor (radix 4 where possible, which saves multiplications),
 * or a convolution if there is a large prime factor. Computes in double precision. Immutable.
 *
 * @see <a href="https://doi.org/10.1090/S0025-5718-1965-0178586-1">Cooley and Tukey, An algorithm for the machine
 *     calculation of complex Fourier series</a>
 */
final class Plan {
    /** Largest prime factor with a stage of its own, whose cost is quadratic in the factor. */
    private static final int MAX_FACTOR = 13;

    /** Number of cached plans, and the largest length of a cached plan: some 30 MB in total. */
    private static final int MAX_CACHED = 16;

    private static final int MAX_CACHED_LENGTH = 1 << 14;

    private static final Map<Integer, Plan> PLANS = new LinkedHashMap<>(16, 0.75f, true);

    private final int n;
    private final int[] factors;
    private final @Nullable ChirpTransform chirp;

    /** {@code exp(-2 pi i k / n)}. */
    private final double[] cos;

    private final double[] sin;

    private Plan(int n) {
        this.n = n;
        factors = factors(n);
        chirp = factors.length > 0 && factors[factors.length - 1] > MAX_FACTOR ? new ChirpTransform(n) : null;
        int roots = chirp == null ? n : 0;
        cos = new double[roots];
        sin = new double[roots];
        for (int k = 0; k < roots; k++) {
            cos[k] = Roots.cos(k, n);
            sin[k] = -Roots.sin(k, n);
        }
    }

    /** {@return the plan for a length} */
    static Plan of(int n) {
        synchronized (PLANS) {
            Plan plan = PLANS.get(n);
            if (plan != null) {
                return plan;
            }
        }
        var made = new Plan(n); // outside the lock: long plans take a while
        if (n <= MAX_CACHED_LENGTH) {
            synchronized (PLANS) {
                PLANS.put(n, made);
                if (PLANS.size() > MAX_CACHED) {
                    PLANS.remove(PLANS.keySet().iterator().next());
                }
            }
        }
        return made;
    }

    /** {@return the radices, whose product is n: fours first, then primes in ascending order} */
    private static int[] factors(int n) {
        var found = new int[32];
        int count = 0;
        int remaining = n;
        for (; remaining % 4 == 0; remaining /= 4) {
            found[count++] = 4;
        }
        for (int p = 2; remaining > 1; p++) {
            if ((long) p * p > remaining) {
                p = remaining;
            }
            for (; remaining % p == 0; remaining /= p) {
                found[count++] = p;
            }
        }
        return java.util.Arrays.copyOf(found, count);
    }

    /** Computes the unnormalised forward transform. For the inverse, exchange real and imaginary parts. */
    void transform(Signal signal) {
        if (chirp != null) {
            chirp.transform(signal);
            return;
        }
        int remaining = n;
        int done = 1;
        for (int p : factors) {
            remaining /= p;
            switch (p) {
                case 2 -> two(remaining, done, signal);
                case 4 -> four(remaining, done, signal);
                default -> any(p, remaining, done, signal);
            }
            signal.swap();
            done *= p;
        }
    }

    // A stage of radix p: the points j + remaining r, r < p, of each of `done` interleaved signals are transformed into
    // p adjacent points. `done` is the stride of one signal.

    private void two(int remaining, int done, Signal signal) {
        double[] re = signal.re;
        double[] im = signal.im;
        double[] toRe = signal.nextRe;
        double[] toIm = signal.nextIm;
        for (int j = 0; j < remaining; j++) {
            double wr = cos[j * done];
            double wi = sin[j * done];
            int a = j * done;
            int b = a + remaining * done;
            int to = 2 * a;
            for (int q = 0; q < done; q++) {
                double dr = re[a + q] - re[b + q];
                double di = im[a + q] - im[b + q];
                toRe[to + q] = re[a + q] + re[b + q];
                toIm[to + q] = im[a + q] + im[b + q];
                toRe[to + done + q] = dr * wr - di * wi;
                toIm[to + done + q] = dr * wi + di * wr;
            }
        }
    }

    private void four(int remaining, int done, Signal signal) {
        double[] re = signal.re;
        double[] im = signal.im;
        double[] toRe = signal.nextRe;
        double[] toIm = signal.nextIm;
        int step = remaining * done;
        for (int j = 0; j < remaining; j++) {
            int a = j * done;
            double w1r = cos[a];
            double w1i = sin[a];
            double w2r = cos[2 * a];
            double w2i = sin[2 * a];
            double w3r = cos[3 * a];
            double w3i = sin[3 * a];
            int to = 4 * a;
            for (int q = 0; q < done; q++) {
                int at = a + q;
                double evenR = re[at] + re[at + 2 * step];
                double evenI = im[at] + im[at + 2 * step];
                double oddR = re[at + step] + re[at + 3 * step];
                double oddI = im[at + step] + im[at + 3 * step];
                double evenDr = re[at] - re[at + 2 * step];
                double evenDi = im[at] - im[at + 2 * step];
                double oddDr = re[at + step] - re[at + 3 * step];
                double oddDi = im[at + step] - im[at + 3 * step];
                toRe[to + q] = evenR + oddR;
                toIm[to + q] = evenI + oddI;
                double r = evenDr + oddDi; // minus i times the odd difference
                double i = evenDi - oddDr;
                toRe[to + done + q] = r * w1r - i * w1i;
                toIm[to + done + q] = r * w1i + i * w1r;
                r = evenR - oddR;
                i = evenI - oddI;
                toRe[to + 2 * done + q] = r * w2r - i * w2i;
                toIm[to + 2 * done + q] = r * w2i + i * w2r;
                r = evenDr - oddDi;
                i = evenDi + oddDr;
                toRe[to + 3 * done + q] = r * w3r - i * w3i;
                toIm[to + 3 * done + q] = r * w3i + i * w3r;
            }
        }
    }

    private void any(int p, int remaining, int done, Signal signal) {
        double[] re = signal.re;
        double[] im = signal.im;
        double[] toRe = signal.nextRe;
        double[] toIm = signal.nextIm;
        int step = remaining * done;
        int turn = n / p;
        for (int j = 0; j < remaining; j++) {
            int a = j * done;
            for (int t = 0; t < p; t++) {
                int to = p * a + t * done;
                System.arraycopy(re, a, toRe, to, done);
                System.arraycopy(im, a, toIm, to, done);
                for (int r = 1; r < p; r++) {
                    int root = r * t % p * turn;
                    add(re, im, a + r * step, cos[root], sin[root], toRe, toIm, to, done);
                }
                if (a > 0 && t > 0) {
                    multiply(toRe, toIm, to, cos[a * t], sin[a * t], done);
                }
            }
        }
    }

    private static void add(
            double[] re, double[] im, int at, double c, double s, double[] toRe, double[] toIm, int to, int count) {
        for (int q = 0; q < count; q++) {
            toRe[to + q] += re[at + q] * c - im[at + q] * s;
            toIm[to + q] += re[at + q] * s + im[at + q] * c;
        }
    }

    private static void multiply(double[] re, double[] im, int at, double c, double s, int count) {
        for (int q = at; q < at + count; q++) {
            double r = re[q] * c - im[q] * s;
            im[q] = re[q] * s + im[q] * c;
            re[q] = r;
        }
    }
}
