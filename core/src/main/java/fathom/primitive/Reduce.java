package fathom.primitive;

import fathom.Tensor;
import fathom.ir.Expr;
import fathom.ir.Kernel;
import fathom.ir.ReduceOp;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reduces, over some dimensions, the values that a one-output kernel computes per element. Inputs are broadcast to one
 * shape as for {@link Pointwise}. The result keeps the reduced dimensions as size 1; it has the type of the kernel's
 * value (narrow floating types accumulate in float32). Without elements the result is 0 for sums, 1 for products, false
 * for any, true for all; the calling operations reject a maximum or minimum of none.
 *
 * @param op the reduction
 * @param map the kernel computed per element
 * @param scalars the numbers for the map's scalar slots
 * @param dims the reduced dimensions, ascending, not negative; may be none
 */
public record Reduce(ReduceOp op, Kernel map, Number[] scalars, int[] dims) implements Computed {

    @Override
    public Spec[] infer(Spec... inputs) {
        long[] shape = Broadcasting.shape("reduce", inputs).clone();
        for (int d : dims) {
            shape[d] = 1;
        }
        return new Spec[] {Spec.of(map.outputType(0), shape)};
    }

    @Override
    public boolean isDifferentiable() {
        return map.outputType(0).isFloating();
    }

    @Override
    public boolean savesInput(int i, NeedsGrad needsGrad) {
        return op == ReduceOp.SUM ? PointwiseGradient.ofReduced(map).usesInput(i, needsGrad) : true;
    }

    @Override
    public boolean savesOutput(int i, NeedsGrad needsGrad) {
        return op != ReduceOp.SUM;
    }

    @Override
    public @Nullable Tensor[] gradient(Tape tape, @Nullable Tensor[] gradOutputs) {
        Tensor g = gradOutputs[0];
        if (op == ReduceOp.SUM) {
            return PointwiseGradient.ofReduced(map).apply(tape, g, scalars);
        }
        if (!(map.body() instanceof Expr.Input)) {
            throw new IllegalStateException(op + " has a gradient only of plain elements, not of " + map);
        }
        return new @Nullable Tensor[] {
            op == ReduceOp.PROD ? ReduceGradients.prod(tape.input(0), g, dims) : ReduceGradients.extremum(tape, g, dims)
        };
    }

    @Override
    public String toString() {
        return "Reduce[" + op + " of " + map + " over " + Arrays.toString(dims) + "]";
    }
}
