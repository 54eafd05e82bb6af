package fathom.cpu.pool;

import fathom.DType;
import fathom.cpu.memory.VectorApi;
import fathom.primitive.window.Pool;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A lane rearrangement that expands a row of the result's gradient to a row of gradients of averages over disjoint
 * windows: each vector is one source vector with its lanes rearranged. The last vector ends at the end of the row and
 * overlaps the one before.
 *
 * @param starts for each vector, the first element of its source vector
 * @param places for each lane of each vector, its source lane, out of range for no window: an {@code int[]} or, for
 *     doubles, a {@code long[]}
 * @param divide for each row of windows, whether gradients are divided by the factors, or multiplied
 * @param factors for each row of windows, a {@code float[]} or {@code double[]} with the factor of each lane
 */
record Sharing(int[] starts, Object places, boolean[] divide, Object[] factors) {
    /** The properties on which the rearrangement depends. */
    private record Key(Pool pool, int height, int width, int channels, boolean doubles) {}

    private static final int MAX_CACHED = 100;

    private static final Map<Key, Optional<Sharing>> CACHE = new ConcurrentHashMap<>();

    /**
     * {@return the rearrangement, or null if there is none: windows overlap, a row is too short, or a vector needs the
     * end of one pixel's channels and the beginning of another's, too far apart in the source}
     */
    static @Nullable Sharing of(Pool pool, Axis rows, Axis columns, Plane x) {
        boolean doubles = x.type() == DType.FLOAT64;
        var key = new Key(pool, x.height(), x.width(), x.channels(), doubles);
        var known = CACHE.get(key);
        if (known == null) {
            known = Optional.ofNullable(make(pool, rows, columns, x.width(), x.channels(), doubles));
            if (CACHE.size() >= MAX_CACHED) {
                CACHE.clear();
            }
            CACHE.put(key, known);
        }
        return known.orElse(null);
    }

    private static @Nullable Sharing make(
            Pool pool, Axis rows, Axis columns, int width, int channels, boolean doubles) {
        int lanes = VectorApi.lanes(doubles ? Double.BYTES : Float.BYTES);
        int from = columns.count() * channels;
        int length = width * channels;
        if (Math.min(from, length) < lanes || !rows.isDisjoint() || !columns.isDisjoint()) {
            return null;
        }
        int[] windows = windows(columns, width);
        var starts = new int[Math.ceilDiv(length, lanes)];
        var places = new int[starts.length * lanes];
        var windowOf = new int[places.length];
        for (int v = 0; v < starts.length; v++) {
            int begin = Math.min(v * lanes, length - lanes);
            int start = from - lanes;
            for (int lane = 0; lane < lanes; lane++) {
                int element = begin + lane;
                int window = windows[element / channels];
                windowOf[v * lanes + lane] = window;
                if (window >= 0) {
                    start = Math.min(start, window * channels + element % channels);
                }
            }
            starts[v] = start;
            for (int lane = 0; lane < lanes; lane++) {
                int i = v * lanes + lane;
                places[i] = windowOf[i] < 0 ? lanes : windowOf[i] * channels + (begin + lane) % channels - start;
                if (windowOf[i] >= 0 && places[i] >= lanes) {
                    return null;
                }
            }
        }
        var divisors = Divisors.of(pool, rows, columns);
        Object laid = doubles ? Arrays.stream(places).asLongStream().toArray() : places;
        return new Sharing(starts, laid, divisors.divide(), factors(divisors.factors(), windowOf, doubles));
    }

    /** {@return for each row of windows, the factor of each lane's window; 1 where there is none} */
    private static Object[] factors(double[][] ofWindows, int[] windowOf, boolean doubles) {
        var factors = new Object[ofWindows.length];
        for (int row = 0; row < factors.length; row++) {
            if (row > 0 && ofWindows[row] == ofWindows[row - 1]) {
                factors[row] = factors[row - 1];
                continue;
            }
            var wide = new double[windowOf.length];
            var narrow = new float[windowOf.length];
            for (int i = 0; i < windowOf.length; i++) {
                wide[i] = windowOf[i] < 0 ? 1 : ofWindows[row][windowOf[i]];
                narrow[i] = (float) wide[i];
            }
            factors[row] = doubles ? wide : narrow;
        }
        return factors;
    }

    /** {@return the window of each column, or -1} */
    private static int[] windows(Axis columns, int width) {
        var windows = new int[width];
        Arrays.fill(windows, -1);
        for (int o = 0; o < columns.count(); o++) {
            for (int k = 0; k < columns.inside()[o]; k++) {
                windows[columns.starts()[o] + k] = o;
            }
        }
        return windows;
    }
}
