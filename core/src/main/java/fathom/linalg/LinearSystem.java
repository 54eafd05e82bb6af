package fathom.linalg;

import fathom.Tensor;
import fathom.primitive.Composed;
import fathom.primitive.Tape;
import org.jspecify.annotations.Nullable;

/** Solves {@code A X = B} for X, with the gradients {@code gB = A^-T gX} and {@code gA = -gB X^T}. */
interface LinearSystem extends Composed {
    /** {@return the solution for the transposed matrices} */
    Tensor solveTransposed(Tensor transposed, Tensor g);

    /** {@return the part of a gradient of A for the elements that are used; by default all of it} */
    default Tensor ofMatrix(Tensor ga) {
        return ga;
    }

    @Override
    default boolean savesInput(int i, NeedsGrad needsGrad) {
        return i == 0;
    }

    @Override
    default boolean savesOutput(int i, NeedsGrad needsGrad) {
        return needsGrad.needsGrad(0);
    }

    @Override
    default @Nullable Tensor[] gradient(Tape tape, @Nullable Tensor[] gradOutputs) {
        Tensor gb = solveTransposed(Matrices.t(tape.input(0)), gradOutputs[0]);
        Tensor ga = tape.needsGrad(0) ? ofMatrix(gb.matmul(Matrices.t(tape.output(0))).neg()) : null;
        return new @Nullable Tensor[] {ga, gb};
    }
}
