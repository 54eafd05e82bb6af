package fathom.text.bert;

import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.Linear;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * BERT with both heads of its pretraining: a masked language model, and next sentences.
 *
 * {@snippet :
 * var model = new BertForPreTraining(BertConfig.of(c -> c.vocabSize(10_000).layers(2)));
 * var out = model.forward(ids, positions, i -> i.types(types).lengths(lengths));
 * Tensor masked = out.tokens();                     // [N, P, 10000]
 * Tensor next = out.sentences();                    // [N, 2]
 * }
 *
 * @see <a href="https://d2l.ai/chapter_natural-language-processing-pretraining/bert-pretraining.html">Dive into Deep
 *     Learning, Pretraining BERT</a>
 */
public final class BertForPreTraining extends BertHead {
    private final MaskedLMHead head;
    private final Linear seqRelationship;

    /**
     * The result.
     *
     * @param hidden the vectors of all tokens, {@code [N, L, H]}
     * @param tokens the logits of the vocabulary, {@code [N, L, V]}, or {@code [N, P, V]} of P positions
     * @param sentences the logits of next sentences, {@code [N, 2]}
     */
    public record Output(Tensor hidden, Tensor tokens, Tensor sentences) {}

    /**
     * A model with new weights.
     *
     * @throws IllegalArgumentException if the kind is not pretrained on pairs
     */
    public BertForPreTraining(BertConfig config) {
        super(config, true);
        BertForNextSentencePrediction.refuseOthers("BertForPreTraining", config);
        head = new MaskedLMHead(config);
        seqRelationship = new Linear(config.hiddenSize(), 2);
        initialize();
    }

    /** {@return the model in a folder, as {@link BertModel#fromPretrained(Path)}} */
    public static BertForPreTraining fromPretrained(Path folder) {
        return fromPretrained(folder, o -> {});
    }

    /** {@return the model in a folder, with options} */
    public static BertForPreTraining fromPretrained(Path folder, Consumer<PretrainedOptions> options) {
        return load(folder, BertForPreTraining::new, options);
    }

    /** {@return the logits of the vocabulary for all tokens, {@code [N, L, V]}} */
    @Override
    public Tensor forward(Tensor ids, Consumer<BertInputs> inputs) {
        return forward(ids, null, inputs).tokens();
    }

    /**
     * {@return the logits of both heads}
     *
     * @param ids token ids, int64 {@code [N, L]}
     * @param positions the positions of the tokens to predict, int64 {@code [N, P]}; null for all
     */
    public Output forward(Tensor ids, @Nullable Tensor positions, Consumer<BertInputs> inputs) {
        BertOutput out = bert.forward(ids, inputs);
        Tensor hidden = out.hidden();
        Tensor chosen = positions == null ? hidden : at(hidden, positions);
        return new Output(
                hidden, head.forward(chosen, bert.wordEmbeddings()), seqRelationship.forward(out.pooledOrThrow()));
    }

    /** {@return the vectors at positions, {@code [N, P, H]}} */
    private static Tensor at(Tensor hidden, Tensor positions) {
        if (positions.dim() != 2 || positions.size(0) != hidden.size(0)) {
            throw new IllegalArgumentException(
                    "BertForPreTraining: positions %s: expected [N, P], with the N of the token ids, %s"
                            .formatted(positions.shape(), hidden.size(0)));
        }
        return hidden.gather(1, positions.unsqueeze(-1).expand(-1, -1, hidden.size(2)));
    }

    /**
     * {@return the mean cross-entropy of the tokens to predict}
     *
     * @param logits {@link Output#tokens}
     * @param labels int64 {@code [N, P]}: the tokens to predict, and -100 where there is none
     */
    public Tensor tokenLoss(Tensor logits, Tensor labels) {
        return MaskedLMHead.loss(logits, labels);
    }

    /** {@return the mean cross-entropy of {@link Output#sentences} and labels, int64 {@code [N]}} */
    public Tensor sentenceLoss(Tensor logits, Tensor labels) {
        return Tensors.crossEntropy(logits, labels);
    }

    @Override
    Map<String, String> headNames() {
        var names = new LinkedHashMap<>(MaskedLMHead.names(config().kind(), "head"));
        names.put("seq_relationship.", "cls.seq_relationship.");
        return names;
    }

    @Override
    Map<String, String> tiedNames() {
        return MaskedLMHead.tied(config());
    }

    @Override
    String headName() {
        return "ForPreTraining";
    }
}
