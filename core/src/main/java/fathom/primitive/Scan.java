package fathom.primitive;

import fathom.Tensor;
import fathom.ir.ReduceOp;
import org.jspecify.annotations.Nullable;

/**
 * Scan along one dimension: cumulative sum or product. Input: one tensor, already of the result's type. Output: the
 * same shape and type.
 *
 * @param op {@link ReduceOp#SUM} or {@link ReduceOp#PROD}
 * @param dim the dimension, not negative
 */
public record Scan(ReduceOp op, int dim) implements Computed {
    @Override
    public Spec[] infer(Spec... inputs) {
        return new Spec[] {Spec.of(inputs[0].dtype(), inputs[0].shape())};
    }

    @Override
    public boolean savesInput(int i, NeedsGrad needsGrad) {
        return op == ReduceOp.PROD;
    }

    @Override
    public @Nullable Tensor[] gradient(Tape tape, @Nullable Tensor[] gradOutputs) {
        Tensor g = gradOutputs[0];
        return new @Nullable Tensor[] {
            op == ReduceOp.SUM ? g.flip(dim).cumsum(dim).flip(dim) : ReduceGradients.cumprod(tape.input(0), g, dim)
        };
    }
}
