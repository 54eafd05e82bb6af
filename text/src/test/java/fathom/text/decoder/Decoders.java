package fathom.text.decoder;

import fathom.Autograd;
import fathom.nn.attention.RotaryScaling;
import fathom.testkit.Formula;
import java.util.List;
import java.util.function.Consumer;

/** The networks of {@code tools/golden/decoders.py}. */
public final class Decoders {
    /** Their number of tokens. */
    public static final int VOCABULARY = 61;

    private Decoders() {}

    /** {@return the configuration of a golden case} */
    public static DecoderConfig config(String name) {
        DecoderKind kind = DecoderKind.of(name.split("/")[0]);
        String variant = name.contains("/") ? name.substring(name.indexOf('/') + 1) : "";
        return DecoderConfig.of(
                kind,
                c -> {
                    c.vocabSize(VOCABULARY).hiddenSize(24).heads(4).layers(2).maxPositions(32);
                    if (kind != DecoderKind.GPT2) {
                        c.kvHeads(2).headDim(6).intermediateSize(40);
                    }
                    switch (kind) {
                        case MISTRAL -> c.slidingWindow(4);
                        case QWEN3 -> c.headDim(8);
                        default -> {}
                    }
                    Consumer<DecoderConfig.Options> wide = o -> o.hiddenSize(32).headDim(8).ropeTheta(500);
                    switch (variant) {
                        case "tied" -> c.tied(true).kvHeads(1);
                        case "biases" -> c.attentionBias(true).outputBias(true);
                        case "linear" -> c.scaling(new RotaryScaling.Linear(4));
                        case "dynamic" -> c.scaling(new RotaryScaling.Dynamic(2, 8));
                        case "llama3" -> {
                            wide.accept(c);
                            c.scaling(new RotaryScaling.Llama3(8, 1, 4, 64));
                        }
                        case "yarn" -> {
                            wide.accept(c);
                            c.scaling(RotaryScaling.Yarn.of(4, 64));
                        }
                        case "window" -> c.windows(List.of(0L, 3L));
                        default -> {}
                    }
                });
    }

    /** {@return a network with the golden cases' weights, in evaluation mode} */
    public static CausalLM net(String name) {
        return fill(CausalLM.of(config(name)));
    }

    /** Gives a network the golden cases' weights. */
    public static CausalLM fill(CausalLM net) {
        try (var off = Autograd.noGrad()) {
            net.namedParameters().forEach((name, p) -> p.copy_(Formula.weights(name, p.shape().dims())));
        }
        return net.eval();
    }
}
