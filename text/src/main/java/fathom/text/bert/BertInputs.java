package fathom.text.bert;

import fathom.Tensor;
import fathom.nn.attention.SequenceMask;
import fathom.nn.transformer.AttentionWeights;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What a call of a {@link BertModel} is given beside token ids: {@code i -> i.types(types).lengths(lengths)}. */
public final class BertInputs {
    private @Nullable Tensor types;
    private @Nullable Tensor mask;
    private @Nullable Tensor lengths;
    private @Nullable Tensor positions;
    private @Nullable AttentionWeights weights;
    private boolean hiddenStates;

    BertInputs() {}

    /** The types of the tokens, int64 {@code [N, L]}: 0 in the first text and 1 in the second; 0 unless set. */
    public BertInputs types(@Nullable Tensor types) {
        this.types = types;
        return this;
    }

    /** The tokens to attend to, {@code [N, L]}: not 0, or true, where a token is no padding. All unless set. */
    public BertInputs mask(@Nullable Tensor mask) {
        this.mask = mask;
        return this;
    }

    /** The number of tokens of each text, an integer type, {@code [N]}; the others are padding. All unless set. */
    public BertInputs lengths(@Nullable Tensor lengths) {
        this.lengths = lengths;
        return this;
    }

    /** The positions of the tokens, int64 {@code [N, L]}; those of the kind of the model unless set. */
    public BertInputs positions(@Nullable Tensor positions) {
        this.positions = positions;
        return this;
    }

    /** What collects the attention weights of all layers. */
    public BertInputs weights(AttentionWeights weights) {
        this.weights = weights;
        return this;
    }

    /** Whether the result has the states after each layer; false unless set. */
    public BertInputs hiddenStates(boolean all) {
        hiddenStates = all;
        return this;
    }

    /** {@return the padding of sequences {@code [N, L]}: true where a token is masked out; null for none} */
    @Nullable Tensor padding(long batch, long tokens) {
        Tensor within = null;
        if (lengths != null) {
            if (lengths.dim() != 1 || lengths.size(0) != batch) {
                throw misfit("lengths", lengths, String.format(Locale.ROOT, "[%d]", batch));
            }
            within = SequenceMask.of(lengths, tokens);
        }
        if (mask != null) {
            check("mask", mask, batch, tokens);
            Tensor some = mask.ne(0);
            within = within == null ? some : within.logicalAnd(some);
        }
        return within == null ? null : within.logicalNot();
    }

    @Nullable Tensor types() {
        return types;
    }

    @Nullable Tensor positions() {
        return positions;
    }

    @Nullable AttentionWeights weights() {
        return weights;
    }

    boolean hiddenStates() {
        return hiddenStates;
    }

    static void check(String name, @Nullable Tensor t, long batch, long tokens) {
        if (t != null && (t.dim() != 2 || t.size(0) != batch || t.size(1) != tokens)) {
            throw misfit(name, t, String.format(Locale.ROOT, "[%d, %d], as the token ids", batch, tokens));
        }
    }

    private static IllegalArgumentException misfit(String name, Tensor t, String expected) {
        return new IllegalArgumentException("BertModel: %s %s: expected %s".formatted(name, t.shape(), expected));
    }
}
