package fathom.interop.onnx.operators;

import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.interop.onnx.graph.Call;
import fathom.interop.onnx.graph.Operator.Body;
import fathom.interop.onnx.graph.Value;
import java.util.function.BiFunction;
import java.util.function.BinaryOperator;

/** Comparisons, logic and selection by conditions. */
final class Logic {
    private Logic() {}

    static void addTo(OperatorTable table) {
        table.add("Equal", comparison(Tensor::eq, Tensor::eq, Tensor::eq)).host(HostMath.comparison((a, b) -> a == b));
        table.add("Greater", comparison(Tensor::gt, Tensor::gt, Tensor::lt)).host(HostMath.comparison((a, b) -> a > b));
        table.add("GreaterOrEqual", comparison(Tensor::ge, Tensor::ge, Tensor::le))
                .host(HostMath.comparison((a, b) -> a >= b));
        table.add("Less", comparison(Tensor::lt, Tensor::lt, Tensor::gt)).host(HostMath.comparison((a, b) -> a < b));
        table.add("LessOrEqual", comparison(Tensor::le, Tensor::le, Tensor::ge))
                .host(HostMath.comparison((a, b) -> a <= b));
        table.add("And", logic(Tensor::logicalAnd)).host(HostMath.folded((a, b) -> a * b, (a, b) -> a & b));
        table.add("Or", logic(Tensor::logicalOr)).host(HostMath.folded(Math::max, (a, b) -> a | b));
        table.add("Xor", logic(Tensor::logicalXor)).host(HostMath.folded((a, b) -> a == b ? 0 : 1, (a, b) -> a ^ b));
        table.unary("Not", Tensor::logicalNot).host(HostMath.unary(a -> 1 - a, a -> 1 - a));
        table.add("BitwiseAnd", logic(Tensor::bitwiseAnd));
        table.add("BitwiseOr", logic(Tensor::bitwiseOr));
        table.add("BitwiseXor", logic(Tensor::bitwiseXor));
        table.unary("BitwiseNot", Tensor::bitwiseNot);
        table.add("BitShift", Logic::shift);
        table.add("Where", Logic::where).host(HostMath::where);
    }

    private static Body comparison(
            BinaryOperator<Tensor> tensors,
            BiFunction<Tensor, Number, Tensor> right,
            BiFunction<Tensor, Number, Tensor> left) {
        return Arithmetic.binary(tensors, right, left);
    }

    private static Body logic(BinaryOperator<Tensor> f) {
        return c -> Value.of(f.apply(c.tensor(0), c.tensor(1)));
    }

    private static Value[] shift(Call c) {
        return switch (c.text("direction", "")) {
            case "LEFT" -> Value.of(c.tensor(0).bitwiseLeftShift(c.tensor(1)));
            case "RIGHT" -> Value.of(c.tensor(0).bitwiseRightShift(c.tensor(1)));
            default -> throw c.refuse("its attribute direction is neither LEFT nor RIGHT");
        };
    }

    private static Value[] where(Call c) {
        Tensor condition = c.tensor(0).to(DType.BOOL);
        Number b = Arithmetic.number(c.value(2), c.value(1));
        if (b != null) {
            return Value.of(Tensors.where(condition, c.tensor(1), b));
        }
        Number a = Arithmetic.number(c.value(1), c.value(2));
        return Value.of(
                a != null
                        ? Tensors.where(condition, a, c.tensor(2))
                        : Tensors.where(condition, c.tensor(1), c.tensor(2)));
    }
}
