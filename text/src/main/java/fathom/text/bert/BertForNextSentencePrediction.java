package fathom.text.bert;

import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.Linear;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Consumer;

/**
 * BERT that decides whether the second text of a pair follows the first: logits {@code [N, 2]}. As in Hugging Face's
 * files, class 0 means that it does; that of the course, which trains its own, is 1.
 */
public final class BertForNextSentencePrediction extends BertHead {
    private final Linear seqRelationship;

    /**
     * A model with new weights.
     *
     * @throws IllegalArgumentException if the kind is not pretrained on pairs
     */
    public BertForNextSentencePrediction(BertConfig config) {
        super(config, true);
        refuseOthers("BertForNextSentencePrediction", config);
        seqRelationship = new Linear(config.hiddenSize(), 2);
        initialize();
    }

    static void refuseOthers(String name, BertConfig config) {
        if (config.kind() != BertKind.BERT) {
            throw new IllegalArgumentException(
                    "%s: %s is not pretrained on next sentences; only bert is"
                            .formatted(name, config.kind().modelType()));
        }
    }

    /** {@return the model in a folder, as {@link BertModel#fromPretrained(Path)}} */
    public static BertForNextSentencePrediction fromPretrained(Path folder) {
        return fromPretrained(folder, o -> {});
    }

    /** {@return the model in a folder, with options} */
    public static BertForNextSentencePrediction fromPretrained(Path folder, Consumer<PretrainedOptions> options) {
        return load(folder, BertForNextSentencePrediction::new, options);
    }

    @Override
    public Tensor forward(Tensor ids, Consumer<BertInputs> inputs) {
        return seqRelationship.forward(bert.forward(ids, inputs).pooledOrThrow());
    }

    /** {@return the mean cross-entropy of logits {@code [N, 2]} and labels, int64 {@code [N]}} */
    public Tensor loss(Tensor logits, Tensor labels) {
        return Tensors.crossEntropy(logits, labels);
    }

    @Override
    Map<String, String> headNames() {
        return Map.of("seq_relationship.", "cls.seq_relationship.");
    }

    @Override
    String headName() {
        return "ForNextSentencePrediction";
    }
}
