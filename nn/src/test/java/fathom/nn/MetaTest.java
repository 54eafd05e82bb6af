package fathom.nn;

import static fathom.DType.FLOAT32;
import static fathom.DType.INT64;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import fathom.Autograd;
import fathom.Captured;
import fathom.Device;
import fathom.Fathom;
import fathom.Shape;
import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.activation.GELU;
import fathom.nn.activation.ReLU;
import fathom.nn.activation.Softmax;
import fathom.nn.conv.Conv2d;
import fathom.nn.conv.ConvTranspose2d;
import fathom.nn.conv.Unfold;
import fathom.nn.conv.Upsample;
import fathom.nn.norm.BatchNorm2d;
import fathom.nn.norm.GroupNorm;
import fathom.nn.norm.InstanceNorm2d;
import fathom.nn.norm.LayerNorm;
import fathom.nn.norm.RMSNorm;
import fathom.nn.pool.AdaptiveAvgPool2d;
import fathom.nn.pool.AvgPool2d;
import fathom.nn.pool.MaxPool2d;
import fathom.nn.recurrent.LSTM;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** Tensors, layers and models without values. */
class MetaTest {
    /** A decoder-only language model of Llama's build: gated feed-forward networks, norms before each part, no bias. */
    private static final class Decoder extends Layer {
        private final Embedding tokens;
        private final ModuleList<DecoderLayer> layers;
        private final RMSNorm norm;
        private final Linear head;

        Decoder(int count, long vocabulary, long hidden, long inner, int heads) {
            tokens = new Embedding(vocabulary, hidden);
            layers = new ModuleList<>();
            for (int i = 0; i < count; i++) {
                layers.add(new DecoderLayer(hidden, inner, heads));
            }
            norm = new RMSNorm(hidden);
            head = new Linear(hidden, vocabulary, o -> o.bias(false));
        }

        @Override
        public Tensor forward(Tensor x) {
            Tensor h = tokens.call(x);
            for (DecoderLayer layer : layers) {
                h = layer.call(h);
            }
            return head.call(norm.call(h));
        }
    }

    private static final class DecoderLayer extends Layer {
        private final int heads;
        private final RMSNorm before;
        private final Linear q;
        private final Linear k;
        private final Linear v;
        private final Linear o;
        private final RMSNorm between;
        private final Linear gate;
        private final Linear up;
        private final Linear down;

        DecoderLayer(long hidden, long inner, int heads) {
            this.heads = heads;
            before = new RMSNorm(hidden);
            q = plain(hidden, hidden);
            k = plain(hidden, hidden);
            v = plain(hidden, hidden);
            o = plain(hidden, hidden);
            between = new RMSNorm(hidden);
            gate = plain(hidden, inner);
            up = plain(hidden, inner);
            down = plain(inner, hidden);
        }

        private static Linear plain(long in, long out) {
            return new Linear(in, out, c -> c.bias(false));
        }

        private Tensor cut(Tensor x) {
            return x.unflatten(-1, heads, x.size(-1) / heads).transpose(1, 2);
        }

        @Override
        public Tensor forward(Tensor x) {
            Tensor n = before.call(x);
            Tensor seen =
                    Tensors.scaledDotProductAttention(
                            cut(q.call(n)), cut(k.call(n)), cut(v.call(n)), a -> a.causal(true));
            Tensor h = x.add(o.call(seen.transpose(1, 2).flatten(2)));
            Tensor m = between.call(h);
            return h.add(down.call(gate.call(m).silu().mul(up.call(m))));
        }
    }

    @Test
    void aModelOfThirteenBillionParametersIsSummarisedInNoMemory() {
        long inUse = Fathom.memory().inUse();
        Fathom.resetPeakMemory();
        Summary s;
        try (var meta = Device.META.open()) {
            s = Summary.of(new Decoder(40, 32_000, 5120, 13_824, 40), INT64, 1, 2048);
        }
        long hidden = 5120;
        long layer = 4 * hidden * hidden + 3 * hidden * 13_824 + 2 * hidden;
        assertThat(s.parameters()).isEqualTo(40 * layer + 2 * 32_000 * hidden + hidden).isGreaterThan(13_000_000_000L);
        assertThat(s.multiplyAdds()).isEqualTo(2048 * (40 * (layer - 2 * hidden) + 32_000 * hidden));
        assertThat(s.rows().getFirst().outputShape()).isEqualTo(Shape.of(1, 2048, 32_000));
        assertThat(Fathom.memory().peak() - inUse).isLessThan(100L << 20);
    }

    @Test
    void summariesOfLayersWithValuesComputeNothingAndChangeNothing() {
        var net = new Sequential(new Linear(3, 2, o -> o.bias(false)), new ReLU());
        Tensor before = net.parameters().getFirst().clone();
        var counted = new int[1];
        Runnable unhook =
                net.get(0)
                        .registerForwardHook((l, x, y) -> {
                            counted[0]++;
                            assertThat(y.isMeta()).isTrue();
                            return y;
                        });
        Summary s = Summary.of(net, Tensors.ones(5, 3));
        assertThat(s.rows().getFirst().outputShape()).isEqualTo(Shape.of(5, 2));
        assertThat(counted[0]).isEqualTo(1);
        unhook.run();
        assertThat(net.parameters().getFirst().equal(before)).isTrue();
        assertThat(net.call(Tensors.ones(5, 3)).isMeta()).isFalse();
    }

    @Test
    void shapesTypesAndLayoutsAreThoseOfARunWithValues() {
        List<Supplier<Layer>> makers =
                List.of(
                        () -> new Conv2d(3, 8, 3, c -> c.padding(1)),
                        () -> new ConvTranspose2d(3, 8, 3),
                        () -> new Sequential(new Conv2d(3, 4, 3), new BatchNorm2d(4), new ReLU(), new MaxPool2d(2)),
                        () -> new Sequential(new AvgPool2d(2), new Flatten(), new Linear(3 * 4 * 4, 7)),
                        () -> new Sequential(new AdaptiveAvgPool2d(2), new GroupNorm(3, 3), new GELU()),
                        () -> new Sequential(new Softmax(1), new Dropout(0.5), new InstanceNorm2d(3)),
                        () -> new Sequential(new Upsample(o -> o.scaleFactor(2)), new LayerNorm(16)),
                        () -> new Sequential(new Unfold(3), new Linear(36, 5)));
        for (Supplier<Layer> maker : makers) {
            Tensor y = maker.get().call(Tensors.rand(2, 3, 8, 8));
            Tensor z;
            try (var meta = Device.META.open()) {
                z = maker.get().call(Tensors.rand(2, 3, 8, 8));
            }
            assertThat(z.isMeta()).isTrue();
            assertThat(z.device()).isEqualTo(Device.META);
            assertThat(z.shape()).isEqualTo(y.shape());
            assertThat(z.dtype()).isEqualTo(y.dtype());
            assertThat(z.strides()).isEqualTo(y.strides());
        }
    }

    @Test
    void recurrentLayersAndTheirStatesAreInferred() {
        try (var meta = Device.META.open()) {
            var out = new LSTM(4, 6, o -> o.numLayers(2)).forward(Tensors.rand(5, 3, 4));
            assertThat(out.output().shape()).isEqualTo(Shape.of(5, 3, 6));
            assertThat(out.output().isMeta()).isTrue();
            assertThat(out.hidden().shape()).isEqualTo(Shape.of(2, 3, 6));
        }
    }

    @Test
    void decompositionsAreInferred() {
        Tensor a;
        Tensor b;
        try (var meta = Device.META.open()) {
            a = Tensors.rand(2, 4, 3);
            b = Tensors.rand(2, 4, 5);
        }
        assertThat(a.svd().s().shape()).isEqualTo(Shape.of(2, 3));
        assertThat(a.pinv().shape()).isEqualTo(Shape.of(2, 3, 4));
        assertThat(a.narrow(1, 0, 3).inv().isMeta()).isTrue();
        assertThat(a.transpose(-2, -1).matmul(b).shape()).isEqualTo(Shape.of(2, 3, 5));
    }

    @Test
    void backwardInfersTheShapesOfGradients() {
        Layer net;
        Tensor y;
        try (var meta = Device.META.open()) {
            net = new Sequential(new Conv2d(3, 4, 3), new ReLU(), new Flatten(), new Linear(4 * 36, 2));
            y = net.call(Tensors.rand(2, 3, 8, 8)).square().mean();
            y.backward();
        }
        for (Tensor p : net.parameters()) {
            Tensor g = p.grad();
            assertThat(g).isNotNull();
            assertThat(g.isMeta()).isTrue();
            assertThat(g.shape()).isEqualTo(p.shape());
        }
    }

    @Test
    void readingAValueSaysThatThereIsNone() {
        Tensor x;
        try (var meta = Device.META.open()) {
            x = Tensors.rand(2, 3);
        }
        Tensor y = x.add(1);
        assertThat(y.isMeta()).isTrue();
        assertThat(y).hasToString("tensor(..., device='meta', size=(2, 3))");
        assertThatThrownBy(y::toFloatArray).isInstanceOf(IllegalStateException.class).hasMessageContaining("meta");
        assertThatThrownBy(() -> y.sum().item())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("no values");
        assertThatThrownBy(() -> Tensors.zeros(2, 3).copy_(y))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("no values");
    }

    @Test
    void numbersFromJavaHaveValuesAndShapeErrorsAreAsEver() {
        try (var meta = Device.META.open()) {
            assertThat(Tensors.tensor(2.5).mul(2).item()).isEqualTo(5);
            assertThat(Tensors.tensor(new double[] {1, 2}).isMeta()).isFalse();
            assertThatThrownBy(() -> Tensors.zeros(2, 3).matmul(Tensors.zeros(2, 3)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("[2, 3]");
            assertThat(Tensors.zeros(FLOAT32, 1L << 40, 1L << 20).sum(0).shape()).isEqualTo(Shape.of(1L << 20));
        }
        assertThat(Tensors.zeros(2).isMeta()).isFalse();
    }

    @Test
    void initialisersAndCapturedStepsTakeThem() {
        try (var meta = Device.META.open();
                var off = Autograd.noGrad()) {
            Tensor w = Tensors.empty(16, 8);
            Init.orthogonal_(w);
            Init.truncNormal_(w);
            Init.kaimingUniform_(w);
            assertThat(w.isMeta()).isTrue();
            Captured step = Captured.of((Tensor x) -> x.mul(2));
            for (int i = 0; i < 4; i++) {
                assertThat(step.call(w).shape()).isEqualTo(Shape.of(16, 8));
            }
        }
    }
}
