package fathom.cpu.resample;

import fathom.primitive.indexing.SparseRows;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import org.jspecify.annotations.Nullable;

/**
 * How vectors of results are made from a row by rearranging lanes: for each vector of results and each of its terms,
 * where one or two vectors of the row begin, which of their lanes are taken, and the weights.
 *
 * @param slots terms of each result, or the most of any
 * @param begins per vector and slot, the first position read
 * @param places per vector, slot and lane, the position after the first
 * @param weights per vector, slot and lane, the weight; NaN where a result has fewer terms
 * @param vectors vectors of the row that a term is picked from, 1 or 2
 * @param isRagged whether some results have fewer terms than others
 * @param reach positions that are read, from the row's begin
 */
record LaneTable(int slots, int[] begins, int[] places, float[] weights, int vectors, boolean isRagged, int reach) {
    private static final int LANES = FloatVector.SPECIES_PREFERRED.length();
    private static final int MAX_SLOTS = 8;

    /** {@return the table, or null where two vectors do not reach as far, or there are many terms} */
    static @Nullable LaneTable of(SparseRows taps, float[] weights) {
        int slots = 0;
        for (int o = 0; o < taps.count(); o++) {
            slots = Math.max(slots, length(taps, o));
        }
        if (slots == 0 || slots > MAX_SLOTS) {
            return null;
        }
        boolean isRagged = taps.uniform() < 0;
        // what is ragged steps over positions, if not by far; the same code serves it everywhere
        LaneTable one = isRagged ? null : of(taps, weights, slots, 1, false);
        return one != null ? one : of(taps, weights, slots, 2, isRagged);
    }

    private static int length(SparseRows taps, int row) {
        return taps.starts()[row + 1] - taps.starts()[row];
    }

    private static @Nullable LaneTable of(SparseRows taps, float[] weights, int slots, int vectors, boolean isRagged) {
        int groups = Math.ceilDiv(taps.count(), LANES);
        var begins = new int[groups * slots];
        var places = new int[begins.length * LANES];
        var numbers = new float[places.length];
        Arrays.fill(numbers, Float.NaN);
        int highest = Math.max(0, taps.width() - vectors * LANES);
        for (int i = 0; i < begins.length; i++) {
            int first = i / slots * LANES;
            int slot = i % slots;
            int end = Math.min(first + LANES, taps.count());
            int begin = highest;
            for (int o = first; o < end; o++) {
                if (slot < length(taps, o)) {
                    begin = Math.min(begin, taps.columns()[taps.starts()[o] + slot]);
                }
            }
            begins[i] = begin;
            for (int o = first; o < end; o++) {
                if (slot < length(taps, o)) {
                    int term = taps.starts()[o] + slot;
                    int place = taps.columns()[term] - begin;
                    if (place >= vectors * LANES) {
                        return null;
                    }
                    places[i * LANES + o - first] = place;
                    numbers[i * LANES + o - first] = weights[term];
                }
            }
        }
        return new LaneTable(slots, begins, places, numbers, vectors, isRagged, highest + vectors * LANES);
    }
}
