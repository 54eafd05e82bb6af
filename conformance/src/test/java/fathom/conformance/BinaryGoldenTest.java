package fathom.conformance;

import fathom.DType;
import fathom.Tensor;
import fathom.options.Rounding;
import java.util.Map;
import java.util.function.BinaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Functions of two tensors, all pairs of values of a grid, and their gradients under broadcasting. */
class BinaryGoldenTest {
    static final Map<String, BinaryOperator<Tensor>> FUNCTIONS =
            Map.ofEntries(
                    Map.entry("add", Tensor::add),
                    Map.entry("sub", Tensor::sub),
                    Map.entry("mul", Tensor::mul),
                    Map.entry("div", Tensor::div),
                    Map.entry("floorDivide", Tensor::floorDivide),
                    Map.entry("divTrunc", (a, b) -> a.div(b, Rounding.TRUNC)),
                    Map.entry("divFloor", (a, b) -> a.div(b, Rounding.FLOOR)),
                    Map.entry("remainder", Tensor::remainder),
                    Map.entry("fmod", Tensor::fmod),
                    Map.entry("pow", Tensor::pow),
                    Map.entry("maximum", Tensor::maximum),
                    Map.entry("minimum", Tensor::minimum),
                    Map.entry("atan2", Tensor::atan2),
                    Map.entry("hypot", Tensor::hypot),
                    Map.entry("copysign", Tensor::copysign),
                    Map.entry("eq", Tensor::eq),
                    Map.entry("ne", Tensor::ne),
                    Map.entry("lt", Tensor::lt),
                    Map.entry("le", Tensor::le),
                    Map.entry("gt", Tensor::gt),
                    Map.entry("ge", Tensor::ge),
                    Map.entry("logicalAnd", Tensor::logicalAnd),
                    Map.entry("logicalOr", Tensor::logicalOr),
                    Map.entry("logicalXor", Tensor::logicalXor),
                    Map.entry("bitwiseAnd", Tensor::bitwiseAnd),
                    Map.entry("bitwiseOr", Tensor::bitwiseOr),
                    Map.entry("bitwiseXor", Tensor::bitwiseXor));

    @TestFactory
    Stream<DynamicTest> cases() {
        return Goldens.each(
                "binary",
                c -> {
                    DType type = c.out(0).dtype();
                    var f = FUNCTIONS.get(c.op());
                    if (f == null) {
                        throw new AssertionError("no function is named " + c.op());
                    }
                    c.checkOne(t -> f.apply(t[0], t[1]), UnaryGoldenTest.rtol(type), UnaryGoldenTest.atol(type));
                });
    }
}
