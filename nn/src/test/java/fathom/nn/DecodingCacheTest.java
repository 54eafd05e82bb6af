package fathom.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import fathom.Autograd;
import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.norm.LayerNorm;
import fathom.nn.transformer.AttentionWeights;
import fathom.nn.transformer.KeyValueCache;
import fathom.nn.transformer.MultiheadAttention;
import fathom.nn.transformer.PositionalEncoding;
import fathom.nn.transformer.Transformer;
import fathom.nn.transformer.TransformerDecoder;
import fathom.nn.transformer.TransformerDecoderLayer;
import fathom.nn.transformer.TransformerEncoder;
import fathom.nn.transformer.TransformerEncoderLayer;
import fathom.nn.transformer.TransformerOptions;
import fathom.testkit.TensorAssert;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Decoding with cached keys and values, attention weights of all layers, further options of the Transformer. */
class DecodingCacheTest {
    @BeforeEach
    void seed() {
        Tensors.manualSeed(8);
    }

    private static TransformerDecoder decoder(boolean batchFirst) {
        var layer = new TransformerDecoderLayer(8, 2, o -> o.dimFeedforward(12).batchFirst(batchFirst));
        var decoder = new TransformerDecoder(layer, 2, new LayerNorm(8));
        decoder.eval();
        return decoder;
    }

    private static void same(Tensor a, Tensor b) {
        TensorAssert.assertThat(a.detach()).isCloseTo(b.detach(), 2e-5, 2e-6);
    }

    @Test
    void stepsWithACacheAreTheWholeSequence() {
        Tensor lengths = Tensors.tensor(new long[] {5, 2});
        for (boolean batchFirst : new boolean[] {true, false}) {
            for (boolean gradients : new boolean[] {true, false}) {
                var decoder = decoder(batchFirst);
                int time = batchFirst ? 1 : 0;
                Tensor x = batchFirst ? Tensors.randn(2, 40, 8) : Tensors.randn(40, 2, 8);
                Tensor memory = batchFirst ? Tensors.randn(2, 5, 8) : Tensors.randn(5, 2, 8);
                Tensor whole = decoder.forward(x, memory, m -> m.tgtIsCausal(true).memoryLengths(lengths));
                try (var mode = gradients ? null : Autograd.noGrad()) {
                    var cache = new KeyValueCache();
                    var pieces = new ArrayList<Tensor>();
                    long at = 0;
                    for (long n : new long[] {3, 1, 1, 20, 1, 14}) { // beyond the first capacity
                        Tensor piece = x.narrow(time, at, n);
                        pieces.add(
                                decoder.forward(
                                        piece, memory, m -> m.tgtIsCausal(true).memoryLengths(lengths).cache(cache)));
                        at += n;
                        assertThat(cache.length()).isEqualTo(at);
                    }
                    same(Tensors.cat(pieces, time), whole);
                }
            }
        }
    }

    @Test
    void aCausalEncoderReadsOnFromItsCache() {
        var encoder =
                new TransformerEncoder(
                        new TransformerEncoderLayer(8, 2, o -> o.dimFeedforward(12).batchFirst(true)), 2);
        encoder.eval();
        Tensor x = Tensors.randn(3, 9, 8);
        Tensor whole = encoder.forward(x, m -> m.srcIsCausal(true));
        try (var off = Autograd.noGrad()) {
            var cache = new KeyValueCache();
            Tensor a = encoder.forward(x.narrow(1, 0, 4), m -> m.srcIsCausal(true).cache(cache));
            KeyValueCache other = cache.copy();
            KeyValueCache one = cache.select(Tensors.tensor(new long[] {2}));
            Tensor b = encoder.forward(x.narrow(1, 4, 5), m -> m.srcIsCausal(true).cache(cache));
            same(Tensors.cat(List.of(a, b), 1), whole);
            // caches that branched off are not disturbed, nor are those they branched off from
            Tensor c = encoder.forward(x.narrow(1, 4, 5).neg(), m -> m.srcIsCausal(true).cache(other));
            assertThat(c.sub(b).abs().max().item()).isPositive();
            same(
                    encoder.forward(x.narrow(1, 4, 1).narrow(0, 2, 1), m -> m.srcIsCausal(true).cache(one)),
                    whole.narrow(1, 4, 1).narrow(0, 2, 1));
            assertThat(cache.length()).isEqualTo(9);
            assertThat(one.length()).isEqualTo(5);
            assertThatThrownBy(() -> encoder.forward(x, m -> m.srcIsCausal(true).cache(one)))
                    .hasMessageContaining("holds the keys of a batch of 1, got one of 3");
        }
    }

    @Test
    void weightsOfAllLayersAreThoseThatTheFusedKernelHas() {
        var net = new Transformer(8, 2, 2, 3, o -> o.dimFeedforward(12).batchFirst(true));
        net.eval();
        Tensor source = Tensors.randn(2, 5, 8);
        Tensor target = Tensors.randn(2, 4, 8);
        Tensor lengths = Tensors.tensor(new long[] {5, 3});
        var weights = new AttentionWeights();
        Tensor y =
                net.forward(
                        source,
                        target,
                        m -> m.srcLengths(lengths).memoryLengths(lengths).tgtIsCausal(true).weights(weights));
        same(y, net.forward(source, target, m -> m.srcLengths(lengths).memoryLengths(lengths).tgtIsCausal(true)));
        TensorAssert.assertThat(weights.source()).hasShape(2, 2, 2, 5, 5);
        TensorAssert.assertThat(weights.target()).hasShape(2, 3, 2, 4, 4);
        TensorAssert.assertThat(weights.memory()).hasShape(2, 3, 2, 4, 5);
        for (Tensor w : List.of(weights.source(), weights.target(), weights.memory())) {
            TensorAssert.assertThat(w.sum(-1).detach()).isCloseTo(Tensors.ones(w.sum(-1).shape().dims()), 1e-5, 1e-5);
        }
        assertThat(weights.memory().detach().get("1, :, :, :, 3:").abs().max().item()).isZero();
        assertThat(weights.target().detach().triu(1).abs().max().item()).isZero();
        assertThatThrownBy(() -> new AttentionWeights().source()).hasMessageContaining("no attention of the source");
        assertThatThrownBy(() -> net.forward(source, target, m -> m.cache(new KeyValueCache())))
                .hasMessageContaining("a cache is for its decoder alone");
    }

    @Test
    void anyActivationAndNoBiases() {
        var gelu = new TransformerEncoderLayer(8, 2, o -> o.dimFeedforward(12).activation(Tensor::gelu));
        var named =
                new TransformerEncoderLayer(
                        8, 2, o -> o.dimFeedforward(12).activation(TransformerOptions.Activation.GELU));
        named.loadStateDict(gelu.stateDict());
        gelu.eval();
        named.eval();
        Tensor x = Tensors.randn(3, 2, 8);
        TensorAssert.assertThat(gelu.forward(x).detach()).isCloseTo(named.forward(x).detach(), 0, 0);
        for (Block layer :
                List.of(
                        new TransformerEncoderLayer(8, 2, o -> o.bias(false)),
                        new TransformerDecoderLayer(8, 2, o -> o.bias(false)),
                        new TransformerEncoder(new TransformerEncoderLayer(8, 2, o -> o.bias(false)), 2))) {
            assertThat(layer.namedParameters().keySet()).isNotEmpty().noneMatch(n -> n.endsWith("bias"));
        }
        // without biases, an encoder layer maps zeros to zeros
        var layer = new TransformerEncoderLayer(8, 2, o -> o.bias(false));
        layer.eval();
        assertThat(layer.forward(Tensors.zeros(3, 1, 8)).abs().max().item()).isZero();
    }

    @Test
    void lengthsArePaddingMasks() {
        var layer = new MultiheadAttention(8, 2, o -> o.batchFirst(true));
        Tensor x = Tensors.randn(2, 5, 8);
        Tensor padding = Tensors.arange(5).ge(Tensors.tensor(new long[] {4, 1}).unsqueeze(1));
        for (boolean need : new boolean[] {true, false}) {
            for (boolean causal : new boolean[] {true, false}) {
                var a =
                        layer.forward(
                                x,
                                x,
                                x,
                                c ->
                                        c.keyLengths(Tensors.tensor(new long[] {4, 1}))
                                                .needWeights(need)
                                                .isCausal(causal));
                var b = layer.forward(x, x, x, c -> c.keyPaddingMask(padding).needWeights(need).isCausal(causal));
                same(a.output(), b.output());
                if (need) {
                    same(Objects.requireNonNull(a.weights()), Objects.requireNonNull(b.weights()));
                }
            }
        }
    }

    @Test
    void positionsGoOn() {
        var positions = new PositionalEncoding(6, 0, 10);
        Tensor x = Tensors.randn(2, 7, 6);
        same(positions.forward(x.narrow(1, 3, 4), 3), positions.forward(x).narrow(1, 3, 4));
        assertThatThrownBy(() -> positions.forward(x, 4)).hasMessageContaining("behind 4 positions");
    }
}
