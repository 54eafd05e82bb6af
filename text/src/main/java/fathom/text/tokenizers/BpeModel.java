package fathom.text.tokenizers;

import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Byte-pair encoding (Sennrich, Haddow and Birch, 2016): a word begins as its characters; the neighbours whose merge
 * was learned first are merged, until none can be.
 */
final class BpeModel implements Model {
    private final Map<String, Integer> vocabulary;
    private final PairTable ranks = new PairTable();
    private final int[] merged; // by rank
    private final @Nullable Integer unknown;
    private final boolean fuseUnknown;
    private final boolean byteFallback;
    private final boolean ignoreMerges;
    private final String prefix;
    private final String suffix;
    private final int[] bytes = new int[256];

    BpeModel(JsonNode node) {
        if (Json.has(node, "dropout") && node.path("dropout").asDouble(0) > 0) {
            throw new IllegalArgumentException("BPE: a dropout of merges is not supported");
        }
        vocabulary = Vocabularies.map(node.path("vocab"));
        unknown = Model.unknown(node, vocabulary);
        fuseUnknown = Json.flag(node, "fuse_unk", false);
        byteFallback = Json.flag(node, "byte_fallback", false);
        ignoreMerges = Json.flag(node, "ignore_merges", false);
        prefix = Json.string(node, "continuing_subword_prefix", "");
        suffix = Json.string(node, "end_of_word_suffix", "");
        for (int b = 0; b < 256; b++) {
            bytes[b] = vocabulary.getOrDefault(String.format(Locale.ROOT, "<0x%02X>", b), -1);
        }
        JsonNode merges = node.path("merges");
        merged = new int[merges.size()];
        for (int rank = 0; rank < merged.length; rank++) {
            JsonNode merge = merges.get(rank);
            String left;
            String right;
            if (merge.isArray() && merge.size() == 2) {
                left = merge.get(0).asString();
                right = merge.get(1).asString();
            } else {
                String both = merge.asString("");
                int space = both.indexOf(' ');
                if (space < 0 || both.indexOf(' ', space + 1) >= 0) {
                    throw new IllegalArgumentException(
                            String.format(Locale.ROOT, "BPE: merge %,d is not a pair of tokens: '%s'", rank, both));
                }
                left = both.substring(0, space);
                right = both.substring(space + 1);
            }
            String both = left + right.substring(Math.min(right.length(), prefix.length()));
            merged[rank] = known(both, rank);
            int a = known(left, rank);
            int b = known(right, rank);
            ranks.put(a, b, rank);
        }
    }

    private int known(String token, int rank) {
        Integer id = vocabulary.get(token);
        if (id == null) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT, "BPE: the vocabulary does not have the token '%s' of merge %,d", token, rank));
        }
        return id;
    }

    @Override
    public Map<String, Integer> vocabulary() {
        return vocabulary;
    }

    @Override
    public Pieces tokenize(String word) {
        if (ignoreMerges) {
            Integer whole = vocabulary.get(word);
            if (whole != null) {
                return Pieces.one(whole, word.length());
            }
        }
        var symbols = new Symbols(word.length());
        split(word, symbols);
        return symbols.merge(ranks, merged);
    }

    /** Splits a word into characters, or what stands for unknown ones. */
    private void split(String word, Symbols to) {
        int n = word.length();
        int pendingFrom = -1; // of an unknown token that is not added yet
        int pendingEnd = -1;
        var utf8 = new byte[4];
        for (int i = 0; i < n; ) {
            int c = word.codePointAt(i);
            int end = i + Character.charCount(c);
            String s = word.substring(i, end);
            if (i > 0 && !prefix.isEmpty()) {
                s = prefix + s;
            }
            if (end == n && !suffix.isEmpty()) {
                s = s + suffix;
            }
            Integer id = vocabulary.get(s);
            if (id != null) {
                if (pendingFrom >= 0 && unknown != null) {
                    to.add(unknown, pendingFrom, pendingEnd);
                    pendingFrom = -1;
                }
                to.add(id, i, end);
            } else if (!byteFallback || !addBytes(c, utf8, to, i, end)) {
                if (unknown != null) {
                    if (pendingFrom >= 0 && !fuseUnknown) {
                        to.add(unknown, pendingFrom, pendingEnd);
                        pendingFrom = -1;
                    }
                    pendingFrom = pendingFrom < 0 ? i : pendingFrom;
                    pendingEnd = end;
                }
            }
            i = end;
        }
        if (pendingFrom >= 0 && unknown != null) {
            to.add(unknown, pendingFrom, pendingEnd);
        }
    }

    private boolean addBytes(int c, byte[] utf8, Symbols to, int from, int end) {
        int count = Utf8Bytes.encode(c, utf8);
        for (int k = 0; k < count; k++) {
            if (bytes[utf8[k] & 0xFF] < 0) {
                return false;
            }
        }
        for (int k = 0; k < count; k++) {
            to.add(bytes[utf8[k] & 0xFF], from, end);
        }
        return true;
    }

    /** The tokens of a word while they are merged: a doubly linked list, and a heap of the merges that are possible. */
    private static final class Symbols {
        private int[] ids;
        private int[] starts;
        private int[] ends;
        private int count;
        private int[] next = {};
        private int[] previous = {};
        private long[] heap = {}; // rank << 32 | position
        private int heapSize;

        Symbols(int capacity) {
            ids = new int[capacity];
            starts = new int[capacity];
            ends = new int[capacity];
        }

        void add(int id, int start, int end) {
            if (count == ids.length) {
                ids = Arrays.copyOf(ids, 2 * count + 4);
                starts = Arrays.copyOf(starts, ids.length);
                ends = Arrays.copyOf(ends, ids.length);
            }
            ids[count] = id;
            starts[count] = start;
            ends[count++] = end;
        }

        Pieces merge(PairTable ranks, int[] merged) {
            next = new int[count];
            previous = new int[count];
            heap = new long[Math.max(4, 2 * count)];
            for (int i = 0; i < count; i++) {
                next[i] = i + 1 < count ? i + 1 : -1;
                previous[i] = i - 1;
                offer(ranks, i);
            }
            int left = count;
            while (heapSize > 0) {
                long top = poll();
                int at = (int) top;
                int right = ids[at] < 0 ? -1 : next[at];
                if (right < 0) {
                    continue; // merged into another, or the last one
                }
                int rank = ranks.get(ids[at], ids[right]);
                int id = merged[(int) (top >>> 32)];
                if (rank == PairTable.NONE || merged[rank] != id) {
                    continue; // its neighbours changed since
                }
                ids[at] = id;
                ends[at] = ends[right];
                ids[right] = -1;
                next[at] = next[right];
                if (next[at] >= 0) {
                    previous[next[at]] = at;
                }
                left--;
                if (previous[at] >= 0) {
                    offer(ranks, previous[at]);
                }
                offer(ranks, at);
            }
            return pieces(left);
        }

        private Pieces pieces(int n) {
            var pieces = new Pieces(new int[n], new int[n], new int[n]);
            int k = 0;
            for (int i = 0; i < count; i++) {
                if (ids[i] >= 0) {
                    pieces.ids()[k] = ids[i];
                    pieces.starts()[k] = starts[i];
                    pieces.ends()[k++] = ends[i];
                }
            }
            return pieces;
        }

        private void offer(PairTable ranks, int at) {
            if (next[at] < 0) {
                return;
            }
            int rank = ranks.get(ids[at], ids[next[at]]);
            if (rank == PairTable.NONE) {
                return;
            }
            if (heapSize == heap.length) {
                heap = Arrays.copyOf(heap, 2 * heapSize);
            }
            long entry = (long) rank << 32 | at;
            int i = heapSize++;
            while (i > 0 && heap[(i - 1) / 2] > entry) {
                heap[i] = heap[(i - 1) / 2];
                i = (i - 1) / 2;
            }
            heap[i] = entry;
        }

        private long poll() {
            long top = heap[0];
            long last = heap[--heapSize];
            int i = 0;
            while (true) {
                int child = 2 * i + 1;
                if (child >= heapSize) {
                    break;
                }
                if (child + 1 < heapSize && heap[child + 1] < heap[child]) {
                    child++;
                }
                if (heap[child] >= last) {
                    break;
                }
                heap[i] = heap[child];
                i = child;
            }
            heap[i] = last;
            return top;
        }
    }
}
