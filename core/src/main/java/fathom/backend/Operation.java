package fathom.backend;

import fathom.ir.Kernel;
import fathom.ir.ReduceOp;
import fathom.ir.RowProgram;
import java.util.List;

/**
 * An operation that a {@link ComputeBackend} may take over. Other operations are computed by Fathom's own backends.
 *
 * <p>In {@link Elementwise}, {@link Reduction} and {@link RowFunction} all inputs have one shape, with strides of 0 in
 * dimensions that were broadcast. Captured steps merge such operations, so what occurs there has larger expressions.
 */
public sealed interface Operation {
    /**
     * The product of {@code a: [B..., M, K]} and {@code b: [B..., K, N]} into {@code [B..., M, N]}, any number of equal
     * batch dimensions. The inputs have one type; of bfloat16 and float16 bias and output may each be float32.
     *
     * @param hasBias whether there is a third input, {@code [N]}, which is added to each row
     */
    record MatrixProduct(boolean hasBias) implements Operation {}

    /**
     * An expression per output, of the elements of the inputs at the same place.
     *
     * @param kernel the expressions; equal kernels are one object
     * @param scalars the numbers of the expressions' scalar slots; they may change from one {@linkplain
     *     ComputeBackend#compute call} to the next
     */
    record Elementwise(Kernel kernel, List<Number> scalars) implements Operation {}

    /**
     * The combination of an expression's values along some dimensions, which the output keeps with extent 1. bfloat16
     * and float16 are combined in float32. Of no elements it is 0 for sums, 1 for products.
     *
     * @param op how values are combined
     * @param map the expression
     * @param scalars the numbers of its scalar slots
     * @param dims the dimensions, ascending; may be none
     */
    record Reduction(ReduceOp op, Kernel map, List<Number> scalars, List<Integer> dims) implements Operation {}

    /**
     * Several reductions along the same dimensions and expressions of their results, such as softmax and norms.
     *
     * @param program the steps
     * @param scalars the numbers of its scalar slots
     * @param dims the dimensions of a row, ascending
     */
    record RowFunction(RowProgram program, List<Number> scalars, List<Integer> dims) implements Operation {}
}
