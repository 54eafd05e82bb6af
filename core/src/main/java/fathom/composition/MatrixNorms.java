package fathom.composition;

import static fathom.KeepDim.DROP_DIM;

import fathom.KeepDim;
import fathom.Tensor;
import fathom.Tensors;
import fathom.dispatch.Dims;
import fathom.linalg.Inverse;
import fathom.primitive.Ops;
import java.util.Arrays;
import java.util.function.UnaryOperator;

/** Norms and condition numbers of matrices. */
public final class MatrixNorms {
    private MatrixNorms() {}

    /** {@return the matrices with the two given dimensions moved to the end} */
    private static Tensor last(Tensor x, int[] dims) {
        int rank = x.dim();
        int row = dims.length == 2 ? Dims.normalize("matrixNorm", dims[0], rank) : 0;
        int column = dims.length == 2 ? Dims.normalize("matrixNorm", dims[1], rank) : 0;
        if (row == column) {
            throw new IllegalArgumentException(
                    "matrixNorm: expected two different dimensions of %s, not %s"
                            .formatted(x.shape(), Arrays.toString(dims)));
        }
        return x.movedim(new int[] {row, column}, new int[] {-2, -1});
    }

    private static Tensor keep(Tensor norm, Tensor x, int[] dims, KeepDim keep) {
        if (keep == DROP_DIM) {
            return norm;
        }
        int a = Dims.normalize("matrixNorm", dims[0], x.dim());
        int b = Dims.normalize("matrixNorm", dims[1], x.dim());
        return norm.unsqueeze(Math.min(a, b)).unsqueeze(Math.max(a, b));
    }

    public static Tensor norm(Tensor x, String ord, int[] dims, KeepDim keep) {
        Tensor matrices = last(x, dims);
        return switch (ord) {
            case "fro" -> x.norm(2, dims, keep);
            case "nuc" -> keep(matrices.svdvals().sum(-1), x, dims, keep);
            default ->
                    throw new IllegalArgumentException(
                            "matrixNorm: the order must be fro, nuc or a number, not " + ord);
        };
    }

    public static Tensor norm(Tensor x, double ord, int[] dims, KeepDim keep) {
        double size = Math.abs(ord);
        if (size != 1 && size != 2 && size != Double.POSITIVE_INFINITY) {
            throw new IllegalArgumentException(
                    "matrixNorm: the order must be 1, 2, infinity, the negative of one, fro or nuc, not " + ord);
        }
        Tensor matrices = last(x, dims);
        Tensor values = size == 2 ? matrices.svdvals() : matrices.norm(1, size == 1 ? -2 : -1);
        return keep(ord > 0 ? values.amax(-1) : values.amin(-1), x, dims, keep);
    }

    public static Tensor cond(Tensor x, double p) {
        if (Math.abs(p) == 2) {
            Tensor s = x.svdvals();
            if (s.size(-1) == 0) {
                return s.sum(-1);
            }
            Tensor greatest = s.select(-1, 0);
            Tensor least = s.select(-1, -1);
            return p > 0 ? greatest.div(least) : least.div(greatest);
        }
        if (x.size(-1) != x.size(-2)) {
            throw new IllegalArgumentException(
                    "cond: expected square matrices except for orders 2 and -2, not " + x.shape());
        }
        return product(x, t -> t.matrixNorm(p));
    }

    public static Tensor cond(Tensor x, String p) {
        if (p.equals("nuc")) {
            Tensor s = x.svdvals(); // as in PyTorch, which does not check for singular matrices here
            return s.sum(-1).mul(s.reciprocal().sum(-1));
        }
        return product(x, t -> t.matrixNorm(p));
    }

    /** {@return the norm of the matrices times that of their inverses} */
    private static Tensor product(Tensor x, UnaryOperator<Tensor> norm) {
        if (x.numel() == 0) {
            return x.sum(new int[] {-2, -1}, DROP_DIM);
        }
        Tensor n = norm.apply(Ops.applyAll(new Inverse(true), x)[0]);
        // 0 times infinity, for a matrix of zeros, is infinite here
        return Tensors.where(n.detach().isinf(), Double.POSITIVE_INFINITY, norm.apply(x).mul(n));
    }
}
