package fathom.text.bert;

import fathom.Tensor;
import java.util.function.Consumer;

/** A {@link BertModel} with a head for a task. */
public abstract sealed class BertHead extends BertNetwork
        permits BertForMaskedLM,
                BertForNextSentencePrediction,
                BertForPreTraining,
                BertForQuestionAnswering,
                BertForSequenceClassification,
                BertForTokenClassification {
    /** The encoder. */
    public final BertModel bert;

    BertHead(BertConfig config, boolean pooler) {
        super(config);
        bert = new BertModel(config, pooler);
    }

    @Override
    BertModel encoder() {
        return bert;
    }

    /** {@return the logits of token ids {@code [N, L]} without padding} */
    @Override
    public Tensor forward(Tensor ids) {
        return forward(ids, i -> {});
    }

    /**
     * {@return the logits of the head}
     *
     * @param ids token ids, int64 {@code [N, L]}
     * @param inputs {@code i -> i.types(types).lengths(lengths)}
     */
    public abstract Tensor forward(Tensor ids, Consumer<BertInputs> inputs);
}
