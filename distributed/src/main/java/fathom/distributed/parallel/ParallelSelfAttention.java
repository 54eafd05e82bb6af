package fathom.distributed.parallel;

import static fathom.Tensors.scaledDotProductAttention;

import fathom.Tensor;
import fathom.distributed.ProcessGroup;
import fathom.nn.Layer;
import fathom.nn.Linear;

/**
 * Self-attention whose heads are divided among the processes: {@code [batch, steps, width]} to the same shape, on all
 * processes.
 *
 * @see <a href="https://arxiv.org/abs/1909.08053">Shoeybi et al., 2019, "Megatron-LM", section 3</a>
 */
public final class ParallelSelfAttention extends Layer {
    private final ColumnParallelLinear query;
    private final ColumnParallelLinear key;
    private final ColumnParallelLinear value;
    private final RowParallelLinear output;
    private final int heads;
    private final boolean causal;

    /**
     * The heads of this process.
     *
     * @param query the projections of the whole layer, the same on all processes
     * @param heads the number of heads of all processes
     * @param causal whether each step attends to earlier ones only
     * @throws IllegalArgumentException if the heads cannot be divided evenly
     */
    public ParallelSelfAttention(
            Linear query, Linear key, Linear value, Linear output, int heads, boolean causal, ProcessGroup group) {
        this.heads = (int) ColumnParallelLinear.part("ParallelSelfAttention", "heads", heads, group);
        this.query = new ColumnParallelLinear(query, group, false);
        this.key = new ColumnParallelLinear(key, group, false);
        this.value = new ColumnParallelLinear(value, group, false);
        this.output = new RowParallelLinear(output, group);
        this.causal = causal;
    }

    private Tensor split(Tensor x) {
        return x.reshape(x.size(0), x.size(1), heads, -1).transpose(1, 2);
    }

    @Override
    public Tensor forward(Tensor x) {
        Tensor y =
                scaledDotProductAttention(
                        split(query.call(x)), split(key.call(x)), split(value.call(x)), o -> o.causal(causal));
        return output.call(y.transpose(1, 2).reshape(x.size(0), x.size(1), -1));
    }
}
