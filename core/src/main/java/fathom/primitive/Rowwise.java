package fathom.primitive;

import fathom.Tensor;
import fathom.ir.RowProgram;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Runs a {@link RowProgram}: several reductions over the same dimensions, and element-wise results that use them, in
 * one kernel. Inputs are broadcast to one shape as for {@link Pointwise}; a row consists of the elements along {@code
 * dims} at one index of the other dimensions. Element-wise results have that shape, in the layout of the inputs if that
 * is dense; per-row results have size 1 in the reduced dimensions.
 *
 * <p>It has no gradient of its own: norms and softmax, which are built on it, define theirs.
 *
 * @param program the program
 * @param scalars the numbers for its kernels' scalar slots
 * @param dims the dimensions of a row, ascending, not negative
 */
public record Rowwise(RowProgram program, Number[] scalars, int[] dims) implements Computed {

    @Override
    public Spec[] infer(Spec... inputs) {
        long[] shape = Broadcasting.shape("rowwise", inputs);
        long[] strides = Broadcasting.denseStrides(shape, inputs);
        long[] row = shape.clone();
        for (int d : dims) {
            row[d] = 1;
        }
        var outputs = new Spec[program.resultCount()];
        for (int i = 0; i < outputs.length; i++) {
            var step = program.step(program.result(i));
            outputs[i] = step.kind().isPerRow() ? Spec.of(step.type(), row) : new Spec(step.type(), shape, strides);
        }
        return outputs;
    }

    @Override
    public boolean isDifferentiable() {
        return false;
    }

    @Override
    public @Nullable Tensor[] gradient(Tape tape, @Nullable Tensor[] gradOutputs) {
        throw new IllegalStateException("a row program has no gradient of its own");
    }

    @Override
    public String toString() {
        return "Rowwise[" + program + " over " + Arrays.toString(dims) + "]";
    }
}
