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
 * Reorders weights {@code [O, I, kH, kW]} from one layout to another, on all threads. oneDNN's own reorder between
 * strided and blocked layouts is single-threaded, element by element.
 *
 * <p>In any layout, an element's offset is a sum of one term per dimension. The weights are copied in tiles of channels
 * by channels, all with the same pattern: a table holds the offset of each element of a tile, in the order in which
 * they are written.
 */
final class WeightReorder implements ReorderCache.Order {
    /** Side length of a tile in channels; the blocks of layouts are multiples of it. */
    private static final int TILE = 16;

    /** Maximum number of taps for which the tables stay in the L1 cache. */
    private static final int MAX_TAPS = 25;

    /** Elements per chunk of the parallel loop. */
    private static final long GRAIN = 32 * 1024;

    private static final MemorySegment ALL = Native.ALL;

    private final int bytes;

    /** The offset of each tile, in both layouts. */
    private final int[] fromTiles;

    private final int[] toTiles;

    /** The offset of each element within a tile, in both layouts. */
    private final int[] from;

    private final int[] to;
    private final int hash;

    private WeightReorder(int bytes, Offsets from, Offsets to) {
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

    /** The terms of an element's offset, in bytes, per output channel, input channel and tap. */
    private record Offsets(int[] outputs, int[] inputs, int[] taps) {
        /** {@return the offsets of a layout; null if it is not dense, or its tiles have different patterns} */
        static @Nullable Offsets of(long desc, long[] shape, int bytes) {
            var blocked = BlockedLayout.of(desc, shape);
            long size = Arrays.stream(shape).reduce(bytes, (a, b) -> a * b);
            if (blocked == null || size != Dnnl.descBytes(desc) || size > Integer.MAX_VALUE) {
                return null;
            }
            int[] rows = blocked.offsets(2, bytes);
            int[] columns = blocked.offsets(3, bytes);
            var taps = new int[rows.length * columns.length];
            Arrays.setAll(taps, t -> rows[t / columns.length] + columns[t % columns.length]);
            var offsets = new Offsets(blocked.offsets(0, bytes), blocked.offsets(1, bytes), taps);
            return isRegular(offsets.outputs) && isRegular(offsets.inputs) ? offsets : null;
        }

        private static boolean isRegular(int[] offsets) {
            for (int i = 0; i < offsets.length; i++) {
                if (offsets[i] != offsets[i - i % TILE] + offsets[i % TILE]) {
                    return false;
                }
            }
            return offsets.length % TILE == 0;
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

    /** {@return the reorder between two descriptors of one type and shape, or null if oneDNN's is preferable} */
    static @Nullable WeightReorder of(long from, long to, long[] shape, int bytes) {
        if (shape.length != 4 || shape[2] * shape[3] > MAX_TAPS) {
            return null;
        }
        var source = Offsets.of(from, shape, bytes);
        var target = Offsets.of(to, shape, bytes);
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
