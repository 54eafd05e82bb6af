package fathom.distributed;

import fathom.Autograd;
import fathom.Device;
import fathom.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/**
 * A tensor's elements in host memory, contiguous, for the duration of an operation: the tensor's own memory, or that of
 * a copy.
 *
 * @param tensor the tensor of the user
 * @param host the tensor whose memory is used
 */
record Staged(Tensor tensor, Tensor host) {
    /**
     * Stages a tensor.
     *
     * @param isRead whether the operation reads its elements
     */
    static Staged of(Tensor tensor, boolean isRead) {
        try (var _ = Autograd.noGrad()) {
            Tensor host = tensor.detach();
            if (!host.device().type().equals("cpu")) {
                host = host.to(Device.CPU);
            }
            if (!host.isContiguous()) {
                host = isRead ? host.contiguous() : host.newEmpty(host.shape().dims());
            }
            return new Staged(tensor, host);
        }
    }

    MemorySegment memory() {
        long bytes = host.numel() * host.dtype().size();
        return host.withAddress(a -> MemorySegment.ofAddress(a).reinterpret(bytes, Arena.global(), null));
    }

    /**
     * Starts an operation.
     *
     * @param make the operation on the memory
     * @param isWritten whether the operation changes the elements, which then become the tensor's
     * @param others kept reachable until the operation is complete
     */
    @SuppressWarnings("FutureReturnValueIgnored") // the stage only keeps memory reachable
    Work work(ProcessGroup group, Function<MemorySegment, Collective> make, boolean isWritten, Object... others) {
        CompletableFuture<Void> done = group.submit(make.apply(memory()));
        done.whenComplete((result, failure) -> {
            Reference.reachabilityFence(host);
            Reference.reachabilityFence(others);
        });
        return new Work(
                done,
                () -> {
                    if (isWritten && !host.sharesStorageWith(tensor)) {
                        try (var _ = Autograd.noGrad()) {
                            tensor.detach().copy_(host);
                        }
                    }
                });
    }
}
