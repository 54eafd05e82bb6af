package fathom.ops;

import fathom.Tensor;
import fathom.composition.Rewriting;
import java.util.function.UnaryOperator;

/** Matrix products added to the receiver, which keeps its shape and type and is returned. */
public sealed interface InPlaceMatrixOps permits Tensor {
    private Tensor self() {
        return (Tensor) this;
    }

    private Tensor rewrite(String name, UnaryOperator<Tensor> function) {
        return Rewriting.rewrite(name, self(), function);
    }

    /** Adds the product of two matrices. */
    default Tensor addmm_(Tensor a, Tensor b) {
        return rewrite("addmm_", x -> x.addmm(a, b));
    }

    /** Multiplies by {@code beta} and adds {@code alpha} times the product of two matrices. */
    default Tensor addmm_(Tensor a, Tensor b, Number beta, Number alpha) {
        return rewrite("addmm_", x -> x.addmm(a, b, beta, alpha));
    }

    /** Adds the product of a matrix and a vector. */
    default Tensor addmv_(Tensor matrix, Tensor vector) {
        return rewrite("addmv_", x -> x.addmv(matrix, vector));
    }

    /** Multiplies by {@code beta} and adds {@code alpha} times the product of a matrix and a vector. */
    default Tensor addmv_(Tensor matrix, Tensor vector, Number beta, Number alpha) {
        return rewrite("addmv_", x -> x.addmv(matrix, vector, beta, alpha));
    }

    /** Adds the outer product of two vectors. */
    default Tensor addr_(Tensor vec1, Tensor vec2) {
        return rewrite("addr_", x -> x.addr(vec1, vec2));
    }

    /** Multiplies by {@code beta} and adds {@code alpha} times the outer product of two vectors. */
    default Tensor addr_(Tensor vec1, Tensor vec2, Number beta, Number alpha) {
        return rewrite("addr_", x -> x.addr(vec1, vec2, beta, alpha));
    }

    /** Adds the sum of the products of two batches of matrices. */
    default Tensor addbmm_(Tensor batch1, Tensor batch2) {
        return rewrite("addbmm_", x -> x.addbmm(batch1, batch2));
    }

    /** Multiplies by {@code beta} and adds {@code alpha} times the sum of the products of two batches of matrices. */
    default Tensor addbmm_(Tensor batch1, Tensor batch2, Number beta, Number alpha) {
        return rewrite("addbmm_", x -> x.addbmm(batch1, batch2, beta, alpha));
    }

    /** Adds the products of two batches of matrices. */
    default Tensor baddbmm_(Tensor batch1, Tensor batch2) {
        return rewrite("baddbmm_", x -> x.baddbmm(batch1, batch2));
    }

    /** Multiplies by {@code beta} and adds {@code alpha} times the products of two batches of matrices. */
    default Tensor baddbmm_(Tensor batch1, Tensor batch2, Number beta, Number alpha) {
        return rewrite("baddbmm_", x -> x.baddbmm(batch1, batch2, beta, alpha));
    }

    /** Scales down slices along a dimension whose p-norm exceeds {@code maxnorm}. */
    default Tensor renorm_(Number p, int dim, Number maxnorm) {
        return rewrite("renorm_", x -> x.renorm(p, dim, maxnorm));
    }
}
