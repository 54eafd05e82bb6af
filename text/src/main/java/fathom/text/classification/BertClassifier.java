package fathom.text.classification;

import fathom.Tensor;
import fathom.nn.Layer;
import fathom.text.bert.BertConfig;
import fathom.text.bert.BertForSequenceClassification;

/**
 * BERT as a classifier of the batches of {@link LabelledSequences#ofEncodings}.
 *
 * <p>x: int64 {@code [N, 2, T]}, token ids and token types, padded at the end -> logits {@code [N, classes]}
 *
 * @see <a href="https://d2l.ai/chapter_natural-language-processing-applications/finetuning-bert.html">Dive into Deep
 *     Learning, Fine-Tuning BERT for Sequence-Level and Token-Level Applications</a>
 */
public final class BertClassifier extends Layer {
    private final BertForSequenceClassification model;
    private final long pad;

    /**
     * A classifier by a model.
     *
     * @param model the model, whose classes these are
     * @param pad the id of the padding token, which the model does not attend to
     */
    public BertClassifier(BertForSequenceClassification model, long pad) {
        this.model = model;
        this.pad = pad;
    }

    /** {@return the model} */
    public BertForSequenceClassification model() {
        return model;
    }

    @Override
    public Tensor forward(Tensor x) {
        if (x.dim() != 3 || x.size(1) != 2 || !x.dtype().isIntegral()) {
            throw new IllegalArgumentException(
                    "BertClassifier: expected token ids and types [N, 2, T] of an integer type, got %s of %s"
                            .formatted(x.shape(), x.dtype()));
        }
        Tensor ids = x.select(1, 0);
        Tensor isToken = ids.ne(pad);
        BertConfig config = model.config();
        Tensor types = config.typeVocabSize() > 1 ? x.select(1, 1).where(isToken, 0) : null;
        return model.forward(ids, i -> i.types(types).mask(isToken));
    }
}
