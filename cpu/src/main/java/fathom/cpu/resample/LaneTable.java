package fathom.cpu.resample;

import fathom.primitive.indexing.SparseRows;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import org.jspecify.annotations.Nullable;

/**
 * A table of lane rearrangements that compute vectors of results from a row: for each vector of results and each of its
 * terms, the start of one or two source vectors, the source lanes, and the weights.
 *
 * @param slots maximum number of terms of a result
 * @param starts per vector and slot, the first position read
 * @param places per vector, slot and lane, the position relative to the first
 * @param weights per vector, slot and lane, the weight; NaN where a result has fewer terms
 * @param vectors number of source vectors per term, 1 or 2
 * @param isRagged whether some results have fewer terms than others
 * @param reach number of positions read, from the row's start
 */
record LaneTable(int slots, int[] starts, int[] places, float[] weights, int vectors, boolean isRagged, int reach) {
    private static final int LANES = FloatVector.SPECIES_PREFERRED.length();
    private static final int MAX_SLOTS = 8;

    /** {@return the table, or null if a term spans more than two vectors or there are too many terms} */
    static @Nullable LaneTable of(SparseRows taps, float[] weights) {
        int slots = 0;
        for (int o = 0; o < taps.count(); o++) {
            slots = Math.max(slots, length(taps, o));
        }
        if (slots == 0 || slots > MAX_SLOTS) {
            return null;
        }
        boolean isRagged = taps.uniform() < 0;
        // ragged rows skip positions, but not far; two vectors serve all of them
        LaneTable single = isRagged ? null : of(taps, weights, slots, 1, false);
        return single != null ? single : of(taps, weights, slots, 2, isRagged);
    }

    private static int length(SparseRows taps, int row) {
        return taps.starts()[row + 1] - taps.starts()[row];
    }

    private static @Nullable LaneTable of(SparseRows taps, float[] weights, int slots, int vectors, boolean isRagged) {
        int groups = Math.ceilDiv(taps.count(), LANES);
        var starts = new int[groups * slots];
        var places = new int[starts.length * LANES];
        var numbers = new float[places.length];
        Arrays.fill(numbers, Float.NaN);
        int highest = Math.max(0, taps.width() - vectors * LANES);
        for (int i = 0; i < starts.length; i++) {
            int first = i / slots * LANES;
            int slot = i % slots;
            int end = Math.min(first + LANES, taps.count());
            int start = highest;
            for (int o = first; o < end; o++) {
                if (slot < length(taps, o)) {
                    start = Math.min(start, taps.columns()[taps.starts()[o] + slot]);
                }
            }
            starts[i] = start;
            for (int o = first; o < end; o++) {
                if (slot < length(taps, o)) {
                    int term = taps.starts()[o] + slot;
                    int place = taps.columns()[term] - start;
                    if (place >= vectors * LANES) {
                        return null;
                    }
                    places[i * LANES + o - first] = place;
                    numbers[i * LANES + o - first] = weights[term];
                }
            }
        }
        return new LaneTable(slots, starts, places, numbers, vectors, isRagged, highest + vectors * LANES);
    }
}
