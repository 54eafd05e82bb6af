package fathom.primitive;

import fathom.DType;
import fathom.Tensor;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Matrix product, batched. Inputs: {@code a: [B..., M, K]}, {@code b: [B..., K, N]} with equal batch dimensions (any
 * strides; zero where a batch dimension is expanded) and, with {@code bias}, {@code [N]}, added to each row. Output:
 * {@code [B..., M, N]}. All of one type other than bool; with 16-bit floating inputs, bias and output may each be
 * float32.
 *
 * @param bias whether there is a third input
 * @param type the output's type; null for the inputs'
 */
public record MatMul(boolean bias, @Nullable DType type) implements Computed {
    /** A product with the inputs' type. */
    public MatMul(boolean bias) {
        this(bias, null);
    }

    @Override
    public Spec[] infer(Spec... in) {
        long[] a = in[0].shape().clone();
        long[] b = in[1].shape();
        int r = a.length;
        if (r < 2 || b.length != r || a[r - 1] != b[r - 2]) {
            throw new IllegalArgumentException(
                    "matmul: inner dimensions differ: %s x %s".formatted(Arrays.toString(a), Arrays.toString(b)));
        }
        if (in[0].dtype() != in[1].dtype()) {
            throw new IllegalArgumentException(
                    "matmul: types differ: %s and %s; convert one with to(...)"
                            .formatted(in[0].dtype(), in[1].dtype()));
        }
        if (bias && (in[2].rank() != 1 || in[2].size(0) != b[r - 1])) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "matmul: the bias has shape %s, but the product %d columns",
                            Arrays.toString(in[2].shape()),
                            b[r - 1]));
        }
        a[r - 1] = b[r - 1];
        return new Spec[] {Spec.of(type == null ? in[0].dtype() : type, a)};
    }

    @Override
    public boolean savesInput(int i, NeedsGrad needsGrad) {
        return i == 0 ? needsGrad.needsGrad(1) : i == 1 && needsGrad.needsGrad(0);
    }

    @Override
    public @Nullable Tensor[] gradient(Tape t, @Nullable Tensor[] gradOutputs) {
        Tensor given = gradOutputs[0];
        var grads = new @Nullable Tensor[t.inputCount()];
        if (given == null) {
            return grads;
        }
        Tensor g = given.to(t.inputType(0));
        if (t.needsGrad(0)) {
            grads[0] = product(g, t.input(1).transpose(-2, -1), t.gradientType(0));
        }
        if (t.needsGrad(1)) {
            // the gradient of a transposed weight is computed transposed, so that it has the weight's memory layout
            Tensor a = t.input(0);
            grads[1] =
                    t.inputIsTransposed(1)
                            ? product(g.transpose(-2, -1), a, t.gradientType(1)).transpose(-2, -1)
                            : product(a.transpose(-2, -1), g, t.gradientType(1));
        }
        if (bias && t.needsGrad(2)) {
            grads[2] = ReduceGradients.sum(g.flatten(0, -2), t.inputType(2), 0);
        }
        return grads;
    }

    private static Tensor product(Tensor a, Tensor b, DType type) {
        return Ops.apply(new MatMul(false, type == a.dtype() ? null : type), a, b);
    }

    @Override
    public boolean equals(@Nullable Object o) {
        return this == o || o instanceof MatMul e && bias == e.bias && type == e.type;
    }

    @Override
    public int hashCode() {
        return 31 * (bias ? 1 : 0) + (type == null ? -1 : type.ordinal());
    }
}
