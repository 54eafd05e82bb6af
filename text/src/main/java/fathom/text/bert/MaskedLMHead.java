package fathom.text.bert;

import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.Block;
import fathom.nn.Linear;
import fathom.nn.norm.LayerNorm;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The head of masked language models: a linear layer, activation and layer norm, then scores of all tokens by the table
 * of word embeddings, or by a table of its own.
 */
final class MaskedLMHead extends Block {
    private final Linear dense;
    private final LayerNorm layerNorm;
    private final Tensor bias;
    private final @Nullable Tensor decoder;
    private final BertConfig config;

    MaskedLMHead(BertConfig config) {
        this.config = config;
        dense = new Linear(config.hiddenSize(), config.hiddenSize());
        layerNorm = new LayerNorm(config.hiddenSize(), o -> o.eps(config.layerNormEps()));
        bias = parameter(Tensors.zeros(config.vocabSize()));
        decoder = config.decoderTied() ? null : parameter(Tensors.zeros(config.vocabSize(), config.hiddenSize()));
    }

    /**
     * {@return the logits of all tokens of the vocabulary, {@code [..., V]}}
     *
     * @param hidden the vectors of tokens, {@code [..., H]}
     */
    Tensor forward(Tensor hidden, Tensor wordEmbeddings) {
        Tensor x = dense.forward(hidden);
        // RoBERTa's head has the exact GELU, whatever the encoder's activation
        Tensor activated = config.kind() == BertKind.ROBERTA ? x.gelu() : config.activate().apply(x);
        Tensor table = decoder == null ? wordEmbeddings : decoder;
        return Tensors.linear(layerNorm.forward(activated), table, bias);
    }

    /**
     * {@return the mean cross-entropy of the tokens that have a label}
     *
     * @param logits {@code [..., V]}
     * @param labels int64 {@code [...]}, -100 where a token does not count
     */
    static Tensor loss(Tensor logits, Tensor labels) {
        return Tensors.crossEntropy(logits.flatten(0, -2), labels.reshape(-1));
    }

    static Map<String, String> names(BertKind kind, String own) {
        String[] theirs =
                switch (kind) {
                    case BERT ->
                            new String[] {
                                "cls.predictions.transform.dense.",
                                "cls.predictions.transform.LayerNorm.",
                                "cls.predictions.bias",
                                "cls.predictions.decoder.weight"
                            };
                    case ROBERTA ->
                            new String[] {
                                "lm_head.dense.", "lm_head.layer_norm.", "lm_head.bias", "lm_head.decoder.weight"
                            };
                    case DISTILBERT ->
                            new String[] {
                                "vocab_transform.",
                                "vocab_layer_norm.",
                                "vocab_projector.bias",
                                "vocab_projector.weight"
                            };
                };
        return Map.of(
                own + ".dense.", theirs[0],
                own + ".layer_norm.", theirs[1],
                own + ".bias", theirs[2],
                own + ".decoder", theirs[3]);
    }

    /** {@return the names of copies that files may have, and what they are copies of} */
    static Map<String, String> tied(BertConfig config) {
        var tied = new LinkedHashMap<String, String>();
        String words = "embeddings.word_embeddings.weight";
        switch (config.kind()) {
            case BERT -> {
                tied.put("cls.predictions.decoder.bias", "cls.predictions.bias");
                if (config.decoderTied()) {
                    tied.put("cls.predictions.decoder.weight", words);
                }
            }
            case ROBERTA -> {
                tied.put("lm_head.decoder.bias", "lm_head.bias");
                if (config.decoderTied()) {
                    tied.put("lm_head.decoder.weight", words);
                }
            }
            case DISTILBERT -> {
                if (config.decoderTied()) {
                    tied.put("vocab_projector.weight", words);
                }
            }
        }
        return tied;
    }
}
