package fathom.nn;

import static org.assertj.core.api.Assertions.assertThat;

import fathom.DType;
import fathom.Precision;
import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.activation.GELU;
import fathom.nn.conv.Conv1d;
import fathom.nn.conv.Conv3d;
import fathom.nn.conv.ConvTranspose3d;
import fathom.nn.norm.LayerNorm;
import fathom.nn.pool.AvgPool3d;
import fathom.nn.pool.MaxPool3d;
import fathom.nn.recurrent.GRU;
import fathom.nn.recurrent.GRUCell;
import fathom.nn.recurrent.LSTM;
import fathom.nn.recurrent.RNN;
import fathom.testkit.TensorAssert;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;

/** Layers whose operands meet in two types while {@link Precision#BFLOAT16} is open. */
@ResourceLock(Resources.SYSTEM_PROPERTIES)
class MixedPrecisionTest {
    private static final String PROPERTY = "fathom.bfloat16";

    /** Some tens of roundings to 8 significant bits, each by 2^-9 at most, of values around 1. */
    private static final double CLOSE = 0.05;

    private String before = "auto";

    @BeforeEach
    void allow() {
        before = System.getProperty(PROPERTY, "auto");
        System.setProperty(PROPERTY, "always");
        Tensors.manualSeed(3);
    }

    @AfterEach
    void restore() {
        System.setProperty(PROPERTY, before);
    }

    private static void trainsAlike(Block block, UnaryOperator<Tensor> forward, Tensor x) {
        forward.apply(x).square().mean().backward();
        var wide = block.parameters().stream().map(Tensor::grad).toList();
        block.zeroGrad();
        try (var p = Precision.BFLOAT16.open()) {
            forward.apply(x).square().mean().backward();
        }
        for (int i = 0; i < wide.size(); i++) {
            Tensor g = block.parameters().get(i).grad();
            Tensor e = wide.get(i);
            TensorAssert.assertThat(g).hasType(DType.FLOAT32);
            TensorAssert.assertThat(g).isCloseTo(e, CLOSE, CLOSE * e.abs().max().item());
        }
    }

    @Test
    void convolutionsOfAnyRank() {
        var sequences = new Conv1d(6, 9, 3, c -> c.padding(1));
        trainsAlike(sequences, sequences::forward, Tensors.randn(4, 6, 20));
        var volumes = new Conv3d(6, 9, 3, c -> c.padding(new int[] {1, 0, 1}, new int[] {1}));
        trainsAlike(volumes, volumes::forward, Tensors.randn(2, 6, 5, 6, 7));
        var up = new ConvTranspose3d(6, 4, 3, c -> c.stride(2));
        trainsAlike(up, x -> up.forward(x), Tensors.randn(2, 6, 3, 4, 3));
        var pooled = new Sequential(new Conv3d(2, 4, 3), new AvgPool3d(2), new MaxPool3d(2));
        trainsAlike(pooled, pooled::forward, Tensors.randn(2, 2, 8, 9, 10));
    }

    @Test
    void recurrentNetworks() {
        Tensor x = Tensors.randn(5, 3, 4);
        var rnn = new RNN(4, 6);
        trainsAlike(rnn, t -> rnn.forward(t).output(), x);
        var gru = new GRU(4, 6, o -> o.numLayers(2).batchFirst(true));
        trainsAlike(gru, t -> gru.forward(t).output(), x);
        var lstm = new LSTM(4, 6, o -> o.bidirectional(true));
        trainsAlike(lstm, t -> lstm.forward(t).output(), x);
    }

    @Test
    void recurrentCells() {
        Tensor x = Tensors.randn(3, 4);
        var gru = new GRUCell(4, 6);
        trainsAlike(gru, t -> gru.forward(t, gru.forward(t)), x);
    }

    @Test
    void normsAndAttention() {
        var net = new Sequential(new Linear(8, 8), new LayerNorm(8), new GELU(), new Linear(8, 8));
        trainsAlike(
                net,
                t -> {
                    Tensor q = net.forward(t);
                    return Tensors.scaledDotProductAttention(q, q, q, o -> o.causal(true));
                },
                Tensors.randn(2, 5, 8));
        assertThat(Precision.current()).isEqualTo(Precision.FLOAT32);
    }
}
