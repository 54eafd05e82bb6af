package fathom.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import fathom.Captured;
import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.recurrent.GRU;
import fathom.nn.recurrent.LSTM;
import fathom.nn.recurrent.RNN;
import fathom.nn.recurrent.RecurrentBlock;
import fathom.nn.recurrent.RecurrentOptions;
import fathom.nn.recurrent.RecurrentState;
import fathom.testkit.Golden;
import fathom.testkit.GoldenCase;
import fathom.testkit.TensorAssert;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Sequences of different lengths as PyTorch's packed sequences, and LSTM with projections. */
class PaddedSequencesTest {
    @TestFactory
    Stream<DynamicTest> cases() {
        return Golden.load("golden/packed.safetensors").cases().stream()
                .map(c -> DynamicTest.dynamicTest(c.name(), () -> check(c)));
    }

    private static void check(GoldenCase c) {
        c.check(
                in -> {
                    RecurrentBlock block = block(c);
                    int given = c.getInt("given");
                    Parameters.replace(
                            block, List.of(c.get("names").split(",")), Arrays.asList(in).subList(given, in.length));
                    var state = given == 1 ? null : new RecurrentState(in[1], given == 3 ? in[2] : null);
                    var out =
                            c.hasTensor("lengths")
                                    ? block.unroll(in[0], state, c.tensor("lengths"))
                                    : block.forward(in[0], state);
                    Tensor cells = out.state().cell();
                    return cells == null
                            ? new Tensor[] {out.output(), out.state().hidden()}
                            : new Tensor[] {out.output(), out.state().hidden(), cells};
                },
                1e-10,
                1e-12);
    }

    private static RecurrentBlock block(GoldenCase c) {
        Consumer<RecurrentOptions> o =
                r ->
                        r.numLayers(c.getInt("num_layers", 1))
                                .bidirectional(c.getBoolean("bidirectional"))
                                .batchFirst(c.getBoolean("batch_first"))
                                .projSize(c.getInt("proj_size", 0));
        return switch (c.op()) {
            case "RNN" -> new RNN(3, 4, o);
            case "GRU" -> new GRU(3, 4, o);
            default -> new LSTM(3, 4, o);
        };
    }

    @Test
    void anEmptySequenceKeepsItsStates() {
        Tensors.manualSeed(1);
        var net = new LSTM(3, 4, o -> o.bidirectional(true));
        Tensor h = Tensors.randn(2, 2, 4);
        Tensor c = Tensors.randn(2, 2, 4);
        var out = net.forward(Tensors.randn(5, 2, 3), h, c, Tensors.tensor(new long[] {0, 3}));
        TensorAssert.assertThat(out.hidden().detach().select(1, 0)).isCloseTo(h.select(1, 0), 0, 0);
        TensorAssert.assertThat(out.cell().detach().select(1, 0)).isCloseTo(c.select(1, 0), 0, 0);
        assertThat(out.output().select(1, 0).abs().max().item()).isZero();
        assertThat(out.output().get("3:, 1").abs().max().item()).isZero();
    }

    @Test
    void oneSequenceAloneIsTheSameAsInABatch() {
        Tensors.manualSeed(2);
        var net = new GRU(3, 4, o -> o.numLayers(2).bidirectional(true).batchFirst(true));
        Tensor x = Tensors.randn(2, 6, 3);
        var both = net.forward(x, null, Tensors.tensor(new int[] {4, 6}));
        var one = net.forward(x.get("0:1, :4"));
        TensorAssert.assertThat(both.output().detach().get("0:1, :4")).isCloseTo(one.output().detach(), 1e-6, 1e-6);
        TensorAssert.assertThat(both.hidden().detach().get(":, 0:1")).isCloseTo(one.hidden().detach(), 1e-6, 1e-6);
    }

    @Test
    void lengthsThatVaryAreCapturedOnce() {
        Tensors.manualSeed(3);
        var net = new GRU(3, 4, o -> o.bidirectional(true));
        var step = Captured.of((Tensor x, Tensor n) -> net.forward(x, null, n).hidden().sum());
        for (int i = 0; i < 8; i++) {
            Tensor x = Tensors.randn(5, 2, 3);
            Tensor n = Tensors.tensor(new long[] {1 + i % 5, 5 - i % 3});
            double found = step.call(x, n).item();
            assertThat(found).isEqualTo(net.forward(x, null, n).hidden().sum().item());
        }
        assertThat(step.plan()).isNotNull();
    }

    @Test
    void errorsNameLengthsAndProjections() {
        var net = new GRU(3, 4);
        Tensor x = Tensors.zeros(5, 2, 3);
        assertThatThrownBy(() -> net.forward(x, null, Tensors.tensor(new long[] {5})))
                .hasMessageContaining("GRU: lengths [1] of INT64: expected [2] of an integer type");
        assertThatThrownBy(() -> net.forward(x, null, Tensors.zeros(2))).hasMessageContaining("lengths [2] of FLOAT32");
        assertThatThrownBy(() -> net.forward(x.select(1, 0), null, Tensors.tensor(new long[] {5})))
                .hasMessageContaining("expected a batch of sequences");
        assertThatThrownBy(() -> net.forward(x, null, Tensors.tensor(new long[] {6, 5})));
        assertThatThrownBy(() -> new GRU(3, 4, o -> o.projSize(2))).hasMessageContaining("projSize is for LSTM only");
        assertThatThrownBy(() -> new LSTM(3, 4, o -> o.projSize(4)))
                .hasMessageContaining("projSize must be less than the hidden size 4, is 4");
        assertThat(new LSTM(3, 4, o -> o.projSize(2).numLayers(2)).toString())
                .isEqualTo("LSTM(3, 4, proj_size=2, num_layers=2)");
        assertThat(
                        Objects.requireNonNull(new LSTM(3, 4, o -> o.projSize(2)).namedParameters().get("weight_hr_l0"))
                                .dtype())
                .isEqualTo(DType.FLOAT32);
    }
}
