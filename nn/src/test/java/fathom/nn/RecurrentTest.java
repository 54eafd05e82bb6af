package fathom.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import fathom.Autograd;
import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.recurrent.GRU;
import fathom.nn.recurrent.GRUCell;
import fathom.nn.recurrent.LSTM;
import fathom.nn.recurrent.LSTMCell;
import fathom.nn.recurrent.RNN;
import fathom.nn.recurrent.RNNCell;
import fathom.nn.recurrent.RecurrentBlock;
import fathom.primitive.Ops;
import fathom.recurrent.Recurrence;
import fathom.recurrent.RecurrentCell;
import fathom.testkit.Golden;
import fathom.testkit.Gradcheck;
import fathom.testkit.TensorAssert;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Recurrent networks beyond their values: second derivatives, errors, dropout, printing. */
class RecurrentTest {
    @BeforeEach
    void seed() {
        Tensors.manualSeed(5);
    }

    private static Tensor random(long... shape) {
        return Tensors.randn(DType.FLOAT64, shape).mul(0.6);
    }

    @ParameterizedTest
    @EnumSource(RecurrentCell.class)
    void firstAndSecondDerivatives(RecurrentCell cell) {
        int g = cell.gates();
        for (boolean reverse : new boolean[] {false, true}) {
            var in = new java.util.ArrayList<Tensor>();
            in.add(random(3, 2, 2 * g));
            in.add(random(2, 2));
            if (cell.hasCell()) {
                in.add(random(2, 2));
            }
            in.add(random(2 * g, 2));
            if (cell == RecurrentCell.GRU) {
                in.add(random(2 * g));
            }
            Gradcheck.checkTwice(
                    t -> {
                        Tensor[] out = Ops.applyAll(new Recurrence(cell, reverse, true), t);
                        // cell states at single steps count as well
                        return cell.hasCell() ? out[0].mul(2).add(out[1]) : out[0];
                    },
                    in.toArray(Tensor[]::new));
        }
    }

    @Test
    void withoutGradientsNothingIsKeptAndResultsAreTheSame() {
        var net = new GRU(3, 4, o -> o.numLayers(2).bidirectional(true));
        Tensor x = Tensors.randn(5, 2, 3);
        Tensor recorded = net.forward(x).output();
        try (var off = Autograd.noGrad()) {
            TensorAssert.assertThat(net.forward(x).output()).isCloseTo(recorded.detach(), 0, 0);
        }
    }

    @Test
    void dropoutBetweenLayersOnlyInTraining() {
        var net = new LSTM(3, 4, o -> o.numLayers(2).dropout(0.5));
        Tensor x = Tensors.randn(5, 2, 3);
        net.eval();
        TensorAssert.assertThat(net.forward(x).output()).isCloseTo(net.forward(x).output().detach(), 0, 0);
        net.train();
        Tensor a = net.forward(x).output();
        Tensor b = net.forward(x).output();
        assertThat(a.sub(b).abs().max().item()).isNotEqualTo(0.0);
    }

    @Test
    void oneStepAfterAnotherIsTheWholeSequence() {
        var net = new GRU(3, 4);
        Tensor x = Tensors.randn(4, 2, 3);
        Tensor h = null;
        Tensor out = null;
        for (int t = 0; t < 4; t++) {
            var step = net.forward(x.narrow(0, t, 1), h);
            h = step.hidden();
            out = step.output();
        }
        TensorAssert.assertThat(out.detach()).isCloseTo(net.forward(x).output().narrow(0, 3, 1).detach(), 1e-5, 1e-6);
    }

    @Test
    void errorsNameShapes() {
        var net = new GRU(3, 4, o -> o.bidirectional(true));
        assertThatThrownBy(() -> net.forward(Tensors.zeros(5, 2, 7)))
                .hasMessageContaining("GRU: input [5, 2, 7]")
                .hasMessageContaining("3 features");
        assertThatThrownBy(() -> net.forward(Tensors.zeros(5))).hasMessageContaining("GRU: input [5]");
        assertThatThrownBy(() -> net.forward(Tensors.zeros(0, 2, 3))).hasMessageContaining("no steps");
        assertThatThrownBy(() -> net.forward(Tensors.zeros(5, 2, 3), Tensors.zeros(1, 2, 4)))
                .hasMessageContaining("hidden state [1, 2, 4]")
                .hasMessageContaining("[2, 2, 4]");
        assertThatThrownBy(() -> new LSTMCell(3, 4).forward(Tensors.zeros(2, 3), Tensors.zeros(2, 5), null))
                .hasMessageContaining("LSTMCell: hidden state [2, 5]");
        assertThatThrownBy(() -> new LSTM(3, 0)).hasMessageContaining("no elements");
    }

    @Test
    void printAsPyTorchDoes() {
        Map<String, Object> blocks =
                Map.of(
                        "GRU",
                        new GRU(3, 4),
                        "GRU/options",
                        new GRU(
                                3,
                                4,
                                o -> o.numLayers(2).batchFirst(true).dropout(0.5).bidirectional(true).bias(false)),
                        "RNN/relu",
                        new RNN(3, 4, RNN.Nonlinearity.RELU, o -> {}),
                        "LSTM",
                        new LSTM(3, 4),
                        "GRUCell",
                        new GRUCell(3, 4),
                        "RNNCell/relu",
                        new RNNCell(3, 4, RNN.Nonlinearity.RELU, o -> {}),
                        "LSTMCell/nobias",
                        new LSTMCell(3, 4, o -> o.bias(false)));
        var texts = Golden.texts("golden/sequence-modules.txt");
        blocks.forEach((name, block) -> assertThat(block.toString()).as(name).isEqualTo(texts.get(name)));
    }

    @Test
    void allRecurrentBlocksHaveOneSignature() {
        Tensor x = Tensors.randn(6, 2, 3);
        for (RecurrentBlock rnn : List.of(new RNN(3, 4), new GRU(3, 4), new LSTM(3, 4, o -> o.numLayers(2)))) {
            var whole = rnn.unroll(x, null);
            var first = rnn.unroll(x.narrow(0, 0, 2), null);
            var rest = rnn.unroll(x.narrow(0, 2, 4), first.state().detach());
            assertThat(Tensors.cat(List.of(first.output(), rest.output()), 0).equal(whole.output())).isTrue();
            assertThat(rest.state().hidden().equal(whole.state().hidden())).isTrue();
            assertThat(rest.state().cell() == null).isEqualTo(!(rnn instanceof LSTM));
            assertThat(first.state().detach().hidden().requiresGrad()).isFalse();
        }
        var gru = new GRU(3, 4);
        var lstm = new LSTM(3, 4).unroll(x, null);
        assertThatThrownBy(() -> gru.unroll(x, lstm.state())).hasMessageContaining("GRU: has no cell state");
    }

    @Test
    void aRecurrentBlockIsALayerOfAStack() {
        var gru = new GRU(3, 4);
        var net = new Sequential(new Linear(2, 3), gru.asLayer(), new Linear(4, 1));
        Tensor x = Tensors.randn(5, 2, 2);
        Tensor expected = ((Linear) net.get(2)).forward(gru.forward(net.get(0).call(x)).output());
        assertThat(net.call(x).equal(expected)).isTrue();
        assertThat(net.stateDict().names()).contains("1.rnn.weight_ih_l0");
        net.eval();
        assertThat(gru.isTraining()).isFalse();
    }
}
