package fathom.nn;

import static org.assertj.core.api.Assertions.assertThat;

import fathom.Captured;
import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.activation.GELU;
import fathom.nn.activation.LeakyReLU;
import fathom.nn.activation.PReLU;
import fathom.nn.activation.ReLU;
import fathom.nn.activation.Softmax;
import fathom.nn.activation.Threshold;
import fathom.nn.conv.Conv1d;
import fathom.nn.conv.Conv2d;
import fathom.nn.conv.ConvTranspose2d;
import fathom.nn.loss.BCEWithLogitsLoss;
import fathom.nn.loss.CosineEmbeddingLoss;
import fathom.nn.loss.CrossEntropyLoss;
import fathom.nn.loss.HuberLoss;
import fathom.nn.loss.MSELoss;
import fathom.nn.loss.TripletMarginLoss;
import fathom.nn.norm.BatchNorm1d;
import fathom.nn.norm.BatchNorm2d;
import fathom.nn.norm.GroupNorm;
import fathom.nn.norm.InstanceNorm2d;
import fathom.nn.norm.LayerNorm;
import fathom.nn.norm.RMSNorm;
import fathom.nn.pool.AdaptiveAvgPool2d;
import fathom.nn.pool.AvgPool2d;
import fathom.nn.pool.MaxPool2d;
import fathom.nn.recurrent.GRU;
import fathom.nn.recurrent.GRUCell;
import fathom.nn.recurrent.LSTM;
import fathom.nn.recurrent.RNN;
import fathom.nn.transformer.MultiheadAttention;
import fathom.nn.transformer.PositionalEncoding;
import fathom.nn.transformer.Transformer;
import fathom.nn.transformer.TransformerDecoderLayer;
import fathom.nn.transformer.TransformerEncoderLayer;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The state of all layers can be compared from call to call; options that change after a layer was made are seen. */
class GuardedLayersTest {
    static List<Block> blocks() {
        return List.of(
                new Sequential(new Linear(4, 4), new ReLU(), new Dropout(0.5), new Dropout2d(0.5)),
                new Conv2d(2, 2, 3, c -> c.padding(1)),
                new Conv1d(2, 2, 3),
                new ConvTranspose2d(2, 2, 3),
                new BatchNorm1d(4),
                new BatchNorm2d(4),
                new InstanceNorm2d(4),
                new GroupNorm(2, 4),
                new LayerNorm(4),
                new RMSNorm(4),
                new Embedding(5, 4),
                new Bilinear(3, 3, 2),
                new MaxPool2d(2),
                new AvgPool2d(2),
                new AdaptiveAvgPool2d(1),
                new Flatten(),
                new Unflatten(1, 2, 2),
                new PReLU(),
                new GELU(),
                new LeakyReLU(0.1),
                new Threshold(0, 1),
                new Softmax(1),
                new RNN(3, 4),
                new GRU(3, 4, o -> o.numLayers(2).bidirectional(true)),
                new LSTM(3, 4),
                new GRUCell(3, 4),
                new MultiheadAttention(8, 2),
                new TransformerEncoderLayer(8, 2),
                new TransformerDecoderLayer(8, 2),
                new Transformer(8, 2, 1, 1),
                new PositionalEncoding(8, 0.1),
                new ModuleList<>(new Linear(2, 2)),
                new CrossEntropyLoss(),
                new BCEWithLogitsLoss(),
                new MSELoss(),
                new HuberLoss(),
                new TripletMarginLoss(),
                new CosineEmbeddingLoss());
    }

    private static Captured reading(Block block) {
        return Captured.of((Tensor x) -> block.isTraining() ? x.add(1) : x);
    }

    @ParameterizedTest
    @MethodSource("blocks")
    void canBeCompared(Block block) {
        Captured step = reading(block);
        Tensor x = Tensors.ones(3);
        for (int i = 0; i < 4; i++) {
            step.call(x);
        }
        assertThat(step.eagerReason()).isNull();
        assertThat(step.hasPlan(x)).isTrue();
        block.children().forEach(Block::eval);
        assertThat(step.hasPlan(x)).isTrue();
        block.eval();
        assertThat(step.hasPlan(x)).isFalse();
    }

    @Test
    void optionsThatWereKept() {
        var kept = new AtomicReference<MultiheadAttention.Options>();
        Consumer<MultiheadAttention.Options> options = kept::set;
        var attention = new MultiheadAttention(8, 2, options);
        Captured step = reading(attention);
        Tensor x = Tensors.ones(3);
        for (int i = 0; i < 4; i++) {
            step.call(x);
        }
        assertThat(step.hasPlan(x)).isTrue();
        kept.get().dropout(0.5);
        assertThat(step.hasPlan(x)).isFalse();
    }
}
