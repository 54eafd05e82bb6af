package fathom.distributed.parallel;

import static fathom.Tensors.linear;

import fathom.Tensor;
import fathom.distributed.ProcessGroup;
import fathom.nn.Layer;
import fathom.nn.Linear;
import org.jspecify.annotations.Nullable;

/**
 * A linear layer whose inputs are divided among the processes, as a {@link ColumnParallelLinear} leaves them: each
 * multiplies its part of the inputs, and the products are summed. {@code [..., in / size]} becomes {@code [..., out]}
 * on all processes.
 *
 * @see <a href="https://arxiv.org/abs/1909.08053">Shoeybi et al., 2019, "Megatron-LM", section 3</a>
 */
public final class RowParallelLinear extends Layer {
    private final Tensor weight;
    private final @Nullable Tensor bias;
    private final transient ProcessGroup group;

    /**
     * The part of a layer for this process.
     *
     * @param whole the layer to divide, the same on all processes
     * @throws IllegalArgumentException if the inputs cannot be divided evenly
     */
    public RowParallelLinear(Linear whole, ProcessGroup group) {
        long part = ColumnParallelLinear.part("RowParallelLinear", "inputs", whole.weight.size(1), group);
        weight = parameter(whole.weight.detach().narrow(1, part * group.rank(), part).clone());
        // the same on all processes, as are its gradients
        bias = whole.bias == null ? null : parameter(whole.bias.detach().clone());
        this.group = group;
    }

    @Override
    public Tensor forward(Tensor x) {
        Tensor y = Collectives.sumOfParts(group, linear(x, weight, null));
        return bias == null ? y : y.add(bias);
    }
}
