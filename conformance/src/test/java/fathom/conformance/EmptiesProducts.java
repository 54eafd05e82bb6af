package fathom.conformance;

import fathom.Tensor;
import fathom.Tensors;
import java.util.List;

/** Products and decompositions of matrices, for {@link EmptiesTest}. */
final class EmptiesProducts {
    private EmptiesProducts() {}

    static void addTo(EmptiesTable t) {
        t.two("matmul", Tensor::matmul);
        t.two("mm", Tensor::mm);
        t.two("bmm", Tensor::bmm);
        t.two("mv", Tensor::mv);
        t.two("dot", Tensor::dot);
        t.two("outer", Tensor::outer);
        t.any("addmm", x -> x[0].addmm(x[1], x[2]));
        t.any("addmm(0.5,2)", x -> x[0].addmm(x[1], x[2], 0.5, 2));
        t.any("baddbmm", x -> x[0].baddbmm(x[1], x[2]));
        for (String e :
                List.of(
                        "ij,jk->ik",
                        "i,i->",
                        "i,j->ij",
                        "bij,bjk->bik",
                        "ij->",
                        "ij->i",
                        "ij->j",
                        "ii->i",
                        "ii->",
                        "->",
                        ",->",
                        "i,->i",
                        "...i,...i->...",
                        "bij,bij->b",
                        "ij,kj->ik")) {
            t.any("einsum(" + e + ")", x -> Tensors.einsum(e, x));
        }
        t.two("tensordot(1)", (a, b) -> Tensors.tensordot(a, b, 1));
        t.two("tensordot(0)", (a, b) -> Tensors.tensordot(a, b, 0));
        t.one("trace", Tensor::trace);
        t.two("kron", Tensor::kron);
        t.two("cross", Tensor::cross);
        t.two("linear", (x, w) -> Tensors.linear(x, w, null));
        t.any("linear(bias)", x -> Tensors.linear(x[0], x[1], x[2]));
        t.any("bilinear", x -> Tensors.bilinear(x[0], x[1], x[2], null));
        t.one("inv", Tensor::inv);
        t.one("det", Tensor::det);
        t.one("logdet", Tensor::logdet);
        t.many(
                "slogdet",
                x -> {
                    var d = x[0].slogdet();
                    return List.of(d.sign(), d.logabsdet());
                });
        t.one("cholesky", Tensor::cholesky);
        t.many(
                "qr",
                x -> {
                    var f = x[0].qr();
                    return List.of(f.q(), f.r());
                });
        t.many(
                "eigh",
                x -> {
                    var e = x[0].eigh();
                    return List.of(e.eigenvalues(), e.eigenvectors());
                });
        t.many(
                "svd",
                x -> {
                    var f = x[0].svd();
                    return List.of(f.u(), f.s(), f.vh());
                });
        t.two("solve", Tensor::solve);
    }
}
