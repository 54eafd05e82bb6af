package fathom.cpu.indexing;

import fathom.DType;
import fathom.cpu.codegen.Mem;
import fathom.cpu.parallel.Parallel;
import fathom.cpu.parallel.Scratch;
import java.util.Arrays;

/**
 * Selects the first k elements in the order of a line without sorting it: each piece keeps its own k best and skips
 * elements beyond the last of them; the candidates of all pieces are then sorted together.
 */
final class TopK {
    /** Elements per piece. */
    private static final int PIECE = 1 << 15;

    /** Keys written at a time. */
    private static final int BLOCK = 2048;

    private static final int SLOT = 5;

    private TopK() {}

    /** {@return the keys (see {@link SortKeys}) of the first {@code k} elements of a line, in order} */
    static long[] of(DType type, long address, long step, int n, int k, boolean descending) {
        int pieces = (n - 1) / PIECE + 1;
        var best = new long[pieces][];
        Parallel.forRange(
                n,
                PIECE,
                (from, to) ->
                        best[(int) from / PIECE] = ofPiece(type, address, step, (int) from, (int) to, k, descending));
        long[] all = Arrays.stream(best).flatMapToLong(Arrays::stream).toArray();
        Arrays.sort(all);
        return Arrays.copyOf(all, k);
    }

    private static long[] ofPiece(DType type, long address, long step, int from, int to, int k, boolean descending) {
        long keys = Scratch.address(SLOT, BLOCK * 8L);
        var kept = new long[Math.max(4 * k, 512)];
        int count = 0;
        long last = Long.MAX_VALUE;
        for (int first = from; first < to; first += BLOCK) {
            int n = Math.min(BLOCK, to - first);
            SortKeys.write(type, address, step, first, n, descending, keys);
            for (int i = 0; i < n; i++) {
                long key = Mem.i64(keys + 8L * i);
                if (key < last) {
                    kept[count++] = key;
                    if (count == kept.length) {
                        Arrays.sort(kept);
                        count = k;
                        last = kept[k - 1];
                    }
                }
            }
        }
        Arrays.sort(kept, 0, count);
        return Arrays.copyOf(kept, Math.min(k, count));
    }

    /** {@return the indices of the first {@code k} of {@code n} elements of any type, in stable order} */
    static int[] ofWide(DType type, long address, long step, int n, int k, boolean descending) {
        long flip = descending ? -1 : 0;
        long last = lastOf(type, address, step, n, k, flip);
        var keys = new long[k];
        var indices = new int[k];
        int less = 0;
        int equal = 0;
        var equals = new int[k];
        for (int i = 0; i < n; i++) {
            long key = Cells.orderKey(type, address + i * step) ^ flip;
            if (key < last) {
                keys[less] = key;
                indices[less++] = i;
            } else if (key == last && equal < k) {
                equals[equal++] = i;
            }
        }
        int[] order = ArgSortKernel.byDigits(Arrays.copyOf(keys, less));
        var first = new int[k];
        for (int i = 0; i < less; i++) {
            first[i] = indices[order[i]];
        }
        System.arraycopy(equals, 0, first, less, k - less);
        return first;
    }

    /** {@return the key of the last of the first {@code k} elements} */
    private static long lastOf(DType type, long address, long step, int n, int k, long flip) {
        var kept = new long[Math.max(4 * k, 512)];
        int count = 0;
        boolean bounded = false;
        long last = 0;
        for (int i = 0; i < n; i++) {
            long key = Cells.orderKey(type, address + i * step) ^ flip;
            if (!bounded || key < last) {
                kept[count++] = key;
                if (count == kept.length) {
                    Arrays.sort(kept);
                    count = k;
                    last = kept[k - 1];
                    bounded = true;
                }
            }
        }
        Arrays.sort(kept, 0, count);
        return kept[k - 1];
    }
}
