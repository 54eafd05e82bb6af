package fathom.text.bert;

import fathom.Tensor;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Consumer;

/**
 * BERT as a masked language model: the logits of the vocabulary for each token, {@code [N, L, V]}. The weights of the
 * decoder are those of the word embeddings, unless {@link BertConfig#decoderTied} is false.
 */
public final class BertForMaskedLM extends BertHead {
    private final MaskedLMHead head;

    /** A model with new weights. */
    public BertForMaskedLM(BertConfig config) {
        super(config, false);
        head = new MaskedLMHead(config);
        initialize();
    }

    /** {@return the model in a folder, as {@link BertModel#fromPretrained(Path)}} */
    public static BertForMaskedLM fromPretrained(Path folder) {
        return fromPretrained(folder, o -> {});
    }

    /** {@return the model in a folder, with options} */
    public static BertForMaskedLM fromPretrained(Path folder, Consumer<PretrainedOptions> options) {
        return load(folder, BertForMaskedLM::new, options);
    }

    @Override
    public Tensor forward(Tensor ids, Consumer<BertInputs> inputs) {
        return head.forward(bert.forward(ids, inputs).hidden(), bert.wordEmbeddings());
    }

    /**
     * {@return the mean cross-entropy of the tokens to predict}
     *
     * @param logits of {@link #forward(Tensor, Consumer)}
     * @param labels int64 {@code [N, L]}: the tokens to predict, and -100 elsewhere
     */
    public Tensor loss(Tensor logits, Tensor labels) {
        return MaskedLMHead.loss(logits, labels);
    }

    @Override
    Map<String, String> headNames() {
        return MaskedLMHead.names(config().kind(), "head");
    }

    @Override
    Map<String, String> tiedNames() {
        return MaskedLMHead.tied(config());
    }

    @Override
    String headName() {
        return "ForMaskedLM";
    }
}
