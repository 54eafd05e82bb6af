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
 * The memory of one device for tensors, cached in size classes.
 *
 * <p>Scopes give blocks back; what no scope gives back comes when its {@link Storage} is unreachable: each block is a
 * weak reference to it, and the queue of those cleared is polled at each allocation. The collector does not see native
 * memory, so it is told of it in three steps. {@link GcPressure} makes Java garbage in proportion. Past a budget of
 * bytes handed out since the last collection a thread of its own has one made ({@link CollectionPolicy}). Where that is
 * slower than the program, allocations that need fresh memory wait for it, in slices, outside of the lock; and at the
 * limit they wait as long as collections find anything. Collections are never asked for under the lock, nor by the
 * allocating thread.
 *
 * <p>Devices have blocks, caches and peaks of their own; the lock, the queue of references and the policy, which follow
 * the one Java heap, are common to all. CPU devices share the limit of the machine, of which kernels take a part too.
 */
public final class Allocator {
    private static final long GIGABYTE = 1L << 30;

    /** GC-pressure factor of storages that escape their scope: gradients, of which a loop drops a set each step. */
    private static final int SURVIVORS_WEIGHT = 4;

    /** GC-pressure factor of what a scope will give back, where more than {@link #PLENTY} is in use. */
    private static final int SCOPED_WEIGHT = 2;

    private static final long PLENTY = GIGABYTE / 8;

    /** Bytes in a scope count towards the budget by this fraction: the scope is expected to close first. */
    private static final int SCOPED_SHARE = 8;

    /** Cache retention: so many bytes are always held; above that, 1.25 times the peak and what was missed. */
    private static final long HELD = GIGABYTE / 4;

    /** Nanoseconds that an allocation of 4 MB or more waits for a collection while there is memory below the limit. */
    private static final long PAUSE = 15_000_000;

    private static final long LONGEST_PAUSE = 38_000_000;

    /** Nanoseconds in which the references that a collection cleared have come. */
    private static final long REFERENCES = 20_000_000;

    /** Collections without any gain after which an allocation at the limit fails. */
    private static final int FRUITLESS = 2;

    /** Collections in all after which it fails although others gain from them. */
    private static final int ROUNDS = 50;

    /** Guards all fields; held for short, never while waiting or computing. */
    static final ReentrantLock LOCK = new ReentrantLock();

    /** Blocks came back while somebody waits. */
    private static final Condition RETURNED = LOCK.newCondition();

    private static final ReferenceQueue<Object> QUEUE = new ReferenceQueue<>();

    /** Cleared by any collection. */
    private static WeakReference<Object> sentinel = new WeakReference<>(new Object());

    /** Bytes of storages, on all devices. */
    private static long allInUse;

    private static long allPeak;

    private static long returns;

    /** Bytes that CPU devices hold, in use or cached. */
    private static long heldByHost;

    /** Those of all devices, in the order in which they were made. */
    private static final List<Allocator> ALL = new ArrayList<>();

    /** Bytes at most of all CPU devices. */
    private static final long HOST_LIMIT = HostMemory.INSTANCE.limit();

    /** That of the device {@code cpu:0}. */
    public static final Allocator CPU = new Allocator(null, HostMemory.INSTANCE);

    private final @Nullable Object device;
    private final DeviceMemory memory;

    private final boolean isHostAddressable;

    /** Whether it is the machine's memory, whose limit all CPU devices share. */
    private final boolean isHost;

    private final long limit;
    private final Slabs small = new Slabs(this);
    private final Block live = Block.ring();
    private final FreeLists free = new FreeLists();

    private long inUse;
    private long cached;
    private long slabs;
    private long peak;

    /** What was trimmed, by class, and how much more is held since some of it was wanted again. */
    private final int[] trimmed = new int[SizeClasses.COUNT];

    private long regretted;

    private static volatile LongConsumer listener = bytes -> {};

    /** Has {@code next} told of the bytes of each allocation from now on. */
    public static void listen(LongConsumer next) {
        listener = next;
    }

    private Allocator(@Nullable Object device, DeviceMemory memory) {
        this.device = device;
        this.memory = memory;
        isHost = memory == HostMemory.INSTANCE;
        isHostAddressable = memory.isHostAddressable();
        limit = isHost ? HOST_LIMIT : memory.limit();
        LOCK.lock();
        try {
            ALL.add(this);
        } finally {
            LOCK.unlock();
        }
    }

    /** {@return the allocator of another CPU device, whose memory is apart from that of {@link #CPU}} */
    public static Allocator ofHost(Object device) {
        return new Allocator(device, HostMemory.INSTANCE);
    }

    /** {@return the allocator of a device} */
    public static Allocator of(Object device, DeviceMemory memory) {
        return new Allocator(device, memory);
    }

    /** {@return the device whose memory this is; null of the first CPU} */
    public @Nullable Object device() {
        return device;
    }

    /** {@return the device's memory} */
    public DeviceMemory memory() {
        return memory;
    }

    /** {@return whether the host may read and write the memory by its addresses} */
    public boolean isHostAddressable() {
        return isHostAddressable;
    }

    /**
     * Memory for {@code bytes} bytes, 64-byte aligned (16 for the smallest), contents undefined.
     *
     * @throws OutOfMemoryError with the sizes, where neither collections nor emptying the cache makes room
     */
    public Storage allocate(long bytes) {
        if (bytes < 0) {
            throw new OutOfMemoryError("a tensor of more than 2^63 bytes");
        }
        if (bytes <= Slabs.LARGEST) {
            return small.allocate((int) bytes);
        }
        listener.accept(bytes);
        int c = SizeClasses.of(bytes);
        Storage storage = attempt(bytes, c, false);
        return storage != null ? storage : patiently(c, grow -> attempt(bytes, c, grow));
    }

    /** {@return a storage; null where a collection is to be waited for, or, if {@code grow}, where there is no room} */
    private @Nullable Storage attempt(long bytes, int c, boolean grow) {
        int garbage;
        Storage storage;
        LOCK.lock();
        try {
            long address = take(c, grow);
            if (address == 0) {
                return null;
            }
            Scopes scope = Scopes.current();
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
        block.charged = scoped ? size / SCOPED_SHARE : size;
        CollectionPolicy.handOut(block.charged);
        if (!scoped) {
            return GcPressure.charge(size);
        }
        // the scope will give it back, but by then there may be several times as much as need be
        return inUse > PLENTY ? GcPressure.charge(SCOPED_WEIGHT * size) : 0;
    }

    /** Tells of a storage that was made in a scope and outlives it: from now on it is the collector's. */
    static void survived(Storage storage) {
        int garbage = 0;
        LOCK.lock();
        try {
            Block block = storage.block;
            if (block != null && !storage.isReleased()) {
                storage.weight = SURVIVORS_WEIGHT;
                garbage = GcPressure.charge(SURVIVORS_WEIGHT * block.bytes());
                CollectionPolicy.handOut(block.bytes() - block.charged);
                block.charged = block.bytes();
            }
        } finally {
            LOCK.unlock();
        }
        GcPressure.make(garbage);
    }

    // ---- blocks; the lock is held ---------------------------------------------------------------------------------

    /**
     * {@return the address of a block of class {@code c}; 0 where a collection is to be waited for, or there is no
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

    /** Counts a block that was taken; from here on it comes back by {@link #recycle} alone. */
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
        trimTo(Math.max(HELD, peak + peak / 4) + regretted - size);
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

    /** {@return how many more bytes may be held} */
    private long room() {
        return isHost ? limit - WorkingMemory.held() - heldByHost : limit - inUse - cached;
    }

    /** {@return how many more bytes of the machine's memory may be held} */
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

    /** Returns the blocks of holders that were found unreachable to the free lists. */
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
        if (block.unlink()) { // else given back before, by a scope
            block.clear();
            long size = block.bytes();
            inUse -= size;
            allInUse -= size;
            slabs -= block.isSlab ? size : 0;
            CollectionPolicy.cameBack(block.charged, allInUse);
            free(block.sizeClass, block.address);
        }
    }

    private void free(int c, long address) {
        free.add(c, address);
        cached += SizeClasses.bytes(c);
        returns++;
    }

    /** Gives cached blocks back, large ones first, until so many bytes are held at most or there are none. */
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

    /** Takes memory; the argument says whether fresh memory may be taken although a collection is due. */
    @FunctionalInterface
    private interface Attempt<T> {
        @Nullable T make(boolean grow);
    }

    private <T> T patiently(int c, Attempt<T> attempt) {
        long size = SizeClasses.bytes(c);
        if (size > limit) {
            throw new OutOfMemoryError(refusal(size));
        }
        T made = awaitReturns(attempt, pause(size));
        int fruitless = 0;
        for (int round = 0; made == null && fruitless <= FRUITLESS && round < ROUNDS; round++) {
            made = attempt.make(true);
            if (made == null) {
                long before = returns();
                CollectionRequests.await(fruitless > 0);
                fruitless = returns() == before ? fruitless + 1 : 0;
            }
        }
        if (made == null) {
            throw new OutOfMemoryError(refusal(size));
        }
        return made;
    }

    /** {@return how long to wait for a collection, the longer the further it is behind; in nanoseconds} */
    private static long pause(long size) {
        LOCK.lock();
        try {
            double share = Math.min(1, size / (4.0 * (1 << 20)));
            return (long) (share * Math.clamp(PAUSE * (1 + CollectionPolicy.behind()), 0, LONGEST_PAUSE));
        } finally {
            LOCK.unlock();
        }
    }

    /** Waits, interrupts or not, until the attempt succeeds without fresh memory; at most so many nanoseconds. */
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

    private String refusal(long size) {
        LOCK.lock();
        try {
            return String.format(
                    Locale.ROOT,
                    "no room for a tensor of %,d bytes%s: %,d bytes are in use, %,d by kernels, %,d cached, and the limit is %,d"
                            + "%s; %d collections were asked for%s. Open a Scope around each step or"
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
     * Has garbage collected and takes back what comes of it.
     *
     * @param collection has it collected
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
        // not as long as there are some: the program may go on dropping, and the next collection is to begin
        long end = System.nanoTime() + REFERENCES;
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

    /** Takes back the blocks whose references have come, and waits a moment for more; {@return whether some did} */
    private static boolean takeReferences() {
        Reference<?> next;
        try {
            next = QUEUE.remove(5);
        } catch (InterruptedException e) {
            return true; // nobody has a reason to interrupt this thread
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

    // ---- the package's other parts --------------------------------------------------------------------------------

    /** Gives a storage's block back without the collector. */
    static void giveBack(Block block, int weight) {
        LOCK.lock();
        try {
            GcPressure.relieve(weight * block.bytes());
            block.recycle();
        } finally {
            LOCK.unlock();
        }
    }

    /** {@return a slab for small storages} */
    Slabs.Slab slab() {
        int c = SizeClasses.of(Slabs.BYTES);
        var slab = slab(c, false);
        return slab != null ? slab : patiently(c, grow -> slab(c, grow));
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
            block.charged = block.bytes();
            CollectionPolicy.handOut(block.charged);
            slabs += block.charged;
            return slab;
        } finally {
            LOCK.unlock();
        }
    }

    // ---- cache and figures ----------------------------------------------------------------------------------------

    /** Gives cached blocks of all devices back to the system. */
    public static void trim() {
        WorkingMemory.trim();
        locked(() -> {
            drain();
            ALL.forEach(Allocator::empty);
        });
    }

    /** Gives cached blocks of this device back to the system. */
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

    /** {@return bytes in use, cached, the peak of use, and the collections requested, of all devices together} */
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

    /** {@return bytes in use, cached, the peak of use, and the collections requested, of this device} */
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

    /** Starts the peaks of all devices anew from what is in use now. */
    public static void resetPeak() {
        locked(() -> {
            drain();
            for (Allocator a : ALL) {
                a.peak = a.inUse;
            }
            allPeak = allInUse;
        });
    }

    /** Starts this device's peak anew from what is in use now. */
    public void resetDevicePeak() {
        locked(() -> {
            drain();
            peak = inUse;
        });
    }

    /**
     * What the allocator holds.
     *
     * @param inUse bytes in blocks that storages hold
     * @param cached bytes in blocks that wait for reuse
     * @param peak the most bytes in use at once
     * @param slabs bytes of those in use that are slabs of small storages
     * @param collections how often a collection was requested
     * @param limit the most bytes that may be held
     */
    public record Usage(long inUse, long cached, long peak, long slabs, long collections, long limit) {}
}
