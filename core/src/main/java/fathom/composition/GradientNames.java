package fathom.composition;

import fathom.ir.BinaryOp;
import fathom.ir.Expr;
import fathom.ir.ReduceOp;
import fathom.primitive.LogCumSumExp;
import fathom.primitive.MatMul;
import fathom.primitive.Pointwise;
import fathom.primitive.Primitive;
import fathom.primitive.Reduce;
import fathom.primitive.Scan;
import fathom.primitive.Views;
import fathom.primitive.neural.CrossEntropy;
import fathom.primitive.neural.Softmax;
import fathom.primitive.neural.Variance;
import fathom.primitive.window.Pool;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** The names that a printed tensor shows as its {@code grad_fn}: PyTorch's, {@code AmaxBackward0}. */
public final class GradientNames {
    private GradientNames() {}

    /**
     * {@return the name of the gradient of an operation}
     *
     * @param last its primitives from the last one backwards, and what came before
     * @param shape the shape of the last one's first input
     */
    public static String of(List<Primitive> last, long... shape) {
        String name = name(last, shape);
        return name.substring(0, 1).toUpperCase(Locale.ROOT) + name.substring(1) + "Backward0";
    }

    private static String name(List<Primitive> last, long... shape) {
        Primitive end = last.getFirst();
        Primitive before = last.size() < 2 ? end : last.get(1);
        if (isDivisionByNumber(end)) {
            Primitive divided = last.size() > 2 && before instanceof Views.Reshape ? last.get(2) : before;
            if (divided instanceof Reduce r && r.op() == ReduceOp.SUM) {
                return "mean";
            }
        }
        return name(endsIn(before, end, shape) ? before : end);
    }

    private static boolean isDivisionByNumber(Primitive primitive) {
        return primitive instanceof Pointwise p
                && uncast(p.kernel().body()) instanceof Expr.Binary e
                && e.op() == BinaryOp.DIV
                && uncast(e.b()) instanceof Expr.Scalar;
    }

    private static Expr uncast(Expr e) {
        return e instanceof Expr.Cast c ? uncast(c.x()) : e;
    }

    /**
     * Whether {@code last} is the end of the operation {@code first}: it drops the dimensions of a reduction, or
     * changes nothing after an index.
     */
    private static boolean endsIn(Primitive first, Primitive last, long... shape) {
        if (!(last instanceof Views.Reshape reshape)) {
            return false;
        }
        return switch (first) {
            case Reduce r -> true;
            case Variance v -> true;
            case Views.Slice s -> Arrays.equals(reshape.shape(), shape);
            case Views.Select s -> Arrays.equals(reshape.shape(), shape);
            default -> false;
        };
    }

    private static String name(Primitive primitive) {
        return switch (primitive) {
            case Pointwise p -> pointwise(p);
            case Reduce r ->
                    switch (r.op()) {
                        case MAX -> "amax";
                        case MIN -> "amin";
                        default -> r.op().name().toLowerCase(Locale.ROOT);
                    };
            case Scan s -> "cum" + s.op().name().toLowerCase(Locale.ROOT);
            case LogCumSumExp l -> "logcumsumexp";
            case MatMul m -> m.bias() ? "addmm" : "mm";
            case Views.Reshape r -> "view";
            case CrossEntropy c -> "nllLoss";
            case Softmax s -> s.log() ? "logSoftmax" : "softmax";
            case Variance v -> "var";
            case Pool p -> p.kind() == Pool.Kind.MAX ? "maxPool2DWithIndices" : "avgPool2D";
            default -> primitive.name();
        };
    }

    private static String pointwise(Pointwise p) {
        if (p.kernel().equals(Activations.RELU.of(p.kernel().outputType(0)))) {
            return "relu";
        }
        return switch (p.name()) {
            case "max" -> "maximum";
            case "min" -> "minimum";
            case "copy" -> p.kernel().body() instanceof Expr.Cast ? "toCopy" : "clone";
            default -> p.name();
        };
    }
}
