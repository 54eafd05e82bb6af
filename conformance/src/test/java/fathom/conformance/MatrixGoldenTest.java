package fathom.conformance;

import fathom.DType;
import fathom.KeepDim;
import fathom.Tensor;
import fathom.Tensors;
import fathom.testkit.GoldenCase;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Matrix products with addition, matrix functions, linear systems, norms, structured matrices. */
class MatrixGoldenTest {

    @TestFactory
    Stream<DynamicTest> cases() {
        return Goldens.each(
                "matrices",
                c -> {
                    DType type = c.out(0).dtype();
                    double rtol =
                            switch (type) {
                                case FLOAT64 -> 1e-9;
                                case FLOAT32 -> 1e-4;
                                case FLOAT16 -> 2e-3;
                                default -> 0;
                            };
                    c.checkOne(t -> call(c, t), rtol, rtol / 10);
                });
    }

    private static Tensor call(GoldenCase c, Tensor[] t) {
        return switch (c.op()) {
            case "multiDot" -> Tensors.multiDot(t);
            case "cartesianProd" -> Tensors.cartesianProd(t);
            case "blockDiag" -> Tensors.blockDiag(t);
            case "trilIndices" -> {
                int[] s = c.getInts("sizes");
                yield Tensors.trilIndices(s[0], s[1], s[2]);
            }
            case "triuIndices" -> {
                int[] s = c.getInts("sizes");
                yield Tensors.triuIndices(s[0], s[1], s[2]);
            }
            default -> ofFirst(c, t[0], t);
        };
    }

    private static Number factor(GoldenCase c, String name) {
        String text = c.get(name);
        return text.contains(".") ? (Number) Double.valueOf(text) : (Number) Long.valueOf(text);
    }

    private static @Nullable Double optional(GoldenCase c, String name) {
        return c.has(name) ? (Double) c.getDouble(name) : null;
    }

    private static Tensor ofFirst(GoldenCase c, Tensor x, Tensor[] t) {
        return switch (c.op()) {
            case "inner" -> Tensors.inner(x, t[1]);
            case "ger" -> Tensors.ger(x, t[1]);
            case "addmv" -> Tensors.addmv(x, t[1], t[2], factor(c, "beta"), factor(c, "alpha"));
            case "addr" -> Tensors.addr(x, t[1], t[2], factor(c, "beta"), factor(c, "alpha"));
            case "addbmm" -> Tensors.addbmm(x, t[1], t[2], factor(c, "beta"), factor(c, "alpha"));
            case "addmm" -> x.addmm(t[1], t[2], factor(c, "beta"), factor(c, "alpha"));
            case "baddbmm" -> x.baddbmm(t[1], t[2], factor(c, "beta"), factor(c, "alpha"));
            case "vecdot" -> Tensors.vecdot(x, t[1], c.getInt("dim"));
            case "renorm" -> Tensors.renorm(x, c.getDouble("p"), c.getInt("dim"), c.getDouble("maxnorm"));
            case "solveTriangular" ->
                    x.solveTriangular(t[1], c.getBoolean("upper"), c.getBoolean("left"), c.getBoolean("unit"));
            case "triangularSolve" ->
                    x.triangularSolve(t[1], c.getBoolean("upper"), c.getBoolean("transpose"), c.getBoolean("unit"))
                            .solution();
            case "choleskySolve" -> x.choleskySolve(t[1], c.getBoolean("upper"));
            case "choleskyInverse" -> Tensors.choleskyInverse(x);
            case "matrixExp" -> Tensors.matrixExp(x);
            case "matrixPower" -> Tensors.matrixPower(x, c.getInt("n"));
            case "pinv" -> x.pinv(optional(c, "atol"), optional(c, "rtol"), false);
            case "pinvHermitian" -> x.pinv(null, null, true);
            case "lstsq" -> x.lstsq(t[1], optional(c, "rtol")).solution();
            case "matrixRank" -> x.matrixRank(optional(c, "atol"), null, false);
            case "matrixRankFloat" -> x.toFloat().matrixRank();
            case "matrixRankHermitian" -> x.matrixRank(null, null, true);
            case "svdvals" -> Tensors.svdvals(x);
            case "eigvalsh" -> Tensors.eigvalsh(x.add(x.mT()).div(2));
            case "eigvals" -> Tensors.eigvals(x).sort().values();
            case "eigSpread" -> {
                var eig = Tensors.eig(x);
                Tensor order = eig.eigenvalues().detach().argsort();
                Tensor row = x.newTensor(new double[] {1, -0.5, 0.25, 2}, DType.FLOAT64);
                yield row.matmul(eig.eigenvectors()).indexSelect(0, order).square();
            }
            case "matrixNorm" -> {
                KeepDim keep = c.getBoolean("keep") ? KeepDim.KEEP_DIM : KeepDim.DROP_DIM;
                yield isNumber(c)
                        ? x.matrixNorm(c.getDouble("p"), c.getInts("dims"), keep)
                        : x.matrixNorm(c.get("p"), c.getInts("dims"), keep);
            }
            case "cond" -> isNumber(c) ? x.cond(c.getDouble("p")) : x.cond(c.get("p"));
            case "condHalf" -> (isNumber(c) ? x.cond(c.getDouble("p")) : x.cond(c.get("p"))).to(DType.FLOAT16);
            case "vectorNorm" -> x.vectorNorm(c.getDouble("p"), new int[] {0, 2}, KeepDim.KEEP_DIM);
            case "combinations" -> Tensors.combinations(x, c.getInt("r"), c.getBoolean("replacement"));
            case "vander" -> Tensors.vander(x, c.getInt("n"), c.getBoolean("increasing"));
            default -> throw new AssertionError("no operation is named " + c.op());
        };
    }

    private static boolean isNumber(GoldenCase c) {
        return !c.get("p").equals("fro") && !c.get("p").equals("nuc");
    }
}
