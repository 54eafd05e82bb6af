package fathom.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.activation.PReLU;
import fathom.nn.activation.ReLU;
import fathom.nn.conv.Conv2d;
import fathom.nn.conv.ConvTranspose2d;
import fathom.nn.norm.BatchNorm1d;
import fathom.nn.norm.BatchNorm2d;
import fathom.nn.norm.GroupNorm;
import fathom.nn.norm.LayerNorm;
import fathom.nn.norm.RMSNorm;
import fathom.nn.recurrent.GRU;
import fathom.nn.recurrent.LSTM;
import fathom.nn.transformer.MultiheadAttention;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** An exception in a net says in which of its layers it was thrown. */
class FailedLayerTest {
    private static final Tensor X = Tensors.ones(2, 3);

    private static final class OwnException extends RuntimeException {
        private static final long serialVersionUID = 1;

        OwnException() {
            super("own");
        }
    }

    /** A layer that fails as it is told. */
    private static final class Failing extends Layer {
        private final RuntimeException failure;

        Failing(RuntimeException failure) {
            this.failure = failure;
        }

        @Override
        public Tensor forward(Tensor x) {
            throw failure;
        }
    }

    private static final class Net extends Layer {
        final List<Linear> hidden = List.of(new Linear(3, 4), new Linear(5, 4));
        final LSTM rnn = new LSTM(4, 4);
        final MultiheadAttention attention = new MultiheadAttention(4, 2);
        final boolean recurrent;

        Net(boolean recurrent) {
            this.recurrent = recurrent;
        }

        @Override
        public Tensor forward(Tensor x) {
            if (recurrent) {
                return rnn.forward(x.unsqueeze(0)).output();
            }
            return hidden.get(1).forward(hidden.get(0).forward(x));
        }
    }

    @Test
    void inListsOfLayers() {
        var net = new Sequential(new ReLU(), new Sequential(new Linear(3, 3), new Sequential(new Linear(4, 2))));
        assertThatThrownBy(() -> net.forward(X))
                .isExactlyInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "linear: input [2, 3] and weight [2, 4]: expected [..., in] and [out, in]; in layer 1.1.0 (Linear)");
        var named = new LinkedHashMap<String, Layer>(Map.of("head", new Linear(4, 2)));
        assertThatThrownBy(() -> new Sequential(named).forward(X)).hasMessageEndingWith("; in layer head (Linear)");
        assertThatThrownBy(() -> new Sequential(new Embedding(3, 2)).forward(Tensors.tensor(1, 5)))
                .isExactlyInstanceOf(IndexOutOfBoundsException.class)
                .hasMessage("embedding: index 5 is out of bounds for dimension 0 of size 3; in layer 0 (Embedding)");
    }

    @Test
    void theStackIsThatOfTheOperation() {
        Throwable e = catchThrowable(() -> new Sequential(new Sequential(new Linear(4, 2))).forward(X));
        assertThat(e.getStackTrace()[0].getMethodName()).isEqualTo("linear");
        assertThat(e.getCause()).isNull();
        assertThat(e.getSuppressed()).singleElement().satisfies(s -> assertThat(s).hasMessage("in layer 0.0 (Linear)"));
    }

    @Test
    void inLayersOfOnesOwn() {
        assertThatThrownBy(() -> new Net(false).call(X)).hasMessageEndingWith("; in layer hidden.1 (Linear)");
        assertThatThrownBy(() -> new Net(true).call(X))
                .hasMessageContaining("LSTM")
                .hasMessageEndingWith("; in layer rnn (LSTM)");
        assertThatThrownBy(() -> new Sequential(new Net(false)).forward(X))
                .hasMessageEndingWith("; in layer 0.hidden.1 (Linear)");
        var net = new Net(false);
        Tensor wide = Tensors.ones(3, 1, 5);
        var outer =
                new Layer() {
                    final Block inner = net;

                    @Override
                    public Tensor forward(Tensor x) {
                        return net.attention.forward(wide, wide, wide).output();
                    }
                };
        assertThatThrownBy(() -> outer.call(X)).hasMessageEndingWith("; in layer inner.attention (MultiheadAttention)");
    }

    @Test
    void aLayerAloneNeedsNoName() {
        assertThatThrownBy(() -> new Linear(4, 2).forward(X))
                .hasMessageEndingWith("expected [..., in] and [out, in]")
                .satisfies(e ->
                        assertThat(e.getSuppressed())
                                .singleElement()
                                .satisfies(s -> assertThat(s).hasMessage("in Linear")));
    }

    @Test
    void exceptionsOfOnesOwnStayWhatTheyAre() {
        var own = new OwnException();
        assertThatThrownBy(() -> new Sequential(new Sequential(new Failing(own))).forward(X))
                .isSameAs(own)
                .hasMessage("own")
                .satisfies(e ->
                        assertThat(e.getSuppressed())
                                .singleElement()
                                .satisfies(s -> assertThat(s).hasMessage("in layer 0.0 (Failing)")));
        var cause = new java.io.IOException("disk");
        assertThatThrownBy(() -> new Sequential(new Failing(new IllegalStateException(null, cause))).forward(X))
                .isExactlyInstanceOf(IllegalStateException.class)
                .hasMessage("in layer 0 (Failing)")
                .hasCause(cause);
    }

    @Test
    void typesThatDoNotFit() {
        Tensor d = X.to(DType.FLOAT64);
        assertThatThrownBy(() -> new Sequential(new Linear(3, 2)).forward(d))
                .hasMessage(
                        "linear: input is FLOAT64, but weight is FLOAT32; convert one with to(...); in layer 0 (Linear)");
        List<Layer> layers =
                List.of(new LayerNorm(3), new BatchNorm1d(3), new RMSNorm(3), new GroupNorm(1, 3), new PReLU());
        for (Layer layer : layers) {
            assertThatThrownBy(() -> layer.forward(d)).hasMessageContaining("FLOAT64").hasMessageContaining("FLOAT32");
        }
        Tensor picture = Tensors.ones(DType.FLOAT64, 1, 1, 3, 3);
        for (Layer layer : List.of(new Conv2d(1, 1, 2), new ConvTranspose2d(1, 1, 2), new BatchNorm2d(1))) {
            assertThatThrownBy(() -> layer.forward(picture))
                    .hasMessageContaining("FLOAT64")
                    .hasMessageContaining("FLOAT32");
        }
        assertThatThrownBy(() -> new LSTM(3, 2).forward(d)).hasMessageContaining("input is FLOAT64");
        Tensor state = Tensors.zeros(DType.FLOAT64, 1, 2);
        assertThatThrownBy(() -> new GRU(3, 2).forward(X, state)).hasMessageContaining("hidden state is FLOAT64");
        assertThatThrownBy(() -> Tensors.linear(X, Tensors.ones(2, 3), Tensors.ones(DType.FLOAT64, 2)))
                .hasMessageContaining("bias is FLOAT64");
        assertThatThrownBy(() -> X.matmul(d.t()))
                .hasMessage("matmul: types differ: FLOAT32 and FLOAT64; convert one with to(...)");
        assertThatThrownBy(() -> X.mm(d.t())).hasMessageStartingWith("mm: types differ");
        assertThatThrownBy(() -> d.addmm(X, Tensors.ones(3, 3))).hasMessageStartingWith("addmm: ");
        assertThatThrownBy(() -> Tensors.einsum("ij,ij->", X, d))
                .hasMessageContaining("einsum")
                .hasMessageContaining("FLOAT64");
        // functions of single elements promote
        assertThat(X.add(d).dtype()).isEqualTo(DType.FLOAT64);
    }

    @Test
    void headsThatAreNotShared() {
        Tensor q = Tensors.ones(1, 8, 4, 16);
        Tensor k = Tensors.ones(1, 2, 4, 16);
        assertThatThrownBy(() -> Tensors.scaledDotProductAttention(q, k, k))
                .hasMessage(
                        "scaledDotProductAttention: query [1, 8, 4, 16] has 8 heads, key [1, 2, 4, 16] has 2; to let heads of the query share those of key and value, use enableGqa(true)");
        Tensor odd = Tensors.ones(1, 3, 4, 16);
        assertThatThrownBy(() -> Tensors.scaledDotProductAttention(q, odd, odd)).hasMessageContaining("same number");
        assertThatThrownBy(() -> Tensors.scaledDotProductAttention(q.expand(3, 8, 4, 16), q.expand(2, 8, 4, 16), q))
                .hasMessageStartingWith("scaledDotProductAttention: ");
        assertThat(Tensors.scaledDotProductAttention(q, k, k, o -> o.enableGqa(true)).shape().dims())
                .containsExactly(1, 8, 4, 16);
        Tensor one = Tensors.ones(1, 1, 4, 16);
        assertThat(Tensors.scaledDotProductAttention(q, one, one).shape().dims()).containsExactly(1, 8, 4, 16);
    }
}
