package fathom.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.testkit.GoldenCase;
import fathom.testkit.Gradcheck;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Masked fill with a tensor's value, repeated indices and meshgrids, and their gradients, against PyTorch. */
class SelectionGoldenTest {
    @TestFactory
    Stream<DynamicTest> cases() {
        return Goldens.each("selection", c -> c.check(t -> call(c, t), 1e-6, 1e-14));
    }

    private static Tensor[] call(GoldenCase c, Tensor[] t) {
        return switch (c.op()) {
            case "maskedFill" -> new Tensor[] {t[0].maskedFill(c.tensor("mask"), t[1])};
            case "repeatInterleave" -> new Tensor[] {repeated(c, t[0])};
            case "meshgrid" -> Tensors.meshgrid(List.of(t), c.get("indexing")).toArray(Tensor[]::new);
            default -> throw new AssertionError("no operation is named " + c.op());
        };
    }

    private static Tensor repeated(GoldenCase c, Tensor x) {
        if (c.has("times")) {
            return c.has("dim")
                    ? x.repeatInterleave(c.getInt("times"), c.getInt("dim"))
                    : x.repeatInterleave(c.getInt("times"));
        }
        Tensor repeats = c.tensor("repeats");
        return c.has("size")
                ? x.repeatInterleave(repeats, c.getInt("dim"), c.getInt("size"))
                : c.has("dim") ? x.repeatInterleave(repeats, c.getInt("dim")) : x.repeatInterleave(repeats);
    }

    @Test
    void gradients() {
        Tensors.manualSeed(4);
        Tensor x = Tensors.randn(DType.FLOAT64, 3, 2);
        Tensor mask = Tensors.tensor(true, false);
        Gradcheck.checkTwice(t -> t[0].maskedFill(mask, t[1]).exp(), x, Tensors.randn(DType.FLOAT64));
        Gradcheck.checkTwice(t -> t[0].mul(1).maskedFill_(mask, t[1]).exp(), x, Tensors.randn(DType.FLOAT64));
        Gradcheck.checkTwice(t -> t[0].repeatInterleave(Tensors.tensor(2, 0, 1), 0).exp(), x);
        Gradcheck.checkTwice(
                t -> {
                    List<Tensor> grid = Tensors.meshgrid(List.of(t), "xy");
                    return grid.get(0).mul(grid.get(1)).exp();
                },
                Tensors.randn(DType.FLOAT64, 2),
                Tensors.randn(DType.FLOAT64, 3));
    }

    @Test
    void aFillValueMustBeAScalar() {
        Tensor x = Tensors.zeros(2);
        Tensor mask = Tensors.tensor(true, false);
        assertThat(x.maskedFill_(mask, Tensors.tensor(2.5)).toFloatArray()).containsExactly(2.5f, 0);
        assertThatThrownBy(() -> x.maskedFill(mask, Tensors.ones(1)))
                .hasMessageContaining("maskedFill: the value must be a scalar, not of shape [1]");
        assertThatThrownBy(() -> x.maskedFill_(mask, Tensors.ones(2))).hasMessageContaining("maskedFill_");
    }
}
