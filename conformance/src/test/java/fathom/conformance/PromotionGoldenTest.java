package fathom.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import fathom.DType;
import fathom.KeepDim;
import fathom.Tensor;
import fathom.Tensors;
import fathom.options.Rounding;
import fathom.testkit.Golden;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Result types: every pair of types, zero-dimensional tensors, Java numbers. */
class PromotionGoldenTest {
    private static final Set<String> REFUSED = Set.of("add_", "mul_", "mean", "std", "var", "norm");

    @TestFactory
    Stream<DynamicTest> lines() {
        return Golden.lines("golden/promotion.txt").stream()
                .map(line -> line.split(" "))
                .filter(part -> !lenient(part))
                .collect(Collectors.groupingBy(part -> part[0], java.util.TreeMap::new, Collectors.toList()))
                .entrySet()
                .stream()
                .map(e -> DynamicTest.dynamicTest(e.getKey(), () -> check(e.getValue())));
    }

    /** Where PyTorch rejects a type only because its CPU code lacks it; and any() of bytes, a historical exception. */
    private static boolean lenient(String[] part) {
        return part[3].equals("error") && !REFUSED.contains(part[0])
                || part[0].equals("any") && part[1].equals("uint8");
    }

    private static void check(List<String[]> lines) {
        var wrong = new java.util.ArrayList<String>();
        for (String[] part : lines) {
            String actual;
            try {
                actual = apply(part[0], part[1], part[2]).dtype().name().toLowerCase(Locale.ROOT);
            } catch (IllegalArgumentException | IllegalStateException | UnsupportedOperationException e) {
                actual = "error";
            }
            if (!actual.equals(part[3])) {
                wrong.add("%s(%s, %s) is %s instead of %s".formatted(part[0], part[1], part[2], actual, part[3]));
            }
        }
        assertThat(wrong).isEmpty();
    }

    private static Tensor operand(String text) {
        boolean scalar = text.startsWith("(");
        String name = scalar ? text.substring(1, text.length() - 1) : text;
        Tensor t = Tensors.zeros(DType.valueOf(name.toUpperCase(Locale.ROOT)), 2).fill_(1);
        return scalar ? t.select(0, 0) : t;
    }

    private static Tensor apply(String op, String left, String right) {
        Tensor x = operand(left);
        return switch (right) {
            case "-" -> unary(op, x);
            case "int" -> scalar(op, x, 1);
            case "float" -> scalar(op, x, 1.5);
            default -> {
                Tensor y = operand(right);
                yield switch (op) {
                    case "add_" -> x.add_(y);
                    case "cat" -> Tensors.cat(List.of(x, y), 0);
                    default -> BinaryGoldenTest.FUNCTIONS.get(op).apply(x, y);
                };
            }
        };
    }

    private static Tensor scalar(String op, Tensor x, Number y) {
        return switch (op) {
            case "add" -> x.add(y);
            case "sub" -> x.sub(y);
            case "mul" -> x.mul(y);
            case "div" -> x.div(y);
            case "floorDivide" -> x.floorDivide(y);
            case "divTrunc" -> x.div(y, Rounding.TRUNC);
            case "remainder" -> x.remainder(y);
            case "pow" -> x.pow(y);
            case "add_" -> x.add_(y);
            case "mul_" -> x.mul_(y);
            case "clamp" -> x.clamp(y, null);
            case "full" -> Tensors.fullLike(x, y);
            default -> throw new AssertionError("no operation is named " + op);
        };
    }

    private static Tensor unary(String op, Tensor x) {
        return switch (op) {
            case "sum" -> x.sum();
            case "prod" -> x.prod();
            case "mean" -> x.mean();
            case "max" -> x.max();
            case "argmax" -> x.argmax();
            case "cumsum" -> x.cumsum(0);
            case "cumprod" -> x.cumprod(0);
            case "any" -> x.any();
            case "std" -> x.std();
            case "var" -> x.var();
            case "norm" -> x.norm();
            case "logsumexp" -> x.logsumexp(new int[] {0}, KeepDim.KEEP_DIM);
            case "median" -> x.median();
            case "softmax" -> x.softmax(0);
            default -> UnaryGoldenTest.FUNCTIONS.get(op).apply(x);
        };
    }
}
