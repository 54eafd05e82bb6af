package fathom.nn.transformer;

import static fathom.testkit.TensorAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import fathom.Tensor;
import fathom.Tensors;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** The places where a layer of the Transformer drops out, each with a probability of its own. */
class TransformerDropoutTest {
    private static final Tensor X = Tensors.linspace(-1, 1, 2 * 3 * 8).reshape(2, 3, 8);

    private static TransformerEncoderLayer layer(Consumer<TransformerOptions> options) {
        Tensors.manualSeed(1);
        return new TransformerEncoderLayer(8, 2, o -> options.accept(o.dimFeedforward(16).batchFirst(true)));
    }

    private static boolean isRandom(Consumer<TransformerOptions> options) {
        var layer = layer(options);
        Tensor trained = layer.forward(X);
        layer.eval();
        return trained.sub(layer.forward(X)).abs().max().item() > 1e-5;
    }

    @Test
    void eachPlaceHasItsProbability() {
        assertThat(isRandom(o -> o.dropout(0))).isFalse();
        assertThat(isRandom(o -> o.dropout(0).attentionDropout(0.5))).isTrue();
        assertThat(isRandom(o -> o.dropout(0).attentionOutputDropout(0.5))).isTrue();
        assertThat(isRandom(o -> o.dropout(0).activationDropout(0.5))).isTrue();
        String all = layer(o -> o.dropout(0.25)).toString();
        assertThat(all.split("Dropout\\(p=0.25", -1)).hasSize(4);
        String own = layer(o -> o.dropout(0.25).attentionOutputDropout(0.5).activationDropout(0)).toString();
        assertThat(own).contains("(dropout): Dropout(p=0.0", "(dropout1): Dropout(p=0.5", "(dropout2): Dropout(p=0.25");
    }

    @Test
    void stackedLayersHaveThem() {
        var encoder =
                new TransformerEncoder(layer(o -> o.dropout(0.25).activationDropout(0).attentionOutputDropout(0.5)), 2);
        assertThat(encoder.toString().split("\\(dropout\\): Dropout\\(p=0.0", -1)).hasSize(3);
        assertThat(encoder.toString().split("\\(dropout1\\): Dropout\\(p=0.5", -1)).hasSize(3);
        encoder.eval();
        assertThat(encoder.forward(X)).hasShape(2, 3, 8);
    }
}
