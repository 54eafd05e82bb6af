package fathom.memory;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
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

    /** Bits of {@link #state}; below them stands how often the memory is pinned. */
    private static final int RELEASED = 1 << 31;

    private static final int KEPT = 1 << 30;
    private static final int PINS = KEPT - 1;

    /** The owner of storages without memory. */
    private static final Object NOTHING = new Object();

    private static final VarHandle STATE;

    static {
        try {
            STATE = MethodHandles.lookup().findVarHandle(Storage.class, "state", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Allocator allocator;
    private final long address;
    private final long bytes;

    /** Keeps what the memory belongs to reachable: a slab. */
    private final @Nullable Object owner;

    /** The number of the thread whose scopes may release the memory; 0 where there is none. */
    private final long releaser;

    @Nullable Block block;
    @Nullable Scopes scope;

    /** Multiple of its size charged as GC pressure; 0 while a scope owns it. */
    int weight;

    private volatile int state;
    private int version;
    private @Nullable String why;
    private @Nullable Object maker;
    private List<Derived> derived = List.of();

    /** Memory of a block, which {@code scope}, if there is one, gives back when it closes. */
    Storage(Allocator allocator, long address, long bytes, @Nullable Scopes scope) {
        this.allocator = allocator;
        this.address = address;
        this.bytes = bytes;
        this.owner = null;
        this.scope = scope;
        this.releaser = scope == null ? 0 : scope.thread();
    }

    /** Memory that belongs to something else, which stays reachable as long as the storage does. */
    Storage(Allocator allocator, long address, long bytes, Object owner) {
        this.allocator = allocator;
        this.address = address;
        this.bytes = bytes;
        this.owner = owner;
        this.releaser = 0;
    }

    /** {@return whose memory it is: that of the device} */
    public Allocator allocator() {
        return allocator;
    }

    /**
     * No memory at all, of tensors that have a type, a shape and strides only: like one whose memory was given back, it
     * refuses every use of the contents.
     *
     * @param allocator that of the device without memory
     * @param bytes the length that the memory would have
     */
    public static Storage meta(Allocator allocator, long bytes) {
        var storage = new Storage(allocator, 0, bytes, NOTHING);
        storage.state = RELEASED;
        return storage;
    }

    /** {@return whether this is a storage {@linkplain #meta without memory}} */
    public boolean isMeta() {
        return owner == NOTHING;
    }

    /**
     * {@return the address of the first byte, on its device}
     *
     * @throws IllegalStateException if the memory has been given back, or there is none
     */
    public long address() {
        if (state < 0) {
            throw released();
        }
        return address;
    }

    private IllegalStateException released() {
        if (isMeta()) {
            return new IllegalStateException(
                    "this tensor is on device meta: it has a type, a shape and strides, but no values%s; make it, and what it is computed from, while Device.META is not open"
                            .formatted(maker == null ? "" : " (made by " + maker + ")"));
        }
        return new IllegalStateException(
                "this tensor's memory%s was given back when %s; keep() the tensor, or use it before"
                        .formatted(maker == null ? "" : ", made by " + maker + ",", why));
    }

    /**
     * Keeps the memory where it is while this thread computes with it: a release by another thread takes effect for
     * later users at once, and for the memory at the last {@link #unpin}. Storages that only this thread, or nobody,
     * may release need no pin.
     *
     * @return whether there is a pin, so that {@link #unpin} is to follow
     * @throws IllegalStateException if the memory has been given back
     */
    public boolean pin() {
        int s = state;
        if (s < 0) {
            throw released();
        }
        return releaser != 0 && (s & KEPT) == 0 && releaser != Thread.currentThread().threadId() && pinShared();
    }

    private boolean pinShared() {
        while (true) {
            int s = state;
            if (s < 0) {
                throw released();
            }
            if (STATE.compareAndSet(this, s, s + 1)) {
                return true;
            }
        }
    }

    /** Ends a pin. */
    public void unpin() {
        int before = (int) STATE.getAndAdd(this, -1);
        if (before < 0 && (before & PINS) == 1) {
            giveBack();
        }
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
        int s = state;
        while ((s & KEPT) == 0 && !STATE.compareAndSet(this, s, s | KEPT)) {
            s = state;
        }
    }

    /** {@return whether {@link #keep} was called} */
    public boolean isKept() {
        return (state & KEPT) != 0;
    }

    /** {@return whether the memory has been given back} */
    public boolean isReleased() {
        return state < 0;
    }

    /**
     * Gives the memory back now, or when the last thread that computes with it is done. Nothing happens where it was
     * before, or where the memory is shared with other storages (small ones share slabs): those stay valid until they
     * are unreachable.
     *
     * <p>Only for the thread whose scope owns the memory, or for memory that no other thread knows: those who use it
     * otherwise hold no {@linkplain #pin pin}.
     *
     * @param why completes the sentence "this memory was given back when ..."
     */
    public void release(String why) {
        release(why, false);
    }

    /**
     * As {@link #release(String)}, but not of storages that are kept.
     *
     * @return whether it is released
     */
    boolean releaseUnlessKept(String why) {
        return release(why, true);
    }

    private boolean release(String why, boolean unlessKept) {
        if (block == null) {
            return false;
        }
        int s = state;
        if (s >= 0) {
            this.why = why;
        }
        do {
            s = state;
            if (s < 0 || unlessKept && (s & KEPT) != 0) {
                return s < 0;
            }
        } while (!STATE.compareAndSet(this, s, s | RELEASED));
        if ((s & PINS) == 0) {
            giveBack();
        }
        return true;
    }

    private void giveBack() {
        Block b = block;
        if (b != null) {
            Allocator.giveBack(b, weight);
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
            s = allocator.allocate(bytes);
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
