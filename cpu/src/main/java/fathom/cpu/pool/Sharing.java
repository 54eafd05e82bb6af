package fathom.cpu.pool;

import fathom.primitive.window.Pool;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * How a row of gradients of averages over disjoint windows is put together from a row of the result's gradient: each
 * vector from one vector, its lanes rearranged.
 */
final class Sharing {
    /** For each vector, the element of the result's row from which places count. */
    final int[] starts;

    /** For each element, where its window's gradient is; beyond a vector's lanes for no window. */
    final int[] places;

    final long[] widePlaces;

    /** For each row of windows, whether gradients are divided by what follows, or multiplied. */
    final boolean[] divide;

    final double[][] doubles;
    final float[][] floats;

    private Sharing(int[] starts, int[] places, int[] windows, int channels, Divisors divisors) {
        this.starts = starts;
        this.places = places;
        widePlaces = new long[places.length];
        for (int i = 0; i < places.length; i++) {
            widePlaces[i] = places[i];
        }
        divide = divisors.divide();
        doubles = new double[divide.length][];
        floats = new float[divide.length][];
        for (int row = 0; row < divide.length; row++) {
            if (row > 0 && divisors.doubles()[row] == divisors.doubles()[row - 1]) {
                doubles[row] = doubles[row - 1];
                floats[row] = floats[row - 1];
                continue;
            }
            doubles[row] = new double[places.length];
            floats[row] = new float[places.length];
            for (int i = 0; i < places.length; i++) {
                int window = i / channels < windows.length ? windows[i / channels] : -1;
                doubles[row][i] = window < 0 ? 1 : divisors.doubles()[row][window];
                floats[row][i] = window < 0 ? 1 : divisors.floats()[row][window];
            }
        }
    }

    /** What a pooling's rows depend on. */
    private record Key(Pool pool, int height, int width, int channels, int lanes) {}

    private static final int MOST = 100;

    private static final Map<Key, Optional<Sharing>> KNOWN = new ConcurrentHashMap<>();

    /**
     * {@return how it is done, or null where it cannot be: windows overlap, the result's row is short, or a vector
     * takes the end of one pixel's channels and the begin of another's in the same window, which lie too far apart}
     */
    static @Nullable Sharing of(Pool pool, Axis rows, Axis columns, Plane x, int lanes) {
        var key = new Key(pool, x.height(), x.width(), x.channels(), lanes);
        var known = KNOWN.get(key);
        if (known == null) {
            known = Optional.ofNullable(make(pool, rows, columns, x.width(), x.channels(), lanes));
            if (KNOWN.size() >= MOST) {
                KNOWN.clear();
            }
            KNOWN.put(key, known);
        }
        return known.orElse(null);
    }

    private static @Nullable Sharing make(Pool pool, Axis rows, Axis columns, int width, int channels, int lanes) {
        int from = columns.count() * channels;
        if (from < lanes || !rows.isDisjoint() || !columns.isDisjoint()) {
            return null;
        }
        int[] windows = windows(columns, width);
        int length = width * channels;
        var starts = new int[Math.ceilDiv(length, lanes)];
        var places = new int[starts.length * lanes];
        Arrays.fill(places, lanes);
        for (int v = 0; v < starts.length; v++) {
            int end = Math.min(length, (v + 1) * lanes);
            int start = from - lanes;
            for (int i = v * lanes; i < end; i++) {
                if (windows[i / channels] >= 0) {
                    start = Math.min(start, windows[i / channels] * channels + i % channels);
                }
            }
            starts[v] = start;
            for (int i = v * lanes; i < end; i++) {
                if (windows[i / channels] >= 0) {
                    places[i] = windows[i / channels] * channels + i % channels - start;
                    if (places[i] >= lanes) {
                        return null;
                    }
                }
            }
        }
        return new Sharing(starts, places, windows, channels, Divisors.of(pool, rows, columns));
    }

    /** {@return the window of each column, or -1} */
    private static int[] windows(Axis columns, int width) {
        var windows = new int[width];
        Arrays.fill(windows, -1);
        for (int o = 0; o < columns.count(); o++) {
            for (int k = 0; k < columns.inside()[o]; k++) {
                windows[columns.begins()[o] + k] = o;
            }
        }
        return windows;
    }
}
