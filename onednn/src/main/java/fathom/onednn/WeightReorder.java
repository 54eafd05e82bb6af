package fathom.onednn;

import fathom.cpu.parallel.Parallel;
import fathom.memory.Native;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Brings weights {@code [O, I, kH, kW]} from one layout into another, on all threads. oneDNN's own copy between rows
 * and blocks runs in one, an element at a time.
 *
 * <p>In any layout the place of an element is a sum of as many numbers as there are dimensions. The weights are copied
 * in tiles of some channels by some channels, all of one pattern: a table holds where each element of a tile is, in the
 * order in which they are written.
 */
final class WeightReorder implements ReorderCache.Order {
    /** Channels in each direction that are copied together; blocks of layouts are multiples of it. */
    private static final int TILE = 16;

    /** Larger kernels would make tables that do not stay in the first-level cache. */
    private static final int MAX_TAPS = 25;

    /** Elements that a thread copies at a time. */
    private static final long GRAIN = 32 * 1024;

    private static final MemorySegment ALL = Native.ALL;

    private final int bytes;

    /** Where each tile begins, in both layouts. */
    private final int[] fromTiles;

    private final int[] toTiles;

    /** Where each element of a tile is, from its beginning. */
    private final int[] from;

    private final int[] to;
    private final int hash;

    private WeightReorder(int bytes, Places from, Places to) {
        this.bytes = bytes;
        int count = TILE * TILE * from.taps().length;
        int[] order =
                IntStream.range(0, count)
                        .boxed()
                        .sorted(Comparator.comparingInt(to::inTile))
                        .mapToInt(Integer::intValue)
                        .toArray();
        this.from = Arrays.stream(order).map(from::inTile).toArray();
        this.to = Arrays.stream(order).map(to::inTile).toArray();
        this.fromTiles = from.tiles();
        this.toTiles = to.tiles();
        int tables = 31 * Arrays.hashCode(this.from) + Arrays.hashCode(this.to);
        this.hash = 31 * (31 * tables + Arrays.hashCode(fromTiles)) + Arrays.hashCode(toTiles) + bytes;
    }

    /** The summands of an element's place, in bytes, per output channel, input channel and tap. */
    private record Places(int[] outputs, int[] inputs, int[] taps) {
        /** Reads a layout's description; null where it leaves gaps or its tiles are not all of one pattern. */
        static @Nullable Places of(long desc, long[] shape, int bytes) {
            var blocked = BlockedLayout.of(desc, shape);
            long size = Arrays.stream(shape).reduce(bytes, (a, b) -> a * b);
            if (blocked == null || size != Dnnl.descBytes(desc) || size > Integer.MAX_VALUE) {
                return null;
            }
            int[] rows = blocked.places(2, bytes);
            int[] columns = blocked.places(3, bytes);
            var taps = new int[rows.length * columns.length];
            Arrays.setAll(taps, t -> rows[t / columns.length] + columns[t % columns.length]);
            var places = new Places(blocked.places(0, bytes), blocked.places(1, bytes), taps);
            return isRegular(places.outputs) && isRegular(places.inputs) ? places : null;
        }

        private static boolean isRegular(int[] places) {
            for (int i = 0; i < places.length; i++) {
                if (places[i] != places[i - i % TILE] + places[i % TILE]) {
                    return false;
                }
            }
            return places.length % TILE == 0;
        }

        int inTile(int k) {
            return outputs[k / (TILE * taps.length)] + inputs[k / taps.length % TILE] + taps[k % taps.length];
        }

        int[] tiles() {
            int across = inputs.length / TILE;
            return IntStream.range(0, outputs.length / TILE * across)
                    .map(t -> outputs[t / across * TILE] + inputs[t % across * TILE])
                    .toArray();
        }
    }

    /** Returns the copy between two descriptions of one type and shape, or null where it is better left to oneDNN. */
    static @Nullable WeightReorder of(long from, long to, long[] shape, int bytes) {
        if (shape.length != 4 || shape[2] * shape[3] > MAX_TAPS) {
            return null;
        }
        var source = Places.of(from, shape, bytes);
        var target = Places.of(to, shape, bytes);
        return source == null || target == null ? null : new WeightReorder(bytes, source, target);
    }

    @Override
    public void run(long source, long target) {
        Parallel.forRange(
                fromTiles.length,
                Math.max(1, GRAIN / from.length),
                (begin, end) -> {
                    for (int tile = (int) begin; tile < end; tile++) {
                        if (bytes == Float.BYTES) {
                            words(source + fromTiles[tile], target + toTiles[tile], from, to);
                        } else {
                            halves(source + fromTiles[tile], target + toTiles[tile], from, to);
                        }
                    }
                });
    }

    private static void words(long source, long target, int[] from, int[] to) {
        for (int k = 0; k < from.length; k++) {
            int element = ALL.get(ValueLayout.JAVA_INT_UNALIGNED, source + from[k]);
            ALL.set(ValueLayout.JAVA_INT_UNALIGNED, target + to[k], element);
        }
    }

    private static void halves(long source, long target, int[] from, int[] to) {
        for (int k = 0; k < from.length; k++) {
            short element = ALL.get(ValueLayout.JAVA_SHORT_UNALIGNED, source + from[k]);
            ALL.set(ValueLayout.JAVA_SHORT_UNALIGNED, target + to[k], element);
        }
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof WeightReorder r
                && r.hash == hash
                && r.bytes == bytes
                && Arrays.equals(r.fromTiles, fromTiles)
                && Arrays.equals(r.toTiles, toTiles)
                && Arrays.equals(r.from, from)
                && Arrays.equals(r.to, to);
    }

    @Override
    public int hashCode() {
        return hash;
    }
}
