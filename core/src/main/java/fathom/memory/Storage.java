package fathom.memory;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A block of native memory shared by tensors. It returns to the {@link Allocator} once no tensor references it, or
 * earlier by {@link #release}; every later use throws.
 */
public final class Storage {
    /** Maximum number of derived contents of one parameter: combinations of type and layout in use at a time. */
    private static final int MAX_DERIVED = 6;

    /** Bits of {@link #state}; the bits below them count the pins. */
    private static final int RELEASED = 1 << 31;

    private static final int KEPT = 1 << 30;
    private static final int PINS = KEPT - 1;

    /** The owner of storages without memory. */
    private static final Object NO_MEMORY = new Object();

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

    /** Keeps the holder of the memory reachable: a slab. */
    private final @Nullable Object owner;

    /** The id of the thread whose scopes may release the memory; 0 if there is none. */
    private final long releaser;

    @Nullable Block block;
    @Nullable StorageScope scope;

    /** Multiple of its size charged as GC pressure; 0 while a scope owns it. */
    int weight;

    private volatile int state;
    private int version;
    private @Nullable String why;
    private @Nullable String writeRefusal;
    private @Nullable Object producer;
    private List<Derived> derived = List.of();

    /** A storage that owns a block, which {@code scope}, if any, releases when it closes. */
    Storage(Allocator allocator, long address, long bytes, @Nullable StorageScope scope) {
        this.allocator = allocator;
        this.address = address;
        this.bytes = bytes;
        this.owner = null;
        this.scope = scope;
        this.releaser = scope == null ? 0 : scope.thread();
    }

    /** A storage whose memory belongs to {@code owner}, which it keeps reachable. */
    Storage(Allocator allocator, long address, long bytes, Object owner) {
        this.allocator = allocator;
        this.address = address;
        this.bytes = bytes;
        this.owner = owner;
        this.releaser = 0;
    }

    /**
     * {@return a storage on the CPU whose memory is that of a segment, which it keeps reachable, and so mapped if it is
     * a mapped file in an automatic arena}
     */
    public static Storage of(MemorySegment memory) {
        return new Storage(Allocator.CPU, memory.address(), memory.byteSize(), memory);
    }

    /** {@return the allocator of the memory, which determines the device} */
    public Allocator allocator() {
        return allocator;
    }

    /**
     * A storage without memory, of tensors with a type, a shape and strides only: as after a release, every use of its
     * contents throws.
     *
     * @param allocator that of the device without memory
     * @param bytes the size that the memory would have
     */
    public static Storage meta(Allocator allocator, long bytes) {
        var storage = new Storage(allocator, 0, bytes, NO_MEMORY);
        storage.state = RELEASED;
        return storage;
    }

    /** {@return whether this storage has {@linkplain #meta no memory}} */
    public boolean isMeta() {
        return owner == NO_MEMORY;
    }

    /**
     * {@return the address of the first byte, on its device}
     *
     * @throws IllegalStateException if the memory has been released, or there is none
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
                            .formatted(producer == null ? "" : " (made by " + producer + ")"));
        }
        return new IllegalStateException(
                "this tensor's memory%s was released when %s; keep() the tensor, or use it before"
                        .formatted(producer == null ? "" : ", made by " + producer + ",", why));
    }

    /**
     * Pins the memory while this thread computes with it: a release by another thread then affects later users at once,
     * but the memory itself only at the last {@link #unpin}. Storages that only this thread, or no thread, may release
     * need no pin.
     *
     * @return whether a pin was taken, so that {@link #unpin} must follow
     * @throws IllegalStateException if the memory has been released
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

    /** Releases a pin. */
    public void unpin() {
        int before = (int) STATE.getAndAdd(this, -1);
        if (before < 0 && (before & PINS) == 1) {
            freeMemory();
        }
    }

    /** Records the operation that produced the contents, for messages. */
    public void setProducer(Object producer) {
        this.producer = producer;
    }

    /** {@return the number of bytes} */
    public long bytes() {
        return bytes;
    }

    /**
     * Lets operations in place refuse to write.
     *
     * @param why the message
     */
    public void refuseWrites(String why) {
        writeRefusal = why;
    }

    /**
     * Called before an operation writes in place.
     *
     * @throws IllegalStateException if that is refused
     */
    public void checkWritable() {
        if (writeRefusal != null) {
            throw new IllegalStateException(writeRefusal);
        }
    }

    /** {@return the number of in-place writes to the contents} */
    public int version() {
        return version;
    }

    /** Records an in-place write to the contents. */
    public void bumpVersion() {
        version++;
    }

    /** Exempts this storage from release by scopes and by autograd. */
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

    /** {@return whether the memory has been released} */
    public boolean isReleased() {
        return state < 0;
    }

    /**
     * Releases the memory now, or when the last pin is released. Has no effect if it was released before, or if the
     * memory is shared with other storages (small ones share slabs): those stay valid until they are unreachable.
     *
     * <p>Only for the thread whose scope owns the memory, or for memory known to no other thread: other users hold no
     * {@linkplain #pin pin}.
     *
     * @param why completes the sentence "this memory was released when ..."
     */
    public void release(String why) {
        release(why, false);
    }

    /**
     * As {@link #release(String)}, except for storages that are kept.
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
            freeMemory();
        }
        return true;
    }

    private void freeMemory() {
        Block b = block;
        if (b != null) {
            Allocator.returnBlock(b, weight);
        }
    }

    /**
     * Memory derived from the contents alone, such as the same numbers in another type or order. It is computed at the
     * first request, recomputed (in the same memory) at the first request after the contents were written, and lives as
     * long as this storage.
     *
     * @param key identifies the derived contents: equal keys share them
     * @param bytes its size, determined by the key
     * @param make computes it
     */
    public Storage derived(Object key, long bytes, Consumer<Storage> make) {
        synchronized (this) {
            Derived found = find(key);
            return made(found == null ? add(new Derived(key, version)) : found, bytes, make);
        }
    }

    /**
     * As {@link #derived}, for contents worth caching only if requested again before this storage is written: the first
     * request after each write returns null.
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
        if (derived.size() > MAX_DERIVED) {
            derived.removeFirst(); // users hold references to it
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

        /** The version of the contents that it was computed from, and the version at its first request. */
        int version;

        int asked;

        Derived(Object key, int asked) {
            this.key = key;
            this.asked = asked;
        }
    }

    /** {@return the object that keeps the memory alive, for storages that do not own theirs} */
    @Nullable Object owner() {
        return owner;
    }
}
