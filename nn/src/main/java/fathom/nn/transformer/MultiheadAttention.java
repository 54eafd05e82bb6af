package fathom.nn.transformer;

import static fathom.Tensors.linear;

import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.Adaptable;
import fathom.nn.AdapterSlot;
import fathom.nn.Block;
import fathom.nn.FailedLayer;
import fathom.nn.Init;
import fathom.nn.Linear;
import fathom.nn.LoraAdapter;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Multi-head attention (Vaswani et al., 2017): queries, keys and values are projected to H heads of width E / H, each
 * head computes scaled dot-product attention, and the heads' outputs are concatenated and projected once more.
 *
 * <p>Parameters are PyTorch's: {@code in_proj_weight} holds the three projections stacked, or, where keys or values
 * have another width than queries, {@code q_proj_weight}, {@code k_proj_weight} and {@code v_proj_weight}. Weights are
 * initialised Xavier-uniform, biases to zero.
 *
 * @see <a href="https://d2l.ai/chapter_attention-mechanisms-and-transformers/multihead-attention.html">Dive into Deep
 *     Learning, Multi-Head Attention</a>
 */
public final class MultiheadAttention extends Block implements Adaptable {
    /** {@code [3 E, E]}; null where keys or values have a width of their own. */
    public final @Nullable Tensor inProjWeight;

    /** {@code [E, E]}; null where there is {@link #inProjWeight}. */
    public final @Nullable Tensor qProjWeight;

    /** {@code [E, kdim]}; null where there is {@link #inProjWeight}. */
    public final @Nullable Tensor kProjWeight;

    /** {@code [E, vdim]}; null where there is {@link #inProjWeight}. */
    public final @Nullable Tensor vProjWeight;

    /** {@code [3 E]}, or null. */
    public final @Nullable Tensor inProjBias;

    /** A further key for all queries, {@code [1, 1, E]}; null without {@link Options#addBiasKv}. */
    public final @Nullable Tensor biasK;

    /** The value of the further key, {@code [1, 1, E]}; null without {@link Options#addBiasKv}. */
    public final @Nullable Tensor biasV;

    /** The projection of the concatenated heads. */
    public final Linear outProj;

    private @Nullable LoraAdapter qAdapter;
    private @Nullable LoraAdapter kAdapter;
    private @Nullable LoraAdapter vAdapter;

    private final long embedDim;
    private final long numHeads;
    private final Options options;

    /** With keys and values as wide as queries. */
    public MultiheadAttention(long embedDim, long numHeads) {
        this(embedDim, numHeads, o -> {});
    }

    /**
     * With options: {@code new MultiheadAttention(256, 4, o -> o.dropout(0.1).batchFirst(true))}.
     *
     * @throws IllegalArgumentException if the heads do not divide the width
     */
    public MultiheadAttention(long embedDim, long numHeads, Consumer<Options> options) {
        if (numHeads < 1 || embedDim < 1 || embedDim % numHeads != 0) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "MultiheadAttention: %d heads do not divide a width of %d",
                            numHeads,
                            embedDim));
        }
        this.embedDim = embedDim;
        this.numHeads = numHeads;
        this.options = new Options(embedDim);
        options.accept(this.options);
        boolean same = this.options.kdim == embedDim && this.options.vdim == embedDim;
        inProjWeight = same ? newParameter(3 * embedDim, embedDim) : null;
        qProjWeight = same ? null : newParameter(embedDim, embedDim);
        kProjWeight = same ? null : newParameter(embedDim, this.options.kdim);
        vProjWeight = same ? null : newParameter(embedDim, this.options.vdim);
        inProjBias = this.options.bias ? parameter(Tensors.zeros(3 * embedDim)) : null;
        biasK = this.options.addBiasKv ? newBias() : null;
        biasV = this.options.addBiasKv ? newBias() : null;
        outProj = new Linear(embedDim, embedDim, o -> o.bias(this.options.bias));
        if (outProj.bias != null) {
            Init.zeros_(outProj.bias);
        }
    }

    private Tensor newParameter(long out, long in) {
        return parameter(Init.xavierUniform_(Init.empty("MultiheadAttention", out, in)));
    }

    private Tensor newBias() {
        return parameter(Init.xavierNormal_(Init.empty("MultiheadAttention", 1, 1, embedDim)));
    }

    /** Options of attention layers; PyTorch's defaults. */
    public static final class Options {
        private double dropout;
        private boolean bias = true;
        private long kdim;
        private long vdim;
        private boolean batchFirst;
        private boolean addBiasKv;
        private boolean addZeroAttn;

        private Options(long embedDim) {
            kdim = embedDim;
            vdim = embedDim;
        }

        /** The dropout probability of attention weights in training; 0 unless set. */
        public Options dropout(double dropout) {
            if (!(dropout >= 0 && dropout <= 1)) {
                throw new IllegalArgumentException("dropout: expected a probability from 0 to 1, got " + dropout);
            }
            this.dropout = dropout;
            return this;
        }

        /** Whether the projections have biases; true unless set. */
        public Options bias(boolean bias) {
            this.bias = bias;
            return this;
        }

        /** The width of keys; that of queries unless set. */
        public Options kdim(long kdim) {
            this.kdim = kdim;
            return this;
        }

        /** The width of values; that of queries unless set. */
        public Options vdim(long vdim) {
            this.vdim = vdim;
            return this;
        }

        /** Whether sequences are {@code [N, L, E]}, not {@code [L, N, E]}; false unless set. */
        public Options batchFirst(boolean batchFirst) {
            this.batchFirst = batchFirst;
            return this;
        }

        /** Whether a learned key and value follow those of each sequence; false unless set. No mask hides them. */
        public Options addBiasKv(boolean add) {
            addBiasKv = add;
            return this;
        }

        /** Whether a key and a value of zeros follow those of each sequence; false unless set. No mask hides them. */
        public Options addZeroAttn(boolean add) {
            addZeroAttn = add;
            return this;
        }
    }

    /** Options of one call; PyTorch's defaults. True in a bool mask masks a key out. */
    public static final class CallOptions {
        private @Nullable Tensor keyPaddingMask;
        private @Nullable Tensor attnMask;
        private boolean needWeights = true;
        private boolean averageAttnWeights = true;
        private boolean isCausal;
        private @Nullable Tensor keyLengths;
        private KeyValueCache.@Nullable Entry cache;

        private CallOptions() {}

        /**
         * The keys that no query may attend to, {@code [N, S]}: bool, where true masks out, or floating-point, added to
         * the scores.
         */
        public CallOptions keyPaddingMask(@Nullable Tensor mask) {
            keyPaddingMask = mask;
            return this;
        }

        /**
         * The keys that each query may not attend to, {@code [L, S]} or {@code [N H, L, S]}: bool, where true masks
         * out, or floating-point, added to the scores.
         */
        public CallOptions attnMask(@Nullable Tensor mask) {
            attnMask = mask;
            return this;
        }

        /** Whether the attention weights are returned as well; true unless set. Without them the call is faster. */
        public CallOptions needWeights(boolean need) {
            needWeights = need;
            return this;
        }

        /** Whether the returned weights are averaged over the heads; true unless set. */
        public CallOptions averageAttnWeights(boolean average) {
            averageAttnWeights = average;
            return this;
        }

        /**
         * Whether query i attends to keys 0 to i only; false unless set. With a {@linkplain KeyValueCache cache} of P
         * keys, the queries follow these: query i attends to keys 0 to P + i.
         */
        public CallOptions isCausal(boolean causal) {
            isCausal = causal;
            return this;
        }

        /**
         * The number of keys of each sequence, an integer type, {@code [N]}: those behind it are masked out, as by
         * {@link #keyPaddingMask}, with which it may be combined. All unless set.
         */
        public CallOptions keyLengths(@Nullable Tensor lengths) {
            keyLengths = lengths;
            return this;
        }

        CallOptions cache(KeyValueCache.@Nullable Entry entry) {
            cache = entry;
            return this;
        }
    }

    /**
     * The result of a call.
     *
     * @param output of the query's shape
     * @param weights {@code [N, L, S]}, or {@code [N, H, L, S]} where they are not averaged; null where not requested
     */
    public record Output(Tensor output, @Nullable Tensor weights) {}

    /** {@return the attention output for all queries, and the averaged weights} */
    public Output forward(Tensor query, Tensor key, Tensor value) {
        return forward(query, key, value, c -> {});
    }

    /**
     * {@return the attention output for all queries}
     *
     * @param query {@code [L, N, E]} (batch first if set), or {@code [L, E]}
     * @param key {@code [S, N, kdim]}, or {@code [S, kdim]}
     * @param value {@code [S, N, vdim]}, or {@code [S, vdim]}
     * @param call {@code c -> c.attnMask(m).needWeights(false)}
     * @throws IllegalArgumentException if shapes do not fit, naming them
     */
    public Output forward(Tensor query, Tensor key, Tensor value, Consumer<CallOptions> call) {
        var c = new CallOptions();
        call.accept(c);
        try {
            return attend(query, key, value, c);
        } catch (RuntimeException e) {
            throw FailedLayer.in(this, e);
        }
    }

    private Output attend(Tensor query, Tensor key, Tensor value, CallOptions c) {
        check(query, key, value);
        boolean unbatched = query.dim() == 2;
        boolean batchFirst = unbatched || options.batchFirst;
        boolean self = query == key && key == value;
        Tensor q = unbatched ? query.unsqueeze(0) : query;
        Tensor k = self ? q : unbatched ? key.unsqueeze(0) : key;
        Tensor v = self ? q : unbatched ? value.unsqueeze(0) : value;
        long batch = q.size(batchFirst ? 0 : 1);
        long queries = q.size(batchFirst ? 1 : 0);
        Tensor[] heads = heads(q, k, v, self, batchFirst, c.cache);
        long past = 0;
        if (c.cache != null) {
            past = c.cache.past();
            c.cache.extend(heads);
        }
        long keys = heads[1].size(2);
        int more = addKeys(heads);
        Tensor padding = AttentionMasks.padding(c.keyPaddingMask, c.keyLengths, batch, keys);
        // a single query that follows all keys sees them all
        boolean causal = c.isCausal && !(queries == 1 && past + 1 == keys);
        boolean builtIn = causal && !c.needWeights && past == 0 && more == 0;
        Tensor mask = AttentionMasks.allowed(c.attnMask, padding, batch, numHeads, queries, keys);
        if (causal && !(builtIn && mask == null)) {
            mask = AttentionMasks.both(AttentionMasks.causal(query.device(), queries, keys, past), mask);
        }
        mask = AttentionMasks.extended(mask, more);
        double p = isTraining() ? options.dropout : 0;
        Tensor weights = c.needWeights ? weights(heads[0], heads[1], mask) : null;
        Tensor attended =
                weights != null
                        ? Tensors.dropout(weights, p, true).matmul(heads[2])
                        : attention(heads, mask, builtIn && mask == null, p);
        // [N, H, L, D] to [N, L, E] or [L, N, E]
        Tensor joined = batchFirst ? attended.transpose(1, 2) : attended.permute(2, 0, 1, 3);
        Tensor out = outProj.forward(joined.flatten(2));
        Tensor returned = weights == null ? null : c.averageAttnWeights ? weights.mean(1) : weights;
        return new Output(
                unbatched ? out.squeeze(0) : out, unbatched && returned != null ? returned.squeeze(0) : returned);
    }

    private static Tensor attention(Tensor[] heads, @Nullable Tensor mask, boolean causal, double dropout) {
        return Tensors.scaledDotProductAttention(
                heads[0], heads[1], heads[2], o -> o.mask(mask).causal(causal).dropout(dropout));
    }

    private Tensor weights(Tensor q, Tensor k, @Nullable Tensor mask) {
        Tensor scores = q.mul(1 / Math.sqrt((double) embedDim / numHeads)).matmul(k.transpose(-2, -1));
        return AttentionMasks.softmax(scores, mask);
    }

    /** Appends the key and value that are learned, and those that are zeros; returns their number. */
    private int addKeys(Tensor[] heads) {
        int more = 0;
        if (biasK != null && biasV != null) {
            heads[1] = withKey(heads[1], biasK);
            heads[2] = withKey(heads[2], biasV);
            more++;
        }
        if (options.addZeroAttn) {
            for (int i = 1; i < 3; i++) {
                Tensor t = heads[i];
                heads[i] = Tensors.cat(List.of(t, t.newZeros(t.size(0), t.size(1), 1, t.size(3))), 2);
            }
            more++;
        }
        return more;
    }

    private Tensor withKey(Tensor heads, Tensor key) {
        Tensor one = key.reshape(1, numHeads, 1, embedDim / numHeads).to(heads.dtype());
        return Tensors.cat(List.of(heads, one.expand(heads.size(0), numHeads, 1, embedDim / numHeads)), 2);
    }

    /** {@return queries, keys and values split into heads: [N, H, L, D] each; keys of a full cache are not computed} */
    private Tensor[] heads(
            Tensor q, Tensor k, Tensor v, boolean self, boolean batchFirst, KeyValueCache.@Nullable Entry cache) {
        Tensor all = inProjWeight;
        if (self && all != null) {
            Tensor mapped = linear(q, all, inProjBias).unflatten(2, 3, numHeads, embedDim / numHeads);
            // [N, L, 3, H, D] or [L, N, 3, H, D]: split here, so that the gradients are concatenated in memory order
            var split = mapped.unbind(2).toArray(Tensor[]::new);
            for (int i = 0; i < split.length; i++) {
                split[i] = adapted(split[i], q, adapter(i));
                split[i] = batchFirst ? split[i].transpose(1, 2) : split[i].permute(1, 2, 0, 3);
            }
            return split;
        }
        var heads = new Tensor[3];
        Tensor[] given = {q, k, v};
        @Nullable Tensor[] apart = {qProjWeight, kProjWeight, vProjWeight};
        boolean known = cache != null && cache.isComplete();
        for (int i = 0; i < (known ? 1 : 3); i++) {
            Tensor own = apart[i];
            Tensor weight = own != null ? own : java.util.Objects.requireNonNull(all).narrow(0, i * embedDim, embedDim);
            Tensor bias = inProjBias == null ? null : inProjBias.narrow(0, i * embedDim, embedDim);
            Tensor mapped = linear(given[i], weight, bias).unflatten(2, numHeads, embedDim / numHeads);
            mapped = adapted(mapped, given[i], adapter(i));
            heads[i] = batchFirst ? mapped.transpose(1, 2) : mapped.permute(1, 2, 0, 3);
        }
        return heads;
    }

    private @Nullable LoraAdapter adapter(int projection) {
        return projection == 0 ? qAdapter : projection == 1 ? kAdapter : vAdapter;
    }

    /** {@return a projection, split into heads, with its adapter's correction} */
    private Tensor adapted(Tensor mapped, Tensor x, @Nullable LoraAdapter adapter) {
        return adapter == null ? mapped : mapped.add(adapter.ofLinear(x).unflatten(2, numHeads, embedDim / numHeads));
    }

    /** The projections {@code q_proj}, {@code k_proj} and {@code v_proj}; that of the heads is a layer of its own. */
    @Override
    public List<AdapterSlot> adapterSlots() {
        return List.of(
                new AdapterSlot("q_proj", projection(0, qProjWeight), 1, () -> qAdapter, a -> qAdapter = a),
                new AdapterSlot("k_proj", projection(1, kProjWeight), 1, () -> kAdapter, a -> kAdapter = a),
                new AdapterSlot("v_proj", projection(2, vProjWeight), 1, () -> vAdapter, a -> vAdapter = a));
    }

    private Tensor projection(int i, @Nullable Tensor own) {
        return own != null
                ? own.detach()
                : java.util.Objects.requireNonNull(inProjWeight).detach().narrow(0, i * embedDim, embedDim);
    }

    private void check(Tensor q, Tensor k, Tensor v) {
        int r = q.dim();
        boolean fits =
                (r == 2 || r == 3)
                        && k.dim() == r
                        && v.dim() == r
                        && q.size(-1) == embedDim
                        && k.size(-1) == options.kdim
                        && v.size(-1) == options.vdim
                        && k.size(0) == v.size(0)
                        && k.size(r - 2) == v.size(r - 2)
                        && (r == 2 || q.size(options.batchFirst ? 0 : 1) == k.size(options.batchFirst ? 0 : 1));
        if (!fits) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "MultiheadAttention: query %s, key %s, value %s: expected %s with widths %d, %d and %d",
                            q.shape(),
                            k.shape(),
                            v.shape(),
                            options.batchFirst
                                    ? "[N, L, E], [N, S, kdim], [N, S, vdim]"
                                    : "[L, N, E], [S, N, kdim], [S, N, vdim]",
                            embedDim,
                            options.kdim,
                            options.vdim));
        }
    }
}
