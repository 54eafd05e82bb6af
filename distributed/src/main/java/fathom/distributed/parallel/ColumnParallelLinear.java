package fathom.distributed.parallel;

import static fathom.Tensors.linear;

import fathom.Tensor;
import fathom.distributed.ProcessGroup;
import fathom.nn.Layer;
import fathom.nn.Linear;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A linear layer whose outputs are divided among the processes: each has some rows of the weight, the columns of
 * Megatron-LM's transposed one, and computes these outputs for all examples. {@code [..., in]} becomes {@code [..., out
 * / size]}, the part of this process, or {@code [..., out]} if the parts are gathered.
 *
 * @see <a href="https://arxiv.org/abs/1909.08053">Shoeybi et al., 2019, "Megatron-LM", section 3</a>
 */
public final class ColumnParallelLinear extends Layer {
    private final Tensor weight;
    private final @Nullable Tensor bias;
    private final transient ProcessGroup group;
    private final transient boolean gathers;

    /**
     * The part of a layer for this process. All processes must have the same one, as they do if they are made with the
     * same random numbers.
     *
     * @param whole the layer to divide
     * @param gathersOutput whether each process receives all outputs; false before a {@link RowParallelLinear}
     * @throws IllegalArgumentException if the outputs cannot be divided evenly
     */
    public ColumnParallelLinear(Linear whole, ProcessGroup group, boolean gathersOutput) {
        long out = whole.weight.size(0);
        long part = part("ColumnParallelLinear", "outputs", out, group);
        long from = part * group.rank();
        weight = parameter(whole.weight.detach().narrow(0, from, part).clone());
        bias = whole.bias == null ? null : parameter(whole.bias.detach().narrow(0, from, part).clone());
        this.group = group;
        gathers = gathersOutput;
    }

    static long part(String layer, String of, long n, ProcessGroup group) {
        if (n % group.size() != 0) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT, "%s: %d %s cannot be divided among %d processes", layer, n, of, group.size()));
        }
        return n / group.size();
    }

    @Override
    public Tensor forward(Tensor x) {
        Tensor y = linear(Collectives.forAll(group, x), weight, bias);
        return gathers ? Collectives.gatherLast(group, y) : y;
    }
}
