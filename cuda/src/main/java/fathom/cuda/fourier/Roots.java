package fathom.cuda.fourier;

import fathom.DType;
import fathom.cuda.gpu.Gpu;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/** Tables of complex numbers in a GPU's memory, computed in double precision once and kept. */
final class Roots {
    private static final Map<Key, Long> TABLES = new ConcurrentHashMap<>();

    private record Key(Gpu gpu, String what, long n, DType type) {}

    private Roots() {}

    /** {@return the address of {@code exp(-2 pi i k / n)} for k below n; 0 if there is no room} */
    static long unity(Gpu gpu, int n, DType type) {
        return table(gpu, "unity", n, type, () -> powers(n, 2));
    }

    /** {@return the address of {@code exp(-pi i k^2 / n)} for k below n; 0 if there is no room} */
    static long chirp(Gpu gpu, int n, DType type) {
        return table(gpu, "chirp", n, type, () -> chirp(n));
    }

    /**
     * {@return the address of the transform of the conjugate chirp, as a filter of length {@code padded}, divided by
     * that length; 0 if there is no room}
     */
    static long filter(Gpu gpu, int n, int padded, DType type) {
        return table(gpu, "filter", n, type, () -> filter(n, padded));
    }

    private static long table(Gpu gpu, String what, int n, DType type, Supplier<double[]> values) {
        var key = new Key(gpu, what, n, type);
        Long known = TABLES.get(key);
        if (known != null) {
            return known;
        }
        synchronized (TABLES) {
            Long other = TABLES.get(key);
            if (other != null) {
                return other;
            }
            long address = upload(gpu, values.get(), type);
            if (address != 0) {
                TABLES.put(key, address);
            }
            return address;
        }
    }

    private static long upload(Gpu gpu, double[] values, DType type) {
        long bytes = (long) values.length * type.size();
        long address = gpu.allocate(bytes);
        if (address == 0) {
            return 0;
        }
        try (var arena = Arena.ofConfined()) {
            MemorySegment segment = arena.allocate(bytes, 16);
            for (int i = 0; i < values.length; i++) {
                if (type == DType.FLOAT64) {
                    segment.setAtIndex(ValueLayout.JAVA_DOUBLE, i, values[i]);
                } else {
                    segment.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) values[i]);
                }
            }
            gpu.copyFromHost(segment, address);
        }
        return address;
    }

    /** {@return {@code exp(-turns pi i k / n)} for k below n, as pairs} */
    private static double[] powers(int n, int turns) {
        var pairs = new double[2 * n];
        for (int k = 0; k < n; k++) {
            double angle = -turns * Math.PI * k / n;
            pairs[2 * k] = Math.cos(angle);
            pairs[2 * k + 1] = Math.sin(angle);
        }
        return pairs;
    }

    private static double[] chirp(int n) {
        double[] roots = powers(2 * n, 2);
        var pairs = new double[2 * n];
        for (int k = 0; k < n; k++) {
            int at = (int) ((long) k * k % (2L * n));
            pairs[2 * k] = roots[2 * at];
            pairs[2 * k + 1] = roots[2 * at + 1];
        }
        return pairs;
    }

    private static double[] filter(int n, int padded) {
        double[] chirp = chirp(n);
        var pairs = new double[2 * padded];
        for (int k = 0; k < n; k++) {
            for (int at : new int[] {k, (padded - k) % padded}) {
                pairs[2 * at] = chirp[2 * k] / padded;
                pairs[2 * at + 1] = -chirp[2 * k + 1] / padded;
            }
        }
        return transform(pairs);
    }

    /** {@return the transform of pairs, whose number is a power of two, by Stockham's algorithm} */
    private static double[] transform(double[] pairs) {
        int n = pairs.length / 2;
        double[] roots = powers(n, 2);
        double[] x = pairs;
        var y = new double[2 * n];
        for (int ns = 1; ns < n; ns *= 2) {
            int step = n / (2 * ns);
            for (int j = 0; j < n / 2; j++) {
                int k = j & (ns - 1);
                double wr = roots[2 * k * step];
                double wi = roots[2 * k * step + 1];
                double br = x[2 * j + n];
                double bi = x[2 * j + n + 1];
                double vr = br * wr - bi * wi;
                double vi = br * wi + bi * wr;
                int to = 2 * ((j - k) * 2 + k);
                y[to] = x[2 * j] + vr;
                y[to + 1] = x[2 * j + 1] + vi;
                y[to + 2 * ns] = x[2 * j] - vr;
                y[to + 2 * ns + 1] = x[2 * j + 1] - vi;
            }
            double[] swap = x;
            x = y;
            y = swap;
        }
        return x;
    }
}
