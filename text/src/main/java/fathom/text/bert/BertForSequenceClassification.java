package fathom.text.bert;

import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.Block;
import fathom.nn.Dropout;
import fathom.nn.Linear;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * BERT that classifies texts or pairs of texts: logits {@code [N, C]}, or, with a single label, a regression {@code [N,
 * 1]}.
 *
 * {@snippet :
 * var model = BertForSequenceClassification.fromPretrained(folder, o -> o.labels(List.of("bad", "good")));
 * Tensor logits = model.forward(batch.inputIds(), i -> i.mask(batch.attentionMask()));
 * model.loss(logits, labels).backward();
 * }
 *
 * <p>BERT classifies by the pooler's vector; RoBERTa by the first token's, with a hidden layer and tanh; DistilBERT by
 * the first token's, with a hidden layer and ReLU.
 *
 * @see <a href="https://d2l.ai/chapter_natural-language-processing-applications/finetuning-bert.html">Dive into Deep
 *     Learning, Fine-Tuning BERT</a>
 */
public final class BertForSequenceClassification extends BertHead {
    private final Classifier classifier;
    private final Dropout dropout;

    /** A model with new weights, whose classes are {@link BertConfig#labels}. */
    public BertForSequenceClassification(BertConfig config) {
        super(config, config.kind() == BertKind.BERT);
        classifier = new Classifier(config);
        dropout = new Dropout(config.classifierDropout());
        initialize();
    }

    /** {@return the model in a folder, as {@link BertModel#fromPretrained(Path)}} */
    public static BertForSequenceClassification fromPretrained(Path folder) {
        return fromPretrained(folder, o -> {});
    }

    /** {@return the model in a folder, with options: {@code o -> o.labels(List.of("bad", "good"))}} */
    public static BertForSequenceClassification fromPretrained(Path folder, Consumer<PretrainedOptions> options) {
        return load(folder, BertForSequenceClassification::new, options);
    }

    @Override
    public Tensor forward(Tensor ids, Consumer<BertInputs> inputs) {
        BertOutput out = bert.forward(ids, inputs);
        return switch (config().kind()) {
            case BERT -> classifier.out(dropout.forward(out.pooledOrThrow()));
            case ROBERTA -> classifier.out(dropout.forward(classifier.hidden(dropout.forward(out.first())).tanh()));
            case DISTILBERT -> classifier.out(dropout.forward(classifier.hidden(out.first()).relu()));
        };
    }

    /**
     * {@return the mean loss: cross-entropy for labels of an integer type {@code [N]}; for floating-point labels, the
     * squared error of a regression {@code [N]}, or binary cross-entropy of several labels at once {@code [N, C]}}
     */
    public Tensor loss(Tensor logits, Tensor labels) {
        if (labels.dtype().isIntegral()) {
            return Tensors.crossEntropy(logits, labels);
        }
        return logits.size(1) == 1
                ? Tensors.mseLoss(logits.squeeze(1), labels.reshape(-1))
                : Tensors.bceWithLogits(logits, labels);
    }

    @Override
    Map<String, String> headNames() {
        return switch (config().kind()) {
            case BERT -> Map.of("classifier.out_proj.", "classifier.");
            case ROBERTA ->
                    Map.of("classifier.dense.", "classifier.dense.", "classifier.out_proj.", "classifier.out_proj.");
            case DISTILBERT -> Map.of("classifier.dense.", "pre_classifier.", "classifier.out_proj.", "classifier.");
        };
    }

    @Override
    String headName() {
        return "ForSequenceClassification";
    }

    /** The layers of the head. */
    private static final class Classifier extends Block {
        private final @Nullable Linear dense;
        private final Linear outProj;

        Classifier(BertConfig config) {
            dense = config.kind() == BertKind.BERT ? null : new Linear(config.hiddenSize(), config.hiddenSize());
            outProj = new Linear(config.hiddenSize(), config.labels().size());
        }

        Tensor hidden(Tensor x) {
            return dense == null ? x : dense.forward(x);
        }

        Tensor out(Tensor x) {
            return outProj.forward(x);
        }
    }
}
