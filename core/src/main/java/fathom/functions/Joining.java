package fathom.functions;

import static fathom.ir.Exprs.cast;
import static fathom.ir.Exprs.input;
import static fathom.ir.Exprs.select;

import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.composition.Einsum;
import fathom.dispatch.Dims;
import fathom.dispatch.OperandTypes;
import fathom.dispatch.Promotion;
import fathom.ir.Kernel;
import fathom.primitive.Cat;
import fathom.primitive.Ops;
import fathom.primitive.Pointwise;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Functions that join tensors and select between them. Part of {@link Tensors}. */
public final class Joining {
    private Joining() {}

    /**
     * Elements of {@code a} where the condition is true, elsewhere those of {@code b}; all broadcast, types promote.
     *
     * @throws IllegalArgumentException unless the condition is bool
     */
    public static Tensor where(Tensor condition, Tensor a, Tensor b) {
        if (condition.dtype() != DType.BOOL) {
            throw new IllegalArgumentException(
                    "where: the condition must be bool, not %s; compare, or convert with to(BOOL)"
                            .formatted(condition.dtype()));
        }
        DType t = Promotion.of(a, b);
        var body = select(input(0, DType.BOOL), cast(t, input(1, a.dtype())), cast(t, input(2, b.dtype())));
        return Ops.applyAll(new Pointwise(Kernel.of(body)), condition, a, b)[0];
    }

    /** {@return elements of {@code a} where the condition is true, elsewhere the number {@code b}} */
    public static Tensor where(Tensor condition, Tensor a, Number b) {
        return where(condition, a, a.newFull(b, DType.promote(a.dtype(), b)));
    }

    /** {@return the number {@code a} where the condition is true, elsewhere elements of {@code b}} */
    public static Tensor where(Tensor condition, Number a, Tensor b) {
        return where(condition, b.newFull(a, DType.promote(b.dtype(), a)), b);
    }

    /** {@return tensors concatenated along their first dimension} */
    public static Tensor cat(List<Tensor> tensors) {
        return cat(tensors, 0);
    }

    /** {@return tensors of one shape, stacked along a new first dimension} */
    public static Tensor stack(List<Tensor> tensors) {
        return stack(tensors, 0);
    }

    /**
     * Tensors concatenated along an existing dimension. Types promote. As in PyTorch, tensors of shape {@code [0]} are
     * compatible with any rank, so that a result may be accumulated from an empty tensor.
     *
     * @throws IllegalArgumentException if other dimensions differ
     */
    public static Tensor cat(List<Tensor> tensors, int dim) {
        if (tensors.isEmpty()) {
            throw new IllegalArgumentException("cat: expected at least one tensor");
        }
        DType t = tensors.getFirst().dtype();
        for (Tensor x : tensors) {
            t = DType.promote(t, x.dtype());
        }
        Tensor model = tensors.stream().filter(x -> !isBeginning(x)).findFirst().orElse(tensors.getFirst());
        int rank = model.dim();
        if (rank == 0) {
            throw new IllegalArgumentException("cat: scalars have no dimension to concatenate; use stack");
        }
        int d = Dims.normalize("cat", dim, rank);
        var in = tensors.stream().filter(x -> rank == 1 || !isBeginning(x)).toArray(Tensor[]::new);
        for (int i = 0; i < in.length; i++) {
            in[i] = in[i].to(t);
            long[] a = Ops.shape(in[i]);
            long[] b = Ops.shape(in[0]);
            boolean fits = a.length == b.length;
            for (int k = 0; fits && k < a.length; k++) {
                fits = k == d || a[k] == b[k];
            }
            if (!fits) {
                throw new IllegalArgumentException(
                        String.format(
                                Locale.ROOT,
                                "cat: shapes %s and %s differ in more than dimension %d",
                                in[0].shape(),
                                in[i].shape(),
                                d));
            }
        }
        return Ops.applyAll(new Cat(d), in)[0];
    }

    private static boolean isBeginning(Tensor t) {
        return t.dim() == 1 && t.numel() == 0;
    }

    /** {@return tensors of one shape, stacked along a new dimension} */
    public static Tensor stack(List<Tensor> tensors, int dim) {
        if (tensors.isEmpty()) {
            throw new IllegalArgumentException("stack: expected at least one tensor");
        }
        var rows = new ArrayList<Tensor>();
        for (Tensor t : tensors) {
            if (!t.shape().equals(tensors.getFirst().shape())) {
                throw new IllegalArgumentException(
                        "stack: shapes %s and %s differ".formatted(tensors.getFirst().shape(), t.shape()));
            }
            rows.add(t.unsqueeze(dim));
        }
        return cat(rows, dim);
    }

    /** {@return tensors concatenated along dimension 1, or 0 for one-dimensional ones} */
    public static Tensor hstack(List<Tensor> tensors) {
        List<Tensor> t = tensors.stream().map(x -> x.dim() == 0 ? x.reshape(1) : x).toList();
        return cat(t, t.isEmpty() || t.getFirst().dim() == 1 ? 0 : 1);
    }

    /** {@return tensors concatenated along dimension 0, with one-dimensional ones as rows} */
    public static Tensor vstack(List<Tensor> tensors) {
        return cat(
                tensors.stream().map(x -> x.dim() == 0 ? x.reshape(1, 1) : x.dim() == 1 ? x.unsqueeze(0) : x).toList(),
                0);
    }

    /**
     * Einstein summation: {@code einsum("ij,jk->ik", a, b)} is the matrix product.
     *
     * @param equation labels of each tensor's dimensions, separated by commas; after {@code ->} those of the result, by
     *     default the labels that occur once; {@code ...} for dimensions that broadcast
     * @throws IllegalArgumentException if the equation does not match the tensors, naming the mismatch
     */
    public static Tensor einsum(String equation, Tensor... tensors) {
        return Einsum.compute(equation, List.of(tensors));
    }

    /** {@return sums of products over the last {@code dims} dimensions of {@code a} and the first of {@code b}} */
    public static Tensor tensordot(Tensor a, Tensor b, int dims) {
        if (dims < 0 || dims > Math.min(a.dim(), b.dim())) {
            throw new IllegalArgumentException(
                    String.format(Locale.ROOT, "tensordot: %d dimensions of %s and %s", dims, a.shape(), b.shape()));
        }
        var left = new int[dims];
        var right = new int[dims];
        for (int i = 0; i < dims; i++) {
            left[i] = a.dim() - dims + i;
            right[i] = i;
        }
        return tensordot(a, b, left, right);
    }

    /** {@return sums of products over pairs of dimensions; the others remain, those of {@code a} first} */
    public static Tensor tensordot(Tensor a, Tensor b, int[] dimsA, int[] dimsB) {
        var labelsA = new StringBuilder();
        var labelsB = new StringBuilder();
        OperandTypes.same("tensordot", "first tensor", a, "second tensor", b);
        if (dimsA.length != dimsB.length || a.dim() + b.dim() > 52) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "tensordot: %d dimensions of one and %d of the other tensor",
                            dimsA.length,
                            dimsB.length));
        }
        for (int d = 0; d < a.dim(); d++) {
            labelsA.append(label(d));
        }
        for (int d = 0; d < b.dim(); d++) {
            labelsB.append(label(a.dim() + d));
        }
        for (int i = 0; i < dimsA.length; i++) {
            int p = Dims.normalize("tensordot", dimsA[i], a.dim());
            int q = Dims.normalize("tensordot", dimsB[i], b.dim());
            if (a.size(p) != b.size(q)) {
                throw new IllegalArgumentException(
                        String.format(
                                Locale.ROOT,
                                "tensordot: dimension %d of %s and %d of %s differ",
                                p,
                                a.shape(),
                                q,
                                b.shape()));
            }
            labelsB.setCharAt(q, labelsA.charAt(p));
        }
        var result = new StringBuilder();
        for (char c : (labelsA.toString() + labelsB).toCharArray()) {
            if (labelsA.indexOf("" + c) < 0 || labelsB.indexOf("" + c) < 0) {
                result.append(c);
            }
        }
        return einsum(labelsA + "," + labelsB + "->" + result, a, b);
    }

    private static char label(int i) {
        return (char) (i < 26 ? 'a' + i : 'A' + i - 26);
    }
}
