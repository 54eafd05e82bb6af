package fathom.distributed.parallel;

import fathom.distributed.ProcessGroup;
import fathom.nn.Block;
import fathom.nn.norm.BatchNorm;
import java.util.List;

/**
 * Synchronised batch norms: in training they normalise by the statistics of the batches of all processes, so that the
 * results are those of one process with the whole batch. PyTorch's {@code torch.nn.SyncBatchNorm}.
 */
public final class SyncBatchNorm {
    private SyncBatchNorm() {}

    /**
     * Makes all batch norms of a network synchronised. The layers stay the same objects, with their parameters and
     * buffers; in evaluation nothing changes.
     *
     * @return the number of batch norms
     */
    public static int convert(Block net, ProcessGroup group) {
        List<BatchNorm> norms = net.blocks(BatchNorm.class);
        norms.forEach(n -> n.synchronise(x -> Collectives.sum(group, x)));
        return norms.size();
    }
}
