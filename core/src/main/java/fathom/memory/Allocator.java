package fathom.memory;

import fathom.probe.Probe;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Native memory for tensors, cached in size classes.
 *
 * <p>A block comes back when the {@link Storage} that holds it is unreachable: a weak reference per storage is polled
 * at each allocation. The collector does not see native memory, so it is told of it twice. {@link Ballast} makes Java
 * garbage in proportion to it, so that collections of young objects, which are cheap, come as often as they are needed.
 * And where that did not help, a full collection is requested whenever {@link #budget} bytes have been handed out and
 * not come back since the last one. Storages of up to {@value #SMALL} bytes are cut from slabs that have one reference
 * for all, because a reference costs more than such a storage.
 */
public final class Allocator {
    /** Storages up to this many bytes share a slab. */
    static final int SMALL = 512;

    private static final int SLAB = 1 << 16;
    private static final int CLASSES = 64 * 4;
    private static final long GIGABYTE = 1L << 30;

    /** How much heavier than other memory what outlives a scope weighs with the collector. */
    private static final int SURVIVORS_WEIGHT = 4;

    /** How much heavier what a scope will give back weighs, where it is much. */
    private static final int SCOPED_WEIGHT = 2;

    /** In use, beyond which scopes are not waited for. */
    private static final long PLENTY = GIGABYTE / 8;

    /**
     * So much is held without a second thought; beyond it, a quarter more than was ever in use, and what was given back
     * and wanted again: fresh pages cost more than most operations on them.
     */
    private static final long HELD = GIGABYTE / 4;

    private static final Object LOCK = new Object();
    private static final ReferenceQueue<Object> QUEUE = new ReferenceQueue<>();
    private static final Set<Block> LIVE = new HashSet<>();

    @SuppressWarnings("unchecked")
    private static final ArrayDeque<Long>[] FREE = new ArrayDeque[CLASSES];

    private static long budget = defaultBudget();
    private static long limit = Long.getLong("fathom.memory.limit", physicalMemory() / 10 * 8);
    private static long sinceCollection;
    private static long inUse;
    private static long cached;

    /** What was trimmed, by class, and how much more is held since some of it was wanted again. */
    private static final int[] TRIMMED = new int[CLASSES];

    private static long regretted;
    private static long peak;
    private static long collections;

    private Allocator() {}

    /** A block of native memory with the reference that tells when its storage is gone. */
    static final class Block extends WeakReference<Object> {
        final long address;
        final int sizeClass;

        Block(Object holder, long address, int sizeClass) {
            super(holder, QUEUE);
            this.address = address;
            this.sizeClass = sizeClass;
        }

        void giveBack(int weight) {
            synchronized (LOCK) {
                Ballast.lighten(weight * classBytes(sizeClass));
                recycle(this);
            }
        }
    }

    /** Holds a slab's block; storages cut from the slab keep it reachable. */
    private static final class Slab {
        final long address;
        int used;

        Slab(long address) {
            this.address = address;
        }
    }

    private static final ThreadLocal<@Nullable Slab> SLABS = new ThreadLocal<>();

    /**
     * Memory for {@code bytes} bytes, 64-byte aligned (16 for small ones), contents undefined.
     *
     * @throws OutOfMemoryError with the sizes, where neither a collection nor emptying the cache makes room
     */
    public static Storage allocate(long bytes) {
        if (bytes < 0) {
            throw new OutOfMemoryError("a tensor of more than 2^63 bytes");
        }
        if (bytes <= SMALL) {
            return small((int) bytes);
        }
        Probe.allocated(bytes);
        int c = sizeClass(bytes);
        synchronized (LOCK) {
            long address = take(c);
            var storage = new Storage(address, bytes, null);
            var block = new Block(storage, address, c);
            storage.block = block;
            LIVE.add(block);
            if (!Scopes.note(storage, block)) {
                storage.weight = 1;
                Ballast.load(classBytes(c));
            } else if (inUse > PLENTY) {
                // the scope will give it back, but by then there may be several times as much as need be
                Ballast.load(SCOPED_WEIGHT * classBytes(c));
            }
            return storage;
        }
    }

    /** Tells of a storage that was made in a scope and outlives it: from now on it is the collector's. */
    static void survived(Storage storage) {
        if (storage.block != null) {
            synchronized (LOCK) {
                // gradients, of which a training loop drops a set at each step: two sets at a time are enough
                storage.weight = SURVIVORS_WEIGHT;
                Ballast.load(SURVIVORS_WEIGHT * classBytes(sizeClass(storage.bytes())));
            }
        }
    }

    private static Storage small(int bytes) {
        int size = Math.max(16, bytes + 15 & -16);
        if (size > 16) {
            size = size + 63 & -64;
        }
        Slab slab = SLABS.get();
        if (slab == null || slab.used + size > SLAB) {
            int c = sizeClass(SLAB);
            synchronized (LOCK) {
                long address = take(c);
                slab = new Slab(address);
                LIVE.add(new Block(slab, address, c));
            }
            SLABS.set(slab);
        }
        if (size > 16) {
            slab.used = slab.used + 63 & -64;
            if (slab.used + size > SLAB) {
                SLABS.remove();
                return small(bytes);
            }
        }
        long address = slab.address + slab.used;
        slab.used += size;
        return new Storage(address, bytes, slab);
    }

    /** Four classes to each power of two: at most a quarter of a block is unused. */
    static int sizeClass(long bytes) {
        int log = 63 - Long.numberOfLeadingZeros(Math.max(bytes, 64) - 1);
        long step = 1L << Math.max(log - 2, 4);
        int quarter = (int) ((bytes - 1 - (1L << log)) / step);
        return log * 4 + Math.max(0, quarter);
    }

    static long classBytes(int c) {
        int log = c / 4;
        long step = 1L << Math.max(log - 2, 4);
        return (1L << log) + (c % 4 + 1) * step;
    }

    private static long take(int c) {
        drain();
        long size = classBytes(c);
        sinceCollection += size;
        ArrayDeque<Long> free = FREE[c];
        if ((free == null || free.isEmpty()) && sinceCollection > budget) {
            collect();
            free = FREE[c];
        }
        Long hit = free == null ? null : free.pollLast();
        long address;
        if (hit != null) {
            cached -= size;
            address = hit;
        } else {
            if (TRIMMED[c] > 0) {
                TRIMMED[c]--;
                regretted = Math.min(regretted + size, peak);
            }
            trimTo(Math.max(HELD, peak + peak / 4) + regretted - size);
            address = inUse + cached + size <= limit ? Native.allocate(size) : 0;
            if (address == 0) {
                address = takeAfterCollection(c, size);
            }
        }
        inUse += size;
        peak = Math.max(peak, inUse);
        return address;
    }

    private static long takeAfterCollection(int c, long size) {
        collect();
        ArrayDeque<Long> free = FREE[c];
        Long hit = free == null ? null : free.pollLast();
        if (hit != null) {
            cached -= size;
            return hit;
        }
        trim();
        long address = inUse + size <= limit ? Native.allocate(size) : 0;
        if (address == 0) {
            throw new OutOfMemoryError(
                    "no room for a tensor of %,d bytes: %,d bytes are in use and the limit is %,d (-Dfathom.memory.limit)"
                            .formatted(size, inUse, limit));
        }
        return address;
    }

    /** Returns the blocks of storages that were found unreachable to the free lists. */
    private static void drain() {
        for (Reference<?> r = QUEUE.poll(); r != null; r = QUEUE.poll()) {
            recycle((Block) r);
        }
    }

    private static void recycle(Block block) {
        if (!LIVE.remove(block)) {
            return; // given back before, by a scope
        }
        block.clear();
        long size = classBytes(block.sizeClass);
        ArrayDeque<Long> free = FREE[block.sizeClass];
        if (free == null) {
            FREE[block.sizeClass] = free = new ArrayDeque<>();
        }
        free.addLast(block.address);
        inUse -= size;
        cached += size;
        sinceCollection = Math.max(0, sinceCollection - size);
    }

    /** Requests a collection and waits a moment for its references. */
    private static void collect() {
        collections++;
        System.gc();
        sinceCollection = 0;
        try {
            Reference<?> first = QUEUE.remove(50);
            while (first != null) {
                recycle((Block) first);
                first = QUEUE.remove(2);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        sinceCollection = 0;
    }

    /** Gives cached blocks back to the operating system. */
    public static void trim() {
        synchronized (LOCK) {
            trimTo(0);
            Arrays.fill(TRIMMED, 0);
            regretted = 0;
        }
    }

    /** Gives cached blocks back, large ones first, until so many bytes are held at most or there are none. */
    private static void trimTo(long most) {
        for (int c = CLASSES - 1; c >= 0 && cached > 0 && inUse + cached > most; c--) {
            ArrayDeque<Long> free = FREE[c];
            while (free != null && !free.isEmpty() && inUse + cached > most) {
                Native.free(free.pollFirst());
                cached -= classBytes(c);
                TRIMMED[c]++;
            }
        }
    }

    /** {@return bytes in use, cached, the peak of use, and the collections requested} */
    public static Usage usage() {
        synchronized (LOCK) {
            drain();
            return new Usage(inUse, cached, peak, collections, limit);
        }
    }

    /** Starts the peak anew from what is in use now. */
    public static void resetPeak() {
        synchronized (LOCK) {
            drain();
            peak = inUse;
        }
    }

    /**
     * What the allocator holds.
     *
     * @param inUse bytes in blocks that storages hold
     * @param cached bytes in blocks that wait for reuse
     * @param peak the most bytes in use at once
     * @param collections how often a collection was requested
     * @param limit the most bytes that may be held
     */
    public record Usage(long inUse, long cached, long peak, long collections, long limit) {}

    private static long defaultBudget() {
        return Long.getLong("fathom.memory.budget", Math.clamp(physicalMemory() / 8, GIGABYTE / 8, 2 * GIGABYTE));
    }

    private static long physicalMemory() {
        try {
            long container = Long.MAX_VALUE;
            var line = java.nio.file.Files.readAllLines(java.nio.file.Path.of("/proc/meminfo")).getFirst();
            long total = Long.parseLong(line.replaceAll("\\D+", "")) * 1024;
            var cgroup = java.nio.file.Path.of("/sys/fs/cgroup/memory.max");
            if (java.nio.file.Files.isReadable(cgroup)) {
                var text = java.nio.file.Files.readString(cgroup).strip();
                container = text.equals("max") ? Long.MAX_VALUE : Long.parseLong(text);
            }
            return Math.min(total, container);
        } catch (java.io.IOException | RuntimeException e) {
            return 4 * Math.max(GIGABYTE, Runtime.getRuntime().maxMemory()); // the JVM takes a quarter of what there is
        }
    }
}
