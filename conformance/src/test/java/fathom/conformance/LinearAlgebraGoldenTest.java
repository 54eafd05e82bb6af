package fathom.conformance;

import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.testkit.GoldenCase;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Products and decompositions, and their gradients. */
class LinearAlgebraGoldenTest {

    @TestFactory
    Stream<DynamicTest> cases() {
        return Goldens.each(
                "linalg",
                c -> {
                    DType type = c.out(0).dtype();
                    double rtol =
                            switch (type) {
                                case FLOAT64 -> 1e-9;
                                case FLOAT32 -> 1e-4;
                                case BFLOAT16 -> 2e-2;
                                default -> 0;
                            };
                    double atol = type == DType.BFLOAT16 ? 0.1 : rtol / 10;
                    c.check(t -> call(c, t), rtol, atol);
                });
    }

    private static Tensor[] call(GoldenCase c, Tensor[] t) {
        if (c.op().equals("qrPositive")) {
            var qr = t[0].qr();
            Tensor sign = qr.r().diagonal(0, -2, -1).sign().detach();
            return new Tensor[] {qr.q().mul(sign.unsqueeze(-2)), qr.r().mul(sign.unsqueeze(-1))};
        }
        return new Tensor[] {one(c, t)};
    }

    private static Tensor symmetric(Tensor t) {
        return t.add(t.transpose(-1, -2)).div(2);
    }

    private static Tensor one(GoldenCase c, Tensor[] t) {
        Tensor x = t[0];
        return switch (c.op()) {
            case "matmul" -> x.matmul(t[1]);
            case "dot" -> x.dot(t[1]);
            case "mv" -> x.mv(t[1]);
            case "mm" -> x.mm(t[1]);
            case "bmm" -> x.bmm(t[1]);
            case "outer" -> x.outer(t[1]);
            case "addmm" -> x.addmm(t[1], t[2], c.getDouble("beta"), c.getDouble("alpha"));
            case "baddbmm" -> x.baddbmm(t[1], t[2], c.getDouble("beta"), c.getDouble("alpha"));
            case "einsum" -> Tensors.einsum(c.get("equation"), t);
            case "tensordot" -> Tensors.tensordot(x, t[1], c.getInt("dims"));
            case "tensordotDims" -> Tensors.tensordot(x, t[1], c.getInts("left"), c.getInts("right"));
            case "trace" -> x.trace();
            case "kron" -> x.kron(t[1]);
            case "cross" -> x.cross(t[1], c.getInt("dim"));
            case "inv" -> x.inv();
            case "det" -> x.det();
            case "solve" -> x.solve(t[1]);
            case "cholesky" -> x.cholesky();
            case "eighValues" -> symmetric(x).eigh().eigenvalues();
            case "eighProjector" -> {
                Tensor v = symmetric(x).eigh().eigenvectors().narrow(-1, 0, 1);
                yield v.matmul(v.transpose(-1, -2));
            }
            case "svdValues" -> x.svd().s();
            case "svdPolar" -> {
                var svd = x.svd();
                yield svd.u().matmul(svd.vh());
            }
            default -> throw new AssertionError("no operation is named " + c.op());
        };
    }
}
