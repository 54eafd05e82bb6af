package fathom.conformance;

import static fathom.conformance.GradcheckTest.any;

import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.testkit.Gradcheck;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Products, matrix functions, linear systems and norms against central differences, to second order. */
class MatrixGradcheckTest {
    private final List<DynamicTest> tests = new ArrayList<>();

    private void add(String name, Function<Tensor[], Tensor> f, Tensor... inputs) {
        tests.add(DynamicTest.dynamicTest(name, () -> Gradcheck.checkTwice(f, inputs)));
    }

    @TestFactory
    Stream<DynamicTest> products() {
        add("inner", t -> t[0].inner(t[1]), any(1, 2, 3), any(2, 2, 2, 3));
        add("vecdot", t -> t[0].vecdot(t[1], 0), any(1, 3, 2), any(2, 3, 1));
        add("addmm", t -> t[0].addmm(t[1], t[2], 0.5, 2), any(1, 2), any(2, 3, 4), any(3, 4, 2));
        add("addmv", t -> t[0].addmv(t[1], t[2], 0.5, 2), any(1, 1), any(2, 3, 4), any(3, 4));
        add("addr", t -> t[0].addr(t[1], t[2], 0.5, 2), any(1, 3, 1), any(2, 3), any(3, 4));
        add("addbmm", t -> t[0].addbmm(t[1], t[2], 0.5, 2), any(1, 2, 3), any(2, 3, 2, 4), any(3, 3, 4, 3));
        add("multiDot", t -> Tensors.multiDot(t), any(1, 2, 3), any(2, 3, 2), any(3, 2));
        for (double p : new double[] {1, 2, 3, Double.POSITIVE_INFINITY}) {
            add("renorm, " + p, t -> t[0].renorm(p, 1, 1.2), any(4, 2, 3));
        }
        add(
                "in place",
                t -> t[0].mul(1).addmm_(t[1], t[2], 0.5, 2).addr_(t[3], t[3]).square(),
                any(1, 2, 2),
                any(2, 2, 3),
                any(3, 3, 2),
                any(4, 2));
        add("vander", t -> Tensors.vander(t[0], 4), any(5, 3));
        add("blockDiag", t -> Tensors.blockDiag(t).square(), any(1, 2, 2), any(2, 3));
        add("cartesianProd", t -> Tensors.cartesianProd(t).square(), any(1, 2), any(2, 3));
        add("combinations", t -> Tensors.combinations(t[0]).square(), any(1, 4));
        return tests.stream();
    }

    @TestFactory
    Stream<DynamicTest> functions() {
        Tensor eye = Tensors.eye(3, 3, DType.FLOAT64);
        Tensor a = any(1, 2, 3, 3).add(eye.mul(3));
        Tensor b = any(2, 2, 3, 2);
        add("solveTriangular, upper", t -> t[0].solveTriangular(t[1], true), a, b);
        add("solveTriangular, lower, unit", t -> t[0].solveTriangular(t[1], false, true, true), a.div(3), b);
        add("solveTriangular, right", t -> t[0].solveTriangular(t[1], true, false, false), a, b.mT().contiguous());
        add("triangularSolve", t -> t[1].triangularSolve(t[0], false, true, false).solution(), a, b);
        add("choleskySolve", t -> t[1].choleskySolve(t[0]), a, b);
        add("matrixExp", t -> t[0].matrixExp(), a.div(2));
        add("matrixPower", t -> t[0].matrixPower(-2), a);
        add("matrixPower 3", t -> t[0].matrixPower(3), a.div(3));
        add("pinv, tall", t -> t[0].pinv(), any(3, 4, 2));
        add("pinv, wide", t -> t[0].pinv(), any(3, 2, 4));
        add("lstsq", t -> t[0].lstsq(t[1]).solution(), any(3, 4, 2), any(4, 4, 3));
        add("lstsq, residuals", t -> t[0].lstsq(t[1]).residuals(), any(3, 4, 2), any(4, 4, 3));
        add("lstsq, wide", t -> t[0].lstsq(t[1]).solution(), any(3, 2, 4), any(4, 2));
        add("svdvals", t -> t[0].svdvals(), any(5, 4, 3));
        add("eigvalsh", t -> t[0].add(t[0].mT()).eigvalsh(), a);
        // nearly diagonal: real eigenvalues, far apart, in one order
        Tensor spread = any(6, 3, 3).mul(0.1).add(Tensors.tensor(new double[] {1, 3, -2}, DType.FLOAT64).diag());
        add("eigvals", t -> t[0].eigvals(), spread);
        add("eig", t -> t[0].eig().eigenvectors().square(), spread);
        for (String ord : List.of("fro", "nuc")) {
            add("matrixNorm " + ord, t -> t[0].matrixNorm(ord), any(7, 2, 3, 4));
            add("cond " + ord, t -> t[0].cond(ord), a);
        }
        for (double ord : new double[] {1, -1, 2, -2, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY}) {
            add("matrixNorm " + ord, t -> t[0].matrixNorm(ord), any(7, 2, 3, 4));
            add("cond " + ord, t -> t[0].cond(ord), a);
        }
        return tests.stream();
    }
}
