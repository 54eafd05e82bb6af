package fathom.nn;

import static fathom.Tensors.linear;
import static fathom.Tensors.zeros;

import fathom.Autograd;
import fathom.Tensor;
import fathom.Tensors;
import java.util.Arrays;
import java.util.Locale;

/**
 * A trained correction of low rank of a frozen weight: W + scale B A (Hu et al., 2021). {@link Lora} attaches adapters
 * to layers, which add scale B A x to their products; A is initialised Kaiming-uniform and B to zeros, so that a new
 * adapter changes nothing.
 *
 * @see <a href="https://arxiv.org/abs/2106.09685">LoRA: Low-Rank Adaptation of Large Language Models</a>
 */
public final class LoraAdapter extends Block {
    /** {@code [rank, in]}; of a convolution {@code [groups rank, in/groups, kernel...]}. */
    public final Tensor loraA;

    /** {@code [out, rank]}; of a convolution {@code [out, rank, 1...]}. */
    public final Tensor loraB;

    private final long groups;
    private final double scale;
    private final double dropout;

    LoraAdapter(AdapterSlot slot, long rank, double scale, double dropout) {
        Tensor weight = slot.weight();
        this.groups = slot.groups();
        this.scale = scale;
        this.dropout = dropout;
        long[] a = weight.shape().dims();
        a[0] = groups * rank;
        var b = new long[a.length];
        Arrays.fill(b, 1);
        b[0] = weight.size(0);
        b[1] = rank;
        try (var _ = weight.device().open()) {
            Tensor down = Init.empty("Lora", a);
            Init.kaimingUniform_(down, k -> k.a(Math.sqrt(5)));
            loraA = parameter(down.to(weight.dtype()));
            loraB = parameter(zeros(weight.dtype(), b));
        }
    }

    /** {@return the rank} */
    public long rank() {
        return loraB.size(1);
    }

    /** {@return the factor of the correction, alpha / rank} */
    public double scale() {
        return scale;
    }

    double dropout() {
        return dropout;
    }

    /** {@return the input of A: with dropout in training} */
    public Tensor input(Tensor x) {
        return dropout == 0 ? x : Tensors.dropout(x, dropout, isTraining());
    }

    /** {@return the correction of {@code x weight^T}} */
    public Tensor ofLinear(Tensor x) {
        return linear(linear(input(x), loraA, null).mul(scale), loraB, null);
    }

    /** {@return the change of the weight that is equal to this adapter without dropout, of the weight's shape} */
    Tensor delta() {
        try (var _ = Autograd.noGrad()) {
            long[] shape = loraA.shape().dims();
            shape[0] = loraB.size(0);
            Tensor a = loraA.reshape(groups, rank(), -1);
            Tensor b = loraB.reshape(groups, loraB.size(0) / groups, rank());
            return b.matmul(a).mul(scale).reshape(shape);
        }
    }

    @Override
    protected String extraRepr() {
        String text = String.format(Locale.ROOT, "rank=%d, scale=%s", rank(), Reprs.number(scale));
        return dropout == 0 ? text : text + ", dropout=" + Reprs.number(dropout);
    }
}
