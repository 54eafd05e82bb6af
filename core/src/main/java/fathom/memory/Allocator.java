package fathom.memory;

import fathom.device.DeviceMemory;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The caching allocator of one device's tensor memory, with blocks in size classes.
 *
 * <p>Scopes return blocks explicitly; other blocks return when their {@link Storage} becomes unreachable: each block is
 * a weak reference to it, and each allocation polls the queue of cleared references. The garbage collector does not see
 * native memory, so it is driven in three steps. {@link GcPressure} allocates Java garbage in proportion. Once the
 * bytes allocated since the last collection exceed a budget, a thread of its own triggers one ({@link
 * CollectionPolicy}). Where collections are slower than the program, allocations that need fresh memory wait for them,
 * in slices, outside of the lock; and at the limit they wait as long as collections free anything. Collections are
 * never triggered under the lock, nor by the allocating thread.
 *
 * <p>Each device has its own blocks, cache and peak; the lock, the reference queue and the policy are shared, because
 * there is one Java heap. CPU devices share the limit of the machine, part of which is used by kernels' working memory.
 */
public final class Allocator {
    private static final long GIGABYTE = 1L << 30;

    /** GC-pressure factor of storages that escape their scope: gradients, of which a loop drops a set each step. */
    private static final int SURVIVORS_WEIGHT = 4;

    /** GC-pressure factor of memory owned by a scope, while more than {@link #PLENTY} is in use. */
    private static final int SCOPED_WEIGHT = 2;

    private static final long PLENTY = GIGABYTE / 8;

    /** Memory owned by a scope counts towards the budget by this fraction: the scope is expected to close first. */
    private static final int SCOPED_SHARE = 8;

    /** Cache retention: this many bytes are always held; above that, 1.25 times the peak plus {@link #regretted}. */
    private static final long MIN_RETAINED = GIGABYTE / 4;

    /**
     * Time in nanoseconds that an allocation of 4 MB or more waits for a collection while memory is left below the
     * limit.
     */
    private static final long PAUSE = 15_000_000;

    private static final long MAX_PAUSE = 38_000_000;

    /** Time in nanoseconds within which the references that a collection cleared are enqueued. */
    private static final long ENQUEUE_TIME = 20_000_000;

    /** Consecutive collections that free nothing after which an allocation at the limit fails. */
    private static final int MAX_FRUITLESS = 2;

    /** Collections after which it fails even if other threads profit from them. */
    private static final int MAX_COLLECTIONS = 50;

    /** Guards all fields; held briefly, never while waiting or computing. */
    static final ReentrantLock LOCK = new ReentrantLock();

    /** Signalled when blocks return while threads wait. */
    private static final Condition RETURNED = LOCK.newCondition();

    private static final ReferenceQueue<Object> QUEUE = new ReferenceQueue<>();

    /** Cleared by any garbage collection. */
    private static WeakReference<Object> sentinel = new WeakReference<>(new Object());

    /** Bytes of storages on all devices. */
    private static long allInUse;

    private static long allPeak;

    private static long returns;

    /** Bytes held by all CPU devices, in use or cached. */
    private static long heldByHost;

    /** All allocators, in order of creation. */
    private static final List<Allocator> ALL = new ArrayList<>();

    /** Maximum bytes of all CPU devices together. */
    private static final long HOST_LIMIT = HostMemory.INSTANCE.limit();

    /** The allocator of the device {@code cpu:0}. */
    public static final Allocator CPU = new Allocator(null, HostMemory.INSTANCE);

    private final @Nullable Object device;
    private final DeviceMemory memory;

    private final boolean isHostAddressable;

    /** Whether this is the machine's memory, whose limit all CPU devices share. */
    private final boolean isHost;

    private final long limit;

    /** The fraction by which bytes of a device count; a sixteenth of its memory may be garbage. */
    private final double share;

    private final Slabs small = new Slabs(this);
    private final Block live = Block.ring();
    private final FreeLists free = new FreeLists();

    private long inUse;
    private long cached;
    private long slabs;
    private long peak;

    /** Trimmed blocks per size class, and by how many bytes retention grew because trimmed blocks were needed again. */
    private final int[] trimmed = new int[SizeClasses.COUNT];

    private long regretted;

    private static volatile LongConsumer listener = bytes -> {};

    /** Sets the listener told of the bytes of each allocation. */
    public static void listen(LongConsumer next) {
        listener = next;
    }

    private Allocator(@Nullable Object device, DeviceMemory memory) {
        this.device = device;
        this.memory = memory;
        isHost = memory == HostMemory.INSTANCE;
        isHostAddressable = memory.isHostAddressable();
        limit = isHost ? HOST_LIMIT : memory.limit();
        share = isHost ? 1 : Math.min(1, 16.0 * CollectionPolicy.budget() / Math.max(1, limit));
        LOCK.lock();
        try {
            ALL.add(this);
        } finally {
            LOCK.unlock();
        }
    }

    /** {@return the allocator of another CPU device, whose memory is separate from that of {@link #CPU}} */
    public static Allocator ofHost(Object device) {
        return new Allocator(device, HostMemory.INSTANCE);
    }

    /** {@return the allocator of a device} */
    public static Allocator of(Object device, DeviceMemory memory) {
        return new Allocator(device, memory);
    }

    /** {@return the device whose memory this is; null for the first CPU} */
    public @Nullable Object device() {
        return device;
    }

    /** {@return the device's memory} */
    public DeviceMemory memory() {
        return memory;
    }

    /** {@return whether the host may read and write the memory through its addresses} */
    public boolean isHostAddressable() {
        return isHostAddressable;
    }

    /**
     * Allocates {@code bytes} bytes, 64-byte aligned (16 for the smallest), uninitialised.
     *
     * @throws OutOfMemoryError with the sizes, if neither collections nor emptying the cache makes room
     */
    public Storage allocate(long bytes) {
        if (bytes < 0) {
            throw new OutOfMemoryError("a tensor of more than 2^63 bytes");
        }
        if (bytes <= Slabs.MAX_BYTES) {
            return small.allocate((int) bytes);
        }
        listener.accept(bytes);
        int c = SizeClasses.of(bytes);
        Storage storage = attempt(bytes, c, false);
        return storage != null ? storage : allocateWaiting(c, grow -> attempt(bytes, c, grow));
    }

    /**
     * {@return a storage; null if the caller should wait for a collection or, with {@code grow}, if there is no room}
     */
    private @Nullable Storage attempt(long bytes, int c, boolean grow) {
        int garbage;
        Storage storage;
        LOCK.lock();
        try {
            long address = take(c, grow);
            if (address == 0) {
                return null;
            }
            StorageScope scope = StorageScope.current();
            Block block;
            try {
                storage = new Storage(this, address, bytes, scope);
                block = new Block(this, storage, QUEUE, address, c, false);
                if (scope != null) {
                    scope.add(block);
                }
            } catch (Throwable t) { // the Java heap is full
                free(c, address);
                throw t;
            }
            storage.block = block;
            storage.weight = scope == null ? 1 : 0;
            use(block);
            garbage = charge(block, scope != null);
        } finally {
            LOCK.unlock();
        }
        GcPressure.make(garbage);
        return storage;
    }

    private int charge(Block block, boolean scoped) {
        long size = block.bytes();
        block.charged = counted(scoped ? size / SCOPED_SHARE : size);
        CollectionPolicy.allocate(block.charged);
        if (!scoped) {
            return pressure(size);
        }
        // the scope will return it, but by then several times the necessary memory may be in use
        return inUse > PLENTY ? pressure(SCOPED_WEIGHT * size) : 0;
    }

    boolean isHost() {
        return isHost;
    }

    /** {@return bytes as they count towards the budget of a collection: less where a device has more memory} */
    private long counted(long bytes) {
        return isHost ? bytes : (long) (bytes * share);
    }

    /**
     * {@return the pieces of garbage for bytes; none on devices, whose memory costs nothing at first touch, and where a
     * millisecond of garbage would be longer than most kernels}
     */
    private int pressure(long bytes) {
        return isHost ? GcPressure.charge(bytes) : 0;
    }

    /** Reports a storage made in a scope that outlives it: from now on only the garbage collector frees it. */
    static void survived(Storage storage) {
        int garbage = 0;
        LOCK.lock();
        try {
            Block block = storage.block;
            if (block != null && !storage.isReleased()) {
                storage.weight = SURVIVORS_WEIGHT;
                Allocator owner = storage.allocator();
                long counted = owner.counted(block.bytes());
                garbage = owner.pressure(SURVIVORS_WEIGHT * block.bytes());
                CollectionPolicy.allocate(counted - block.charged);
                block.charged = counted;
            }
        } finally {
            LOCK.unlock();
        }
        GcPressure.make(garbage);
    }

    // ---- blocks; the lock is held ---------------------------------------------------------------------------------

    /**
     * {@return the address of a block of class {@code c}; 0 if the caller should wait for a collection, or there is no
     * room}
     */
    private long take(int c, boolean grow) {
        drain();
        if (!grow && CollectionPolicy.isAhead()) {
            return 0;
        }
        long size = SizeClasses.bytes(c);
        long address = free.takeNewest(c);
        if (address != 0) {
            cached -= size;
            return address;
        }
        return !grow && CollectionPolicy.isOverdue() ? 0 : fresh(c, size);
    }

    /** Records a block as in use; from here on only {@link #recycle} returns it. */
    private void use(Block block) {
        block.link(live);
        inUse += block.bytes();
        allInUse += block.bytes();
        peak = Math.max(peak, inUse);
        allPeak = Math.max(allPeak, allInUse);
    }

    private long fresh(int c, long size) {
        if (trimmed[c] > 0) {
            trimmed[c]--;
            regretted = Math.min(regretted + size, peak);
        }
        trimTo(Math.max(MIN_RETAINED, peak + peak / 4) + regretted - size);
        if (size > room()) {
            makeRoom(size);
        }
        if (size > room()) {
            return 0;
        }
        long address = memory.allocate(size);
        if (address != 0 && isHost) {
            heldByHost += size;
        }
        return address;
    }

    /** {@return the number of bytes that may still be held} */
    private long room() {
        return isHost ? limit - WorkingMemory.held() - heldByHost : limit - inUse - cached;
    }

    /** {@return the number of bytes of the machine's memory that may still be held} */
    static long hostRoom() {
        LOCK.lock();
        try {
            drain();
            return CPU.room();
        } finally {
            LOCK.unlock();
        }
    }

    private void makeRoom(long size) {
        if (isHost) {
            WorkingMemory.trim();
        }
        trimTo(inUse + cached + room() - size);
        for (Allocator other : ALL) {
            if (isHost && other.isHost && size > room()) {
                other.trimTo(other.inUse + other.cached + room() - size);
            }
        }
    }

    /** Returns the blocks of unreachable holders to the free lists. */
    private static void drain() {
        for (Reference<?> r = QUEUE.poll(); r != null; r = QUEUE.poll()) {
            ((Block) r).recycle();
        }
        if (sentinel.refersTo(null)) {
            sentinel = new WeakReference<>(new Object());
            CollectionPolicy.collected(allInUse);
        }
    }

    void recycle(Block block) {
        if (block.unlink()) { // else already returned, by a scope
            block.clear();
            long size = block.bytes();
            inUse -= size;
            allInUse -= size;
            slabs -= block.isSlab ? size : 0;
            CollectionPolicy.returned(block.charged, allInUse);
            free(block.sizeClass, block.address);
        }
    }

    private void free(int c, long address) {
        free.add(c, address);
        cached += SizeClasses.bytes(c);
        returns++;
    }

    /** Frees cached blocks, large ones first, until at most this many bytes are held or the cache is empty. */
    private void trimTo(long most) {
        for (int c = SizeClasses.COUNT - 1; c >= 0 && cached > 0 && inUse + cached > most; c--) {
            long size = SizeClasses.bytes(c);
            while (inUse + cached > most) {
                long address = free.takeOldest(c);
                if (address == 0) {
                    break;
                }
                memory.free(address, size);
                cached -= size;
                heldByHost -= isHost ? size : 0;
                trimmed[c]++;
            }
        }
    }

    // ---- waiting; the lock is not held ----------------------------------------------------------------------------

    /** An allocation attempt; the argument says whether fresh memory may be taken although a collection is due. */
    @FunctionalInterface
    private interface Attempt<T> {
        @Nullable T make(boolean grow);
    }

    private <T> T allocateWaiting(int c, Attempt<T> attempt) {
        long size = SizeClasses.bytes(c);
        if (size > limit) {
            throw new OutOfMemoryError(limitMessage(size));
        }
        T made = awaitReturns(attempt, pause(size));
        int fruitless = 0;
        for (int round = 0; made == null && fruitless <= MAX_FRUITLESS && round < MAX_COLLECTIONS; round++) {
            made = attempt.make(true);
            if (made == null) {
                long before = returns();
                CollectionRequests.await(fruitless > 0);
                fruitless = returns() == before ? fruitless + 1 : 0;
            }
        }
        if (made == null) {
            throw new OutOfMemoryError(limitMessage(size));
        }
        return made;
    }

    /** {@return how long to wait for a collection, in nanoseconds: the further it is behind, the longer} */
    private static long pause(long size) {
        LOCK.lock();
        try {
            double share = Math.min(1, size / (4.0 * (1 << 20)));
            return (long) (share * Math.clamp(PAUSE * (1 + CollectionPolicy.behind()), 0, MAX_PAUSE));
        } finally {
            LOCK.unlock();
        }
    }

    /** Waits uninterruptibly until the attempt succeeds without fresh memory, for at most {@code nanos} nanoseconds. */
    private static <T> @Nullable T awaitReturns(Attempt<T> attempt, long nanos) {
        boolean interrupted = false;
        try {
            long end = System.nanoTime() + nanos;
            while (true) {
                CollectionRequests.request(true);
                LOCK.lock();
                try {
                    boolean unused = RETURNED.await(Math.min(end - System.nanoTime(), 1_000_000), TimeUnit.NANOSECONDS);
                } catch (InterruptedException e) {
                    interrupted = true;
                } finally {
                    LOCK.unlock();
                }
                T made = attempt.make(false);
                if (made != null || System.nanoTime() >= end) {
                    return made;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static long returns() {
        LOCK.lock();
        try {
            drain();
            return returns;
        } finally {
            LOCK.unlock();
        }
    }

    private String limitMessage(long size) {
        LOCK.lock();
        try {
            return String.format(
                    Locale.ROOT,
                    "no room for a tensor of %,d bytes%s: %,d bytes are in use, %,d by kernels, %,d cached, and the limit is %,d"
                            + "%s; %d collections were requested%s. Open a Scope around each step or"
                            + " request, use smaller batches, or raise the limit",
                    size,
                    device == null ? "" : " on " + device,
                    inUse,
                    isHost ? WorkingMemory.held() : 0,
                    isHost ? heldByHost - inUse : cached,
                    limit,
                    isHost ? " (-Dfathom.memory.limit)" : "",
                    CollectionRequests.count(),
                    CollectionRequests.isExplicit()
                            ? ""
                            : ", but System.gc() is disabled (-XX:+DisableExplicitGC), so only tensors dropped soon after they were made come back");
        } finally {
            LOCK.unlock();
        }
    }

    /**
     * Triggers a collection and returns the memory that it freed.
     *
     * @param collection triggers it
     */
    static void reclaim(Runnable collection) {
        locked(CollectionPolicy::begin);
        try {
            collection.run();
        } finally {
            locked(() -> {
                drain();
                CollectionPolicy.end();
                RETURNED.signalAll();
            });
        }
        // only as long as references arrive: the program may keep dropping tensors, and the next collection must begin
        long end = System.nanoTime() + ENQUEUE_TIME;
        while (takeReferences() && System.nanoTime() < end) {}
    }

    private static void locked(Runnable body) {
        LOCK.lock();
        try {
            body.run();
        } finally {
            LOCK.unlock();
        }
    }

    /**
     * Returns the blocks whose references were enqueued, and waits a moment for more; {@return whether there were any}
     */
    private static boolean takeReferences() {
        Reference<?> next;
        try {
            next = QUEUE.remove(5);
        } catch (InterruptedException e) {
            return true; // no one interrupts this thread
        }
        locked(() -> {
            if (next != null) {
                ((Block) next).recycle();
            }
            drain();
            RETURNED.signalAll();
        });
        return next != null;
    }

    // ---- for the rest of the package ------------------------------------------------------------------------------

    /** Returns a storage's block without the garbage collector. */
    static void returnBlock(Block block, int weight) {
        LOCK.lock();
        try {
            if (block.isOfHost()) {
                GcPressure.relieve(weight * block.bytes());
            }
            block.recycle();
        } finally {
            LOCK.unlock();
        }
    }

    /** {@return a slab for small storages} */
    Slabs.Slab slab() {
        int c = SizeClasses.of(Slabs.SLAB_BYTES);
        var slab = slab(c, false);
        return slab != null ? slab : allocateWaiting(c, grow -> slab(c, grow));
    }

    private Slabs.@Nullable Slab slab(int c, boolean grow) {
        LOCK.lock();
        try {
            long address = take(c, grow);
            if (address == 0) {
                return null;
            }
            Slabs.Slab slab;
            Block block;
            try {
                slab = new Slabs.Slab(address);
                block = new Block(this, slab, QUEUE, address, c, true);
            } catch (Throwable t) { // the Java heap is full
                free(c, address);
                throw t;
            }
            use(block);
            block.charged = counted(block.bytes());
            CollectionPolicy.allocate(block.charged);
            slabs += block.bytes();
            return slab;
        } finally {
            LOCK.unlock();
        }
    }

    // ---- cache and statistics -------------------------------------------------------------------------------------

    /** Returns the cached blocks of all devices to the system. */
    public static void trim() {
        WorkingMemory.trim();
        locked(() -> {
            drain();
            ALL.forEach(Allocator::empty);
        });
    }

    /** Returns the cached blocks of this device to the system. */
    public void trimDevice() {
        if (isHost) {
            WorkingMemory.trim();
        }
        locked(() -> {
            drain();
            empty();
        });
    }

    private void empty() {
        trimTo(0);
        Arrays.fill(trimmed, 0);
        regretted = 0;
    }

    /** {@return bytes in use, bytes cached, peak use and number of requested collections of all devices together} */
    public static Usage usage() {
        LOCK.lock();
        try {
            drain();
            long allCached = 0;
            long allSlabs = 0;
            long allLimit = HOST_LIMIT;
            for (Allocator a : ALL) {
                allCached += a.cached;
                allSlabs += a.slabs;
                allLimit += a.isHost ? 0 : a.limit;
            }
            return new Usage(allInUse, allCached, allPeak, allSlabs, CollectionRequests.count(), allLimit);
        } finally {
            LOCK.unlock();
        }
    }

    /** {@return bytes in use, bytes cached, peak use and number of requested collections of this device} */
    public Usage deviceUsage() {
        LOCK.lock();
        try {
            drain();
            return figures();
        } finally {
            LOCK.unlock();
        }
    }

    private Usage figures() {
        return new Usage(inUse, cached, peak, slabs, CollectionRequests.count(), limit);
    }

    /** Resets the peaks of all devices to current use. */
    public static void resetPeak() {
        locked(() -> {
            drain();
            for (Allocator a : ALL) {
                a.peak = a.inUse;
            }
            allPeak = allInUse;
        });
    }

    /** Resets this device's peak to current use. */
    public void resetDevicePeak() {
        locked(() -> {
            drain();
            peak = inUse;
        });
    }

    /**
     * Memory statistics.
     *
     * @param inUse bytes in blocks held by storages
     * @param cached bytes in cached blocks
     * @param peak the maximum of bytes in use
     * @param slabs bytes in use by slabs of small storages
     * @param collections the number of collections requested
     * @param limit the maximum number of bytes held
     */
    public record Usage(long inUse, long cached, long peak, long slabs, long collections, long limit) {}
}
