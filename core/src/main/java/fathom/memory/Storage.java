package fathom.memory;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A block of native memory that tensors share. It goes back to the {@link Allocator} when no tensor reaches it any
 * more, or earlier by {@link #release}; after that every use is an exception.
 */
public final class Storage {
    /** Types and layouts of one parameter that are in use at a time. */
    private static final int MOST_DERIVED = 6;

    private final long address;
    private final long bytes;

    /** Keeps what the memory belongs to reachable: a slab, or a mapped file. */
    private final @Nullable Object owner;

    Allocator.@Nullable Block block;
    @Nullable Scopes scope;

    /** How often its size was loaded on the {@link Ballast}: not at all while a scope is to give it back. */
    int weight;

    private int version;
    private volatile @Nullable String released;
    private boolean kept;
    private @Nullable Object maker;
    private List<Derived> derived = List.of();

    Storage(long address, long bytes, @Nullable Object owner) {
        this.address = address;
        this.bytes = bytes;
        this.owner = owner;
    }

    /**
     * Memory that belongs to something else, which stays reachable as long as the storage does.
     *
     * @param address its start
     * @param bytes its length
     * @param owner what must not be collected
     */
    public static Storage foreign(long address, long bytes, Object owner) {
        return new Storage(address, bytes, owner);
    }

    /**
     * {@return the address of the first byte}
     *
     * @throws IllegalStateException if the memory has been given back
     */
    public long address() {
        String why = released;
        if (why != null) {
            throw new IllegalStateException(
                    "this tensor's memory%s was given back when %s; keep() the tensor, or use it before"
                            .formatted(maker == null ? "" : ", made by " + maker + ",", why));
        }
        return address;
    }

    /** Notes what made the contents, whose text is used in messages. */
    public void setMaker(Object maker) {
        this.maker = maker;
    }

    /** {@return the number of bytes} */
    public long bytes() {
        return bytes;
    }

    /** {@return how many times the contents were written in place} */
    public int version() {
        return version;
    }

    /** Notes that the contents were written in place. */
    public void bumpVersion() {
        version++;
    }

    /** Excepts this storage from release by scopes and by the autograd engine. */
    public void keep() {
        kept = true;
    }

    /** {@return whether {@link #keep} was called} */
    public boolean isKept() {
        return kept;
    }

    /** {@return whether the memory has been given back} */
    public boolean isReleased() {
        return released != null;
    }

    /**
     * Gives the memory back now. Nothing happens where it was before, or where the memory is shared with other storages
     * (small ones share slabs) or foreign: those stay valid until they are unreachable.
     *
     * @param why completes the sentence "this memory was given back when ..."
     */
    public void release(String why) {
        var b = block;
        if (b != null && released == null) {
            released = why;
            block = null;
            b.giveBack(weight);
        }
    }

    /**
     * What follows from the contents alone, such as the same numbers in another type or order, in memory of its own. It
     * is made at the first question, made anew (in the same memory) at the first after the contents were written, and
     * lives as long as this storage.
     *
     * @param key says what is wanted: equal keys share one
     * @param bytes its size, which follows from the key
     * @param make writes it
     */
    public Storage derived(Object key, long bytes, Consumer<Storage> make) {
        synchronized (this) {
            Derived found = find(key);
            return made(found == null ? add(new Derived(key, version)) : found, bytes, make);
        }
    }

    /**
     * As {@link #derived}, but for what is only worth keeping where it is asked for again before the contents change:
     * the first question after each write gets null.
     */
    public @Nullable Storage reused(Object key, long bytes, Consumer<Storage> make) {
        synchronized (this) {
            Derived found = find(key);
            if (found == null) {
                found = add(new Derived(key, version));
                return null;
            }
            int now = version;
            if (found.asked != now) {
                found.asked = now;
                return null;
            }
            return made(found, bytes, make);
        }
    }

    private Derived add(Derived d) {
        derived = new ArrayList<>(derived);
        derived.add(d);
        if (derived.size() > MOST_DERIVED) {
            derived.removeFirst(); // whoever uses it holds it
        }
        return d;
    }

    private Storage made(Derived d, long bytes, Consumer<Storage> make) {
        int now = version;
        Storage s = d.storage;
        if (s == null) {
            s = Allocator.allocate(bytes);
            s.keep();
            d.storage = s;
            d.version = now - 1;
        }
        if (d.version != now) {
            make.accept(s);
            d.version = now;
        }
        return s;
    }

    private @Nullable Derived find(Object key) {
        for (Derived d : derived) {
            if (d.key.equals(key)) {
                return d;
            }
        }
        return null;
    }

    private static final class Derived {
        final Object key;
        @Nullable Storage storage;

        /** The contents' version that it was made of, and as of which it was asked for first. */
        int version;

        int asked;

        Derived(Object key, int asked) {
            this.key = key;
            this.asked = asked;
        }
    }

    /** {@return what keeps the memory alive, for storages that do not own theirs} */
    @Nullable Object owner() {
        return owner;
    }
}
