package fathom.cuda;

import fathom.cuda.gpu.Gpu;
import fathom.device.DeviceMemory;
import java.lang.foreign.MemorySegment;

/** The memory of a GPU. Blocks are cached by core's allocator, so that these calls are rare. */
final class CudaMemory implements DeviceMemory {
    private final Gpu gpu;

    CudaMemory(Gpu gpu) {
        this.gpu = gpu;
    }

    /** {@return nine tenths of the card's memory: libraries and kernels need some too} */
    @Override
    public long limit() {
        return gpu.properties().memoryBytes() / 10 * 9;
    }

    @Override
    public long allocate(long bytes) {
        return gpu.allocate(bytes);
    }

    @Override
    public void free(long address, long bytes) {
        gpu.free(address);
    }

    @Override
    public void copyFromHost(MemorySegment from, long to) {
        if (from.byteSize() > 0) {
            gpu.copyFromHost(from, to);
        }
    }

    @Override
    public void copyToHost(long from, MemorySegment to) {
        if (to.byteSize() > 0) {
            gpu.copyToHost(from, to);
        }
    }

    @Override
    public void copy(long from, long to, long bytes) {
        if (bytes > 0) {
            gpu.copy(from, to, bytes);
        }
    }

    /**
     * Waits for the GPU.
     *
     * @throws IndexOutOfBoundsException if an index in a tensor, used by an operation since the last call, was out of
     *     bounds
     */
    @Override
    public void synchronize() {
        gpu.faults().synchronize();
    }
}
