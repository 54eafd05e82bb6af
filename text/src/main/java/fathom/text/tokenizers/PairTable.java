package fathom.text.tokenizers;

import java.util.Arrays;

/** A hash table from pairs of tokens to the rank of their merge: open addressing, without boxes. */
final class PairTable {
    static final int NONE = -1;
    private long[] keys = new long[1 << 8];
    private int[] values = new int[1 << 8];
    private int size;

    PairTable() {
        Arrays.fill(values, NONE);
    }

    static long key(int left, int right) {
        return (long) left << 32 | right;
    }

    private int slot(long key) {
        long h = key * 0x9E3779B97F4A7C15L;
        int mask = keys.length - 1;
        int i = (int) (h >>> 40) & mask;
        while (values[i] != NONE && keys[i] != key) {
            i = i + 1 & mask;
        }
        return i;
    }

    int get(int left, int right) {
        return values[slot(key(left, right))];
    }

    /** Sets the value of a pair, not negative. */
    void put(int left, int right, int value) {
        if (2 * size >= keys.length) {
            long[] old = keys;
            int[] oldValues = values;
            keys = new long[4 * old.length];
            values = new int[4 * old.length];
            Arrays.fill(values, NONE);
            for (int i = 0; i < old.length; i++) {
                if (oldValues[i] != NONE) {
                    int at = slot(old[i]);
                    keys[at] = old[i];
                    values[at] = oldValues[i];
                }
            }
        }
        long key = key(left, right);
        int at = slot(key);
        if (values[at] == NONE) {
            size++;
        }
        keys[at] = key;
        values[at] = value;
    }
}
