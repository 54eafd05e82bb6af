package fathom.text.bert;

import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.Dropout;
import fathom.nn.Linear;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;

/**
 * BERT that finds the answer to a question in a text: for each token the logits of being the answer's first and its
 * last token, {@code [N, L, 2]}. The question and the text are a pair.
 */
public final class BertForQuestionAnswering extends BertHead {
    private final Linear qaOutputs;
    private final Dropout dropout;

    /**
     * An answer.
     *
     * @param start the position of its first token
     * @param end the position of its last token
     * @param score the sum of both logits
     */
    public record Span(int start, int end, double score) {}

    /** A model with new weights. */
    public BertForQuestionAnswering(BertConfig config) {
        super(config, false);
        qaOutputs = new Linear(config.hiddenSize(), 2);
        dropout = new Dropout(config.kind() == BertKind.DISTILBERT ? config.hiddenDropout() : 0);
        initialize();
    }

    /** {@return the model in a folder, as {@link BertModel#fromPretrained(Path)}} */
    public static BertForQuestionAnswering fromPretrained(Path folder) {
        return fromPretrained(folder, o -> {});
    }

    /** {@return the model in a folder, with options} */
    public static BertForQuestionAnswering fromPretrained(Path folder, Consumer<PretrainedOptions> options) {
        return load(folder, BertForQuestionAnswering::new, options);
    }

    @Override
    public Tensor forward(Tensor ids, Consumer<BertInputs> inputs) {
        return qaOutputs.forward(dropout.forward(bert.forward(ids, inputs).hidden()));
    }

    /**
     * {@return the mean of the cross-entropies of first and last tokens; positions behind the text do not count}
     *
     * @param logits {@code [N, L, 2]}
     * @param starts the positions of the first tokens, int64 {@code [N]}
     * @param ends the positions of the last tokens, int64 {@code [N]}
     */
    public Tensor loss(Tensor logits, Tensor starts, Tensor ends) {
        return loss(logits.select(2, 0), starts).add(loss(logits.select(2, 1), ends)).div(2);
    }

    private static Tensor loss(Tensor logits, Tensor positions) {
        long behind = logits.size(1);
        return Tensors.crossEntropy(logits, positions.clamp(0, behind), o -> o.ignoreIndex(behind));
    }

    /**
     * {@return the answer of the highest score in each text}
     *
     * @param logits {@code [N, L, 2]}
     * @param allowed bool {@code [N, L]}: the tokens that answers may have, those of the text and not the question's
     * @param maxTokens the length of the longest answer
     */
    public List<Span> spans(Tensor logits, Tensor allowed, int maxTokens) {
        if (maxTokens < 1) {
            throw new IllegalArgumentException(
                    String.format(Locale.ROOT, "spans: maxTokens must be at least 1, is %d", maxTokens));
        }
        var spans = new ArrayList<Span>();
        for (int n = 0; n < logits.size(0); n++) {
            float[] starts = logits.select(0, n).select(1, 0).to(DType.FLOAT32).toFloatArray();
            float[] ends = logits.select(0, n).select(1, 1).to(DType.FLOAT32).toFloatArray();
            long[] open = allowed.select(0, n).to(DType.INT64).toLongArray();
            Span best = new Span(0, 0, Double.NEGATIVE_INFINITY);
            for (int s = 0; s < starts.length; s++) {
                for (int e = s; open[s] != 0 && e < Math.min(ends.length, s + maxTokens); e++) {
                    double score = (double) starts[s] + ends[e];
                    if (open[e] != 0 && score > best.score()) {
                        best = new Span(s, e, score);
                    }
                }
            }
            spans.add(best);
        }
        return spans;
    }

    @Override
    Map<String, String> headNames() {
        return Map.of("qa_outputs.", "qa_outputs.");
    }

    @Override
    String headName() {
        return "ForQuestionAnswering";
    }
}
