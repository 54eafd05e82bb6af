package fathom.conformance;

import static fathom.Tensors.*;
import static fathom.testkit.TensorAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import fathom.Tensor;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Matrix functions at the limits of their domains, and rejected arguments. */
class MatrixFunctionsTest {
    private static final Tensor SINGULAR = tensor(new double[][] {{1, 2}, {2, 4}}, FLOAT64);

    private static Tensor matrix(double[][] rows) {
        return tensor(rows, FLOAT64);
    }

    /** A V = V diag(w), and the eigenvalues sum to the trace. */
    private static void assertDecomposes(Tensor a) {
        var eig = a.eig();
        Tensor v = eig.eigenvectors();
        assertThat(a.matmul(v)).isCloseTo(v.mul(eig.eigenvalues().unsqueeze(-2)), 1e-7, 1e-7);
        assertThat(v.square().sum(-2)).isCloseTo(ones(FLOAT64, a.size(-1)), 1e-9, 0);
        assertThat(eig.eigenvalues().sum()).isCloseTo(a.trace(), 1e-9, 1e-9);
    }

    @Test
    void eigenvaluesOfSpecialMatrices() {
        assertDecomposes(zeros(FLOAT64, 3, 3));
        assertDecomposes(eye(3, 3, FLOAT64));
        assertDecomposes(matrix(new double[][] {{1, 2, 3}, {0, 4, 5}, {0, 0, 6}}));
        assertDecomposes(matrix(new double[][] {{2, 0, 0}, {1, 2, 0}, {0, 0, 3}}));
        assertDecomposes(matrix(new double[][] {{0, 1}, {1, 0}}));
        assertDecomposes(matrix(new double[][] {{1e8, 1}, {0, 1e-8}}));
        assertDecomposes(matrix(new double[][] {{-7}}));
        assertDecomposes(SINGULAR);
        Tensor apart = matrix(new double[][] {{1, 2}, {3, 4}});
        for (double size : new double[] {1e300, 1e-300}) { // squares of elements overflow or vanish
            assertThat(apart.mul(size).eigvals().div(size)).isCloseTo(apart.eigvals(), 0, 1e-12);
        }
        Tensor s = tensor(new double[][] {{1, 2, 0, 1}, {0, 1, 3, 0}, {1, 0, 1, 2}, {2, 1, 0, 1}}, FLOAT64);
        assertDecomposes(s.matmul(arange(4).add(1).to(FLOAT64).diag()).matmul(s.inv()));
        // similar to random diagonals, with zeros, eigenvalues of equal magnitude and repeated ones
        for (int i = 0; i < 20; i++) {
            manualSeed(i);
            int n = 2 + i;
            Tensor basis = randn(n, n).toDouble().qr().q().add(randn(n, n).toDouble().mul(0.3 / n));
            Tensor w = randint(-4, 5, n).to(FLOAT64);
            Tensor a = basis.matmul(w.diag()).matmul(basis.inv());
            assertDecomposes(a);
            assertThat(a.eigvals().sort().values()).isCloseTo(w.sort().values(), 1e-9, 1e-9);
        }
        assertThat(zeros(0, 0).eigvals()).hasShape(0);
        assertThat(zeros(2, 0, 0).eig().eigenvectors()).hasShape(2, 0, 0);
    }

    @Test
    void complexEigenvaluesAreRejected() {
        Tensor turn = tensor(new double[][] {{0, 1}, {-1, 0}});
        assertThatThrownBy(() -> stack(List.of(eye(2), turn)).eigvals())
                .isInstanceOf(ArithmeticException.class)
                .hasMessageContaining("eigvals")
                .hasMessageContaining("matrix 1")
                .hasMessageContaining("complex");
    }

    @Test
    void aZeroFactorIgnoresTheTensor() {
        Tensor nan = full(Double.NaN, FLOAT32, 2, 2);
        Tensor x = ones(2, 2);
        assertThat(nan.addmm(x, x, 0, 1)).hasValues(2, 2, 2, 2);
        assertThat(nan.clone().addmm_(x, x, 0, 1)).hasValues(2, 2, 2, 2);
        assertThat(nan.unsqueeze(0).baddbmm(x.unsqueeze(0), x.unsqueeze(0), 0, 2)).hasValues(4, 4, 4, 4);
    }

    @Test
    void sumsWithProductsInPlace() {
        Tensor x = ones(2, 2);
        Tensor v = tensor(1.0, 2);
        assertThat(zeros(2, 2).addmm_(x, x)).hasValues(2, 2, 2, 2);
        assertThat(ones(2).addmv_(x, v, 2, 3)).hasValues(11, 11);
        assertThat(zeros(2, 2).addr_(v, v)).hasValues(1, 2, 2, 4);
        assertThat(ones(2, 2).addbmm_(ones(3, 2, 2), ones(3, 2, 2))).hasValues(7, 7, 7, 7);
        assertThat(ones(1, 2, 2).baddbmm_(x.unsqueeze(0), x.unsqueeze(0))).hasValues(3, 3, 3, 3);
        assertThat(ones(1, 4).renorm_(2, 0, 1)).isCloseTo(full(0.5, FLOAT32, 1, 4), 1e-6, 0);
        assertThatThrownBy(() -> ones(2).addmm_(x, x)).hasMessageContaining("addmm_");
    }

    /** Bitwise PyTorch's results: the factor of a table's row is computed in float64, that of renorm in float32. */
    @Test
    void normsAreClippedInTwoPrecisions() {
        Tensor row = tensor(new double[][] {{1.7}}).to(FLOAT32);
        assertThat(embeddingRenorm_(row.clone(), tensor(new long[] {0}), 1.5, 2)).hasValues(1.5f);
        assertThat(row.renorm(2, 0, 1.5)).hasValues(1.4999998807907104);
        Tensor two = tensor(new double[][] {{3, 0.02}}).to(FLOAT32);
        assertThat(embeddingRenorm_(two.clone(), tensor(new long[] {0}), 1.5, 2))
                .hasValues(1.4999666213989258, 0.009999777190387249);
        assertThat(two.renorm(2, 0, 1.5)).hasValues(1.4999667406082153, 0.009999778121709824);
    }

    @Test
    void leastSquaresReturnResiduals() {
        Tensor a = tensor(new double[][] {{1, 0}, {0, 1}, {0, 0}});
        var r = a.lstsq(tensor(new double[][] {{1}, {2}, {3}}));
        assertThat(r.solution()).isCloseTo(tensor(new double[][] {{1}, {2}}), 1e-6, 1e-6);
        assertThat(r.residuals()).isCloseTo(tensor(new double[] {9}), 1e-6, 0);
        assertThat(r.rank().itemLong()).isEqualTo(2);
        assertThat(r.singularValues()).isCloseTo(tensor(1.0, 1), 1e-6, 0);
        assertThat(SINGULAR.lstsq(tensor(new double[] {1, 2}, FLOAT64)).solution())
                .isCloseTo(tensor(new double[] {0.2, 0.4}, FLOAT64), 1e-9, 0);
        assertThat(SINGULAR.lstsq(zeros(FLOAT64, 2, 0)).solution()).hasShape(2, 0);
        assertThat(zeros(2, 0).lstsq(zeros(2, 1)).solution()).hasShape(0, 1);
        assertThat(zeros(0, 2).lstsq(zeros(0, 1)).solution()).hasValues(0, 0);
        assertThat(zeros(0, 2).lstsq(zeros(0, 1)).rank().itemLong()).isZero();
    }

    @Test
    void emptyMatrices() {
        assertThat(zeros(0, 0).matrixExp()).hasShape(0, 0);
        assertThat(zeros(2, 0, 0).matrixPower(3)).hasShape(2, 0, 0);
        assertThat(zeros(0, 3).pinv()).hasShape(3, 0);
        assertThat(zeros(0, 3).svdvals()).hasShape(0);
        assertThat(zeros(0, 0).eigvalsh()).hasShape(0);
        assertThat(zeros(0, 3).matrixRank().itemLong()).isZero();
        assertThat(zeros(0, 0).cond().item()).isZero();
        assertThat(zeros(0, 2).matrixNorm().item()).isZero();
        assertThat(zeros(0, 0).solveTriangular(zeros(0, 2), true)).hasShape(0, 2);
        assertThat(blockDiag()).hasShape(1, 0);
        assertThat(zeros(3, 0, 2).vecdot(zeros(3, 0, 2), 1)).hasShape(3, 2);
        Tensor x = zeros(2, 0, 0).requiresGrad_();
        x.matrixExp().sum().add(x.pinv().sum()).add(x.eigvals().sum()).backward();
        assertThat(x.grad()).hasShape(2, 0, 0);
    }

    @Test
    void nanValues() {
        assertThat(tensor(new double[][] {{Double.NaN, 1}, {0, 1}}).matrixExp().isnan().all().itemBoolean()).isTrue();
        assertThat(tensor(new double[][] {{Double.POSITIVE_INFINITY}}).matrixExp().isnan().item()).isEqualTo(1);
        assertThat(SINGULAR.cond(1).item()).isEqualTo(Double.POSITIVE_INFINITY);
        assertThat(zeros(2, 2).cond("fro").item()).isEqualTo(Double.POSITIVE_INFINITY);
    }

    @Test
    void nonFiniteMatricesTerminateQuickly() {
        for (double bad : new double[] {Double.NaN, Double.POSITIVE_INFINITY}) {
            for (int row = 0; row < 3; row++) {
                Tensor x = rand(3, 3).toDouble().add(eye(3, 3, FLOAT64));
                x.set(bad, row, 1);
                x.set(bad, 1, row);
                Tensor batch = stack(List.of(eye(3, 3, FLOAT64), x));
                Map<String, Runnable> refused =
                        Map.ofEntries(
                                Map.entry("svd", batch::svd),
                                Map.entry("eigh", batch::eigh),
                                Map.entry("eig", batch::eig),
                                Map.entry("eigvals", batch::eigvals),
                                Map.entry("cholesky", batch::cholesky),
                                Map.entry("pinv", batch::pinv),
                                Map.entry("lstsq", () -> batch.lstsq(batch)));
                refused.forEach((name, f) ->
                        assertThatThrownBy(f::run)
                                .isInstanceOf(ArithmeticException.class)
                                .hasMessageContaining(name + ": matrix 1 of the batch is not finite"));
                Tensor inverse = batch.inv();
                assertThat(inverse.get(0)).isCloseTo(eye(3, 3, FLOAT64), 0, 0);
                assertThat(inverse.get(1).isnan().all().itemBoolean()).isTrue();
                assertThat(batch.solve(ones(FLOAT64, 2, 3, 1)).isnan().sum(1)).hasValues(0, 3);
                assertThat(batch.det().isfinite()).hasValues(1, 0);
                assertThat(eye(3, 3, FLOAT64).solve(x.get(1)).isfinite().all().itemBoolean()).isFalse();
            }
        }
    }

    @Test
    void wrongArgumentsAreNamed() {
        Tensor x = rand(2, 3);
        assertThatThrownBy(x::matrixExp).hasMessageContaining("matrixExp").hasMessageContaining("[2, 3]");
        assertThatThrownBy(() -> x.matrixPower(2)).hasMessageContaining("matrixPower");
        assertThatThrownBy(x::eig).hasMessageContaining("eig");
        assertThatThrownBy(() -> arange(4).reshape(2, 2).pinv()).hasMessageContaining("INT64");
        assertThatThrownBy(() -> SINGULAR.matrixPower(-1)).isInstanceOf(ArithmeticException.class);
        assertThatThrownBy(() -> x.cond(1)).hasMessageContaining("cond");
        assertThatThrownBy(() -> x.cond("fro")).hasMessageContaining("cond");
        assertThatThrownBy(() -> x.matrixNorm(3)).hasMessageContaining("3.0");
        assertThatThrownBy(() -> x.matrixNorm("max")).hasMessageContaining("max");
        assertThatThrownBy(() -> x.matrixNorm(1, dims(0, 0), KEEP_DIM)).hasMessageContaining("[0, 0]");
        assertThatThrownBy(() -> x.lstsq(rand(3))).hasMessageContaining("lstsq").hasMessageContaining("[3]");
        assertThatThrownBy(() -> x.lstsq(rand(2).toDouble())).hasMessageContaining("FLOAT64");
        assertThatThrownBy(() -> rand(2, 2).solveTriangular(rand(3, 1), true)).hasMessageContaining("solveTriangular");
        assertThatThrownBy(() -> rand(3, 1).triangularSolve(rand(2, 2))).hasMessageContaining("triangularSolve");
        assertThatThrownBy(() -> rand(3, 1).choleskySolve(rand(2, 2))).hasMessageContaining("choleskySolve");
        assertThatThrownBy(() -> x.inner(rand(2))).hasMessageContaining("inner").hasMessageContaining("[2]");
        assertThatThrownBy(() -> arange(3).vecdot(arange(3))).hasMessageContaining("vecdot");
        assertThatThrownBy(() -> rand(2).addmv(x, rand(2))).hasMessageContaining("addmv").hasMessageContaining("[2]");
        assertThatThrownBy(() -> rand(4).addmv(x, rand(3))).hasMessageContaining("[4]").hasMessageContaining("expand");
        assertThatThrownBy(() -> rand(5, 2, 4).addmm(x, rand(3, 4))).hasMessageContaining("addmm");
        assertThatThrownBy(() -> arange(2).addmv(arange(6).reshape(2, 3), arange(3), 0.5, 1))
                .hasMessageContaining("0.5");
        assertThatThrownBy(() -> rand(2, 2).addr(x, rand(2))).hasMessageContaining("addr");
        assertThatThrownBy(() -> rand(2, 2).addbmm(rand(2, 2, 3), rand(3, 3, 2))).hasMessageContaining("addbmm");
        assertThatThrownBy(() -> rand(3).renorm(2, 0, 1)).hasMessageContaining("renorm");
        assertThatThrownBy(() -> x.renorm(0, 0, 1)).hasMessageContaining("p = 0");
        assertThatThrownBy(() -> multiDot(x)).hasMessageContaining("multiDot");
        assertThatThrownBy(() -> multiDot(x, x)).hasMessageContaining("position 1");
        assertThatThrownBy(() -> cartesianProd(x)).hasMessageContaining("cartesianProd");
        assertThatThrownBy(() -> combinations(x)).hasMessageContaining("combinations");
        assertThatThrownBy(() -> combinations(rand(3), -1, false)).hasMessageContaining("-1");
        assertThatThrownBy(() -> blockDiag(rand(1, 1, 1))).hasMessageContaining("blockDiag");
        assertThatThrownBy(() -> vander(x)).hasMessageContaining("vander");
        assertThatThrownBy(() -> trilIndices(-1, 2)).hasMessageContaining("trilIndices");
    }

    /** The product of its pivots, 1e-600, is not a double. */
    @Test
    void aLargeRegularMatrixIsSolved() {
        Tensor diagonal = logspace(-3, 0, 400).to(FLOAT64);
        Tensor x = diagonal.diag().solve(ones(FLOAT64, 400, 1));
        assertThat(x.squeeze(1).mul(diagonal).sub(1).abs().max().item()).isLessThan(1e-12);
    }
}
