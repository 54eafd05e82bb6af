package fathom.nn;

import static org.assertj.core.api.Assertions.assertThat;

import fathom.Shape;
import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.activation.ReLU;
import fathom.nn.activation.Sigmoid;
import fathom.nn.conv.Conv2d;
import fathom.nn.norm.BatchNorm2d;
import fathom.nn.pool.AvgPool2d;
import org.junit.jupiter.api.Test;

class SummaryTest {
    private static Sequential lenet() {
        return new Sequential(
                new Conv2d(1, 6, 5, c -> c.padding(2)),
                new Sigmoid(),
                new AvgPool2d(2),
                new Conv2d(6, 16, 5),
                new Sigmoid(),
                new AvgPool2d(2),
                new Flatten(),
                new Linear(400, 120),
                new Sigmoid(),
                new Linear(120, 84),
                new Sigmoid(),
                new Linear(84, 10));
    }

    @Test
    void lenetHasItsKnownNumbers() {
        var s = Summary.of(lenet(), 1, 1, 28, 28);
        assertThat(s.parameters()).isEqualTo(61_706);
        assertThat(s.trainableParameters()).isEqualTo(61_706);
        // 28*28*6*25 + 10*10*16*150 + 400*120 + 120*84 + 84*10
        assertThat(s.multiplyAdds()).isEqualTo(117_600 + 240_000 + 48_000 + 10_080 + 840);
        assertThat(s.rows().get(4).outputShape()).isEqualTo(Shape.of(1, 16, 10, 10));
    }

    @Test
    void printsATable() {
        var net = new Sequential(new Linear(3, 2), new Sequential(new ReLU()));
        net.get(0).requiresGrad_(false);
        assertThat(Summary.of(net, 4, 3))
                .hasToString(
                        """
                        ---------------------------------------------------------
                        Layer             Output shape  Parameters  Multiply-adds
                        ---------------------------------------------------------
                        Sequential        [4, 2]                 -              -
                          0 (Linear)      [4, 2]                 8             24
                          1 (Sequential)  [4, 2]                 -              -
                            0 (ReLU)      [4, 2]                 -              -
                        ---------------------------------------------------------
                        Input shape: [4, 3]
                        Parameters: 8 (0 trainable, 8 frozen)
                        Multiply-adds: 24\
                        """);
    }

    @Test
    void leavesModesAndStatisticsAsTheyWere() {
        var bn = new BatchNorm2d(3);
        var frozen = new Dropout();
        frozen.eval();
        var net = new Sequential(bn, frozen);
        Summary.of(net, 2, 3, 4, 4);
        assertThat(bn.isTraining()).isTrue();
        assertThat(frozen.isTraining()).isFalse();
        assertThat(bn.numBatchesTracked.itemLong()).isZero();
        assertThat(bn.runningVar.toFloatArray()).containsOnly(1);
    }

    @Test
    void layersOfOnesOwnShowTheirPartsAndSharedOnesCountOnce() {
        final class Twice extends Layer {
            final Linear fc = new Linear(2, 2);
            final Linear same = fc;

            @Override
            public Tensor forward(Tensor x) {
                return same.forward(fc.forward(x));
            }
        }
        var s = Summary.of(new Twice(), Tensors.ones(1, 2));
        assertThat(s.parameters()).isEqualTo(6);
        assertThat(s.rows()).extracting(Summary.Row::parameters).containsExactly(0L, 6L, 0L);
        assertThat(s.multiplyAdds()).isEqualTo(8);
    }
}
