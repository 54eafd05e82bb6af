package fathom.nn.transformer;

import fathom.Autograd;
import fathom.Tensor;
import fathom.Tensors;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The keys and values of tokens that a {@link TransformerDecoder} or a causal {@link TransformerEncoder} has read, so
 * that it decodes the next tokens without computing them again.
 *
 * {@snippet :
 * var cache = new KeyValueCache();
 * for (Tensor token : tokens) {                  // [N, 1, E], batch first
 *     Tensor y = decoder.forward(token, memory, m -> m.tgtIsCausal(true).cache(cache));
 * }
 * }
 *
 * <p>Each call appends its tokens. Masks have a column for every key, those of earlier calls included. Memory grows by
 * doubling where no gradients are recorded. Not for several threads.
 */
public final class KeyValueCache {
    private static final long FIRST_CAPACITY = 16;

    private final List<Entry> source = new ArrayList<>();
    private final List<Entry> target = new ArrayList<>();
    private final List<Entry> memory = new ArrayList<>();

    /** An empty cache. */
    public KeyValueCache() {}

    /** {@return the number of tokens whose keys and values are held} */
    public long length() {
        List<Entry> entries = target.isEmpty() ? source : target;
        return entries.isEmpty() ? 0 : entries.getFirst().length;
    }

    /** {@return a cache with the same contents, which is extended independently of this} */
    public KeyValueCache copy() {
        return map(Entry::shared);
    }

    /**
     * {@return a cache of other rows, which is extended independently of this}
     *
     * @param rows the rows of the batch to take, int64 {@code [M]}
     */
    public KeyValueCache select(Tensor rows) {
        return map(e -> e.select(rows));
    }

    private KeyValueCache map(java.util.function.UnaryOperator<Entry> change) {
        var copy = new KeyValueCache();
        source.forEach(e -> copy.source.add(change.apply(e)));
        target.forEach(e -> copy.target.add(change.apply(e)));
        memory.forEach(e -> copy.memory.add(change.apply(e)));
        return copy;
    }

    Entry source(int layer) {
        return entry(source, layer, false);
    }

    Entry target(int layer) {
        return entry(target, layer, false);
    }

    Entry memory(int layer) {
        return entry(memory, layer, true);
    }

    private static Entry entry(List<Entry> entries, int layer, boolean ofMemory) {
        while (entries.size() <= layer) {
            entries.add(new Entry(ofMemory));
        }
        return entries.get(layer);
    }

    /** The keys and values of one attention layer. */
    static final class Entry {
        private final boolean ofMemory;
        private @Nullable Tensor keys;
        private @Nullable Tensor values;
        private long length;

        /** Whether the tensors have room behind the length that nobody else writes to. */
        private boolean owned;

        private Entry(boolean ofMemory) {
            this.ofMemory = ofMemory;
        }

        /** {@return the number of keys before those of this call; 0 for the memory's, which are all known at once} */
        long past() {
            return ofMemory ? 0 : length;
        }

        /** {@return whether keys and values are known, and not extended any more} */
        boolean isComplete() {
            return ofMemory && keys != null;
        }

        private Entry shared() {
            var copy = new Entry(ofMemory);
            copy.keys = keys;
            copy.values = values;
            copy.length = length;
            owned = false;
            return copy;
        }

        private Entry select(Tensor rows) {
            var copy = new Entry(ofMemory);
            if (keys != null && values != null) {
                copy.keys = keys.narrow(2, 0, length).indexSelect(0, rows);
                copy.values = values.narrow(2, 0, length).indexSelect(0, rows);
                copy.length = length;
            }
            return copy;
        }

        /** Appends keys and values, {@code [N, H, L, D]}, the second and third of {@code heads}, and puts all there. */
        void extend(Tensor[] heads) {
            Tensor k = keys;
            Tensor v = values;
            if (isComplete() && k != null && v != null) {
                heads[1] = k;
                heads[2] = v;
                return;
            }
            if (k != null && k.size(0) != heads[1].size(0)) {
                throw new IllegalArgumentException(
                        "KeyValueCache: holds the keys of a batch of %s, got one of %s"
                                .formatted(k.size(0), heads[1].size(0)));
            }
            long added = heads[1].size(2);
            if (ofMemory || Autograd.isGradEnabled()) {
                keys = k == null ? heads[1] : Tensors.cat(List.of(k.narrow(2, 0, length), heads[1]), 2);
                values = v == null ? heads[2] : Tensors.cat(List.of(v.narrow(2, 0, length), heads[2]), 2);
                owned = false;
            } else {
                boolean fits = k != null && owned && length + added <= k.size(2);
                keys = fits && k != null ? k : grown(k, heads[1]);
                values = fits && v != null ? v : grown(v, heads[2]);
                owned = true;
                keys.narrow(2, length, added).copy_(heads[1]);
                values.narrow(2, length, added).copy_(heads[2]);
            }
            length += added;
            heads[1] = keys.narrow(2, 0, length);
            heads[2] = values.narrow(2, 0, length);
        }

        private Tensor grown(@Nullable Tensor old, Tensor added) {
            long needed = length + added.size(2);
            long capacity = Math.max(FIRST_CAPACITY, old != null && owned ? 2 * needed : needed + FIRST_CAPACITY);
            Tensor all = added.newZeros(added.size(0), added.size(1), capacity, added.size(3));
            if (old != null && length > 0) {
                all.narrow(2, 0, length).copy_(old.narrow(2, 0, length));
            }
            return all;
        }
    }
}
