package fathom.distributed.parallel;

import fathom.Autograd;
import fathom.CustomKernel;
import fathom.DType;
import fathom.Tensor;
import fathom.distributed.ProcessGroup;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** Makes buffers those of one rank, all in one broadcast; part of captured steps. */
final class BufferBroadcast extends CustomKernel {
    private final ProcessGroup group;
    private final List<Tensor> buffers;
    private final MemorySegment memory;

    /** The rank whose buffers count. */
    int root;

    BufferBroadcast(ProcessGroup group, List<Tensor> buffers) {
        this.group = group;
        this.buffers = List.copyOf(buffers);
        long bytes = buffers.stream().mapToLong(b -> b.numel() * b.dtype().size()).sum();
        memory = Arena.ofAuto().allocate(Math.max(64, bytes), 64).asSlice(0, bytes);
    }

    void run() {
        try (var _ = Autograd.noGrad()) {
            Tensor[] values = applyAll(buffers.stream().map(Tensor::detach).toArray(Tensor[]::new));
            for (int i = 0; i < values.length; i++) {
                buffers.get(i).detach().copy_(values[i]);
            }
        }
    }

    @Override
    protected Spec[] infer(Spec... inputs) {
        return inputs.clone();
    }

    @Override
    protected void compute(Buffer[] inputs, Buffer[] outputs) {
        long at = 0;
        for (Buffer b : inputs) {
            memory.asSlice(at, b.memory().byteSize()).copyFrom(b.memory());
            at += b.memory().byteSize();
        }
        group.broadcastAsync(memory, DType.UINT8, root).await();
        at = 0;
        for (Buffer b : outputs) {
            b.memory().copyFrom(memory.asSlice(at, b.memory().byteSize()));
            at += b.memory().byteSize();
        }
    }
}
