package fathom.memory;

/** Addresses of cached blocks by size class; the most recently returned one is used first. */
final class FreeLists {
    private final Ring[] lists = new Ring[SizeClasses.COUNT];

    FreeLists() {
        for (int c = 0; c < lists.length; c++) {
            lists[c] = new Ring();
        }
    }

    /** {@return the most recently returned block; 0 if there is none} */
    long takeNewest(int c) {
        return lists[c].removeLast();
    }

    /** {@return the least recently returned block; 0 if there is none} */
    long takeOldest(int c) {
        return lists[c].removeFirst();
    }

    void add(int c, long address) {
        lists[c].addLast(address);
    }

    /** A ring buffer of addresses, none of which is 0. */
    private static final class Ring {
        private long[] ring = {};
        private int first;
        private int count;

        void addLast(long address) {
            if (count == ring.length) {
                var larger = new long[Math.max(4, 2 * count)];
                for (int i = 0; i < count; i++) {
                    larger[i] = ring[first + i & count - 1];
                }
                ring = larger;
                first = 0;
            }
            ring[first + count++ & ring.length - 1] = address;
        }

        long removeLast() {
            return count == 0 ? 0 : ring[first + --count & ring.length - 1];
        }

        long removeFirst() {
            if (count == 0) {
                return 0;
            }
            long address = ring[first];
            first = first + 1 & ring.length - 1;
            count--;
            return address;
        }
    }
}
