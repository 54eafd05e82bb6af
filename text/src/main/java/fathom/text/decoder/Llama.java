package fathom.text.decoder;

import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.Block;
import fathom.nn.Embedding;
import fathom.nn.Linear;
import fathom.nn.ModuleList;
import fathom.nn.attention.RotaryFrequencies;
import fathom.nn.norm.RMSNorm;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Llama (Touvron et al., 2023) and the kinds that differ from it by options: Mistral, Qwen2, Qwen3. Parameters are
 * named as in Hugging Face's {@code LlamaForCausalLM}.
 */
public final class Llama extends CausalLM {
    final Model model;
    final @Nullable Linear lmHead;

    /** The network below the head. */
    static final class Model extends Block {
        final Embedding embedTokens;
        final ModuleList<DecoderLayer> layers;
        final RMSNorm norm;
        private final transient RotaryFrequencies frequencies;

        Model(DecoderConfig c) {
            embedTokens = new Embedding(c.vocabSize(), c.hiddenSize());
            layers = new ModuleList<>(IntStream.range(0, c.layers()).mapToObj(i -> new DecoderLayer(c, i)).toList());
            norm = new RMSNorm(c.hiddenSize(), c.normEps());
            frequencies = new RotaryFrequencies(c.headDim(), c.ropeTheta(), c.scaling());
        }

        Tensor forward(Tensor ids, Reading reading) {
            var angles = frequencies.at(reading.positions());
            Tensor x = embedTokens.forward(ids);
            for (DecoderLayer layer : layers) {
                x = layer.forward(x, reading, angles);
            }
            return x;
        }
    }

    /** A newly initialised network. */
    Llama(DecoderConfig config) {
        super(config);
        model = new Model(config);
        lmHead = config.tied() ? null : new Linear(config.hiddenSize(), config.vocabSize(), o -> o.bias(false));
        initialise(name -> 1);
    }

    @Override
    Tensor hidden(Tensor ids, Reading reading) {
        return model.forward(ids, reading);
    }

    @Override
    Tensor logits(Tensor hidden) {
        Tensor x = model.norm.forward(hidden);
        return lmHead != null ? lmHead.forward(x) : Tensors.linear(x, model.embedTokens.weight, null);
    }

    @Override
    Tensor embeddingWeight() {
        return model.embedTokens.weight;
    }
}
