package fathom.conformance;

import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.ValuesAndIndices;
import fathom.testkit.GoldenCase;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Special functions, cumulative results, differences and integrals, uneven splits and rotations, and their gradients.
 */
class SpecialGoldenTest {

    @TestFactory
    Stream<DynamicTest> cases() {
        return Goldens.each(
                "special",
                c -> {
                    DType type = c.out(0).dtype();
                    c.check(t -> call(c, t), UnaryGoldenTest.rtol(type), UnaryGoldenTest.atol(type));
                });
    }

    private static Tensor[] call(GoldenCase c, Tensor[] t) {
        return switch (c.op()) {
            case "cummax" -> two(Tensors.cummax(t[0], c.getInt("dim")));
            case "cummin" -> two(Tensors.cummin(t[0], c.getInt("dim")));
            case "tensorSplit" -> all(Tensors.tensorSplit(t[0], c.getInt("sections"), c.getInt("dim")));
            case "tensorSplitIndices" -> all(t[0].tensorSplit(indices(c), c.getInt("dim")));
            case "hsplit" -> all(t[0].hsplit(c.getInt("sections")));
            case "vsplit" -> all(t[0].vsplit(c.getInt("sections")));
            case "dsplit" -> all(t[0].dsplit(c.getInt("sections")));
            case "hsplitIndices" -> all(t[0].hsplit(indices(c)));
            case "vsplitIndices" -> all(t[0].vsplit(indices(c)));
            case "dsplitIndices" -> all(t[0].dsplit(indices(c)));
            default -> new Tensor[] {one(c, t)};
        };
    }

    private static Tensor one(GoldenCase c, Tensor[] t) {
        Tensor x = t[0];
        return switch (c.op()) {
            case "sinc" -> Tensors.sinc(x);
            case "signbit" -> Tensors.signbit(x);
            case "isposinf" -> Tensors.isposinf(x);
            case "isneginf" -> Tensors.isneginf(x);
            case "i0" -> Tensors.i0(x);
            case "i1" -> Tensors.i1(x);
            case "erfcx" -> Tensors.erfcx(x);
            case "logit" -> Tensors.logit(x, c.getDouble("eps"));
            case "logaddexp" -> Tensors.logaddexp(x, t[1]);
            case "logaddexp2" -> Tensors.logaddexp2(x, t[1]);
            case "xlogy" -> Tensors.xlogy(x, t[1]);
            case "xlog1py" -> Tensors.xlog1py(x, t[1]);
            case "heaviside" -> Tensors.heaviside(x, t[1]);
            case "fmax" -> Tensors.fmax(x, t[1]);
            case "fmin" -> Tensors.fmin(x, t[1]);
            case "floatPower" -> Tensors.floatPower(x, t[1]);
            case "clampMin" -> x.clampMin(t[1]);
            case "clampMax" -> x.clampMax(t[1]);
            case "clamp" -> x.clamp(t[1], t[2]);
            case "bitwiseAnd" -> x.bitwiseAnd(t[1]);
            case "bitwiseOr" -> x.bitwiseOr(t[1]);
            case "bitwiseXor" -> x.bitwiseXor(t[1]);
            case "bitwiseLeftShift" -> x.bitwiseLeftShift(t[1]);
            case "bitwiseRightShift" -> x.bitwiseRightShift(t[1]);
            case "bitwiseAndNumber" -> x.bitwiseAnd(c.getInt("number"));
            case "bitwiseOrNumber" -> x.bitwiseOr(c.getInt("number"));
            case "bitwiseXorNumber" -> x.bitwiseXor(c.getInt("number"));
            case "bitwiseLeftShiftNumber" -> x.bitwiseLeftShift(c.getInt("number"));
            case "bitwiseRightShiftNumber" -> x.bitwiseRightShift(c.getInt("number"));
            case "logcumsumexp" -> Tensors.logcumsumexp(x, c.getInt("dim"));
            case "diff" -> Tensors.diff(x, c.getInt("n"), c.getInt("dim"));
            case "diffPrepend" -> Tensors.diff(x, c.getInt("n"), c.getInt("dim"), t[1], null);
            case "diffBoth" -> Tensors.diff(x, c.getInt("n"), c.getInt("dim"), t[1], t[2]);
            case "trapezoid" -> Tensors.trapezoid(x, c.getDouble("dx"), c.getInt("dim"));
            case "trapezoidX" -> Tensors.trapezoid(x, t[1], c.getInt("dim"));
            case "cumulativeTrapezoid" -> Tensors.cumulativeTrapezoid(x, c.getDouble("dx"), c.getInt("dim"));
            case "cumulativeTrapezoidX" -> Tensors.cumulativeTrapezoid(x, t[1], c.getInt("dim"));
            case "rot90" -> Tensors.rot90(x, c.getInt("k"), c.getInts("dims"));
            case "fliplr" -> Tensors.fliplr(x);
            case "flipud" -> Tensors.flipud(x);
            case "T" -> x.T();
            case "mT" -> x.mT();
            case "takeAlongDim" -> x.takeAlongDim(c.tensor("index"));
            default -> throw new AssertionError("no operation is named " + c.op());
        };
    }

    private static long[] indices(GoldenCase c) {
        int[] ints = c.getInts("indices");
        var longs = new long[ints.length];
        for (int i = 0; i < longs.length; i++) {
            longs[i] = ints[i];
        }
        return longs;
    }

    private static Tensor[] two(ValuesAndIndices v) {
        return new Tensor[] {v.values(), v.indices()};
    }

    private static Tensor[] all(List<Tensor> views) {
        return views.toArray(Tensor[]::new);
    }
}
