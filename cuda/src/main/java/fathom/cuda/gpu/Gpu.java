package fathom.cuda.gpu;

import java.lang.foreign.MemorySegment;
import java.util.function.Supplier;

/**
 * One GPU. Work is submitted to it in one order (a stream) and runs asynchronously. All methods may be called by
 * several threads; several launches that share scratch memory are submitted while holding {@link #lock()}.
 */
public interface Gpu {
    /**
     * What a kernel's geometry depends on.
     *
     * @param name the name of the card
     * @param multiprocessors the number of multiprocessors
     * @param capability the compute capability, major times ten plus minor
     * @param sharedBytes the largest shared memory of a block, in bytes
     * @param memoryBytes the size of the memory
     */
    record Properties(String name, int multiprocessors, int capability, int sharedBytes, long memoryBytes) {}

    /** {@return the properties of the card} */
    Properties properties();

    /** {@return the address of uninitialised memory, aligned to 256 bytes; 0 if there is no room} */
    long allocate(long bytes);

    /** Frees memory after the work submitted before. */
    void free(long address);

    /** Copies from the host; the segment may be changed as soon as this returns. */
    void copyFromHost(MemorySegment from, long to);

    /** Copies to the host; the values have arrived after {@link #synchronize}. */
    void copyToHost(long from, MemorySegment to);

    /** Copies between ranges of this memory that do not overlap. */
    void copy(long from, long to, long bytes);

    /** Sets bytes to a value. */
    void fill(long address, int value, long bytes);

    /** Waits for all work submitted. */
    void synchronize();

    /**
     * {@return a kernel compiled for this card}
     *
     * @param key what the source is determined by, with a fast {@code equals}: the source is made once for each
     * @param source makes the source
     */
    KernelFunction function(Object key, Supplier<KernelSource> source);

    /** Submits a kernel. */
    void launch(Launch launch);

    /**
     * {@return the address of at least this many bytes of memory, whose contents last until the next launch that uses
     * scratch memory; called, and the launches submitted, while holding {@link #lock()}}
     */
    long scratch(long bytes);

    /** {@return the lock of scratch memory} */
    Object lock();

    /** {@return the errors that kernels report} */
    default Faults faults() {
        return Faults.of(this);
    }

    /**
     * {@return the work that {@code submitting} submits, as one unit that is cheaper to submit again: a CUDA graph; the
     * work itself where there is no such thing}
     *
     * @param submitting submits launches and copies within this memory only, always the same
     */
    default Runnable graph(Runnable submitting) {
        return submitting;
    }

    /** {@return the handle of the stream that work is submitted to, for NVIDIA's libraries; 0 if there is none} */
    default long stream() {
        return 0;
    }

    /** {@return whether NVIDIA's libraries can work on this GPU: whether it is one} */
    default boolean hasLibraries() {
        return false;
    }

    /** Makes this GPU's context the calling thread's, before a library is called. */
    default void enter() {}
}
