package fathom.text.bert;

import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.Dropout;
import fathom.nn.Linear;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Consumer;

/** BERT that classifies each token, such as parts of speech or named entities: logits {@code [N, L, C]}. */
public final class BertForTokenClassification extends BertHead {
    private final Linear classifier;
    private final Dropout dropout;

    /** A model with new weights, whose classes are {@link BertConfig#labels}. */
    public BertForTokenClassification(BertConfig config) {
        super(config, false);
        classifier = new Linear(config.hiddenSize(), config.labels().size());
        // as Hugging Face's: DistilBERT has one probability for all but classifiers of texts
        dropout =
                new Dropout(config.kind() == BertKind.DISTILBERT ? config.hiddenDropout() : config.classifierDropout());
        initialize();
    }

    /** {@return the model in a folder, as {@link BertModel#fromPretrained(Path)}} */
    public static BertForTokenClassification fromPretrained(Path folder) {
        return fromPretrained(folder, o -> {});
    }

    /** {@return the model in a folder, with options: {@code o -> o.labels(List.of("O", "B-PER", "I-PER"))}} */
    public static BertForTokenClassification fromPretrained(Path folder, Consumer<PretrainedOptions> options) {
        return load(folder, BertForTokenClassification::new, options);
    }

    @Override
    public Tensor forward(Tensor ids, Consumer<BertInputs> inputs) {
        return classifier.forward(dropout.forward(bert.forward(ids, inputs).hidden()));
    }

    /**
     * {@return the mean cross-entropy of the tokens that have a label}
     *
     * @param labels int64 {@code [N, L]}, -100 where a token does not count, such as padding and the further pieces of
     *     a word
     */
    public Tensor loss(Tensor logits, Tensor labels) {
        return Tensors.crossEntropy(logits.flatten(0, 1), labels.reshape(-1));
    }

    @Override
    Map<String, String> headNames() {
        return Map.of("classifier.", "classifier.");
    }

    @Override
    String headName() {
        return "ForTokenClassification";
    }
}
