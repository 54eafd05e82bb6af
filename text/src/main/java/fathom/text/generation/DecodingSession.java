package fathom.text.generation;

import fathom.Captured;
import fathom.DType;
import fathom.Device;
import fathom.Tensor;
import fathom.Tensors;
import fathom.text.decoder.CausalLM;
import fathom.text.decoder.StaticCache;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The memory and the captured steps of decodings of one batch size, used again by later ones. */
final class DecodingSession {
    private final CausalLM net;
    private final StaticCache cache;

    /** Whether a row has a token, bool {@code [N, V]}; made when a penalty first needs it. */
    private @Nullable Tensor seen;

    private final Captured step;
    private final Captured scores;
    private Sampling sampling = Sampling.GREEDY;
    private double penalty = 1;

    DecodingSession(CausalLM net, long batch, long capacity) {
        this.net = net;
        cache = new StaticCache(net, batch, capacity);
        step = Captured.of((Tensor tokens) -> chosen(logits(tokens)));
        scores = Captured.of((Tensor tokens) -> logits(tokens).logSoftmax(-1));
    }

    StaticCache cache() {
        return cache;
    }

    /** {@return whether the network still is where this session's memory is, and of its type} */
    boolean fits(CausalLM net) {
        Tensor p = net.parameters().getFirst();
        return net == this.net && p.device().equals(device()) && p.dtype() == cache.dtype();
    }

    private Device device() {
        return cache.lengths().device();
    }

    /** {@return logits of the next tokens, float32 [N, V], after a further token of each row, [N, 1]} */
    private Tensor logits(Tensor tokens) {
        return net.forward(tokens, c -> c.cache(cache)).select(1, -1).to(DType.FLOAT32);
    }

    /** {@return a token for each row [N], which the penalty then knows} */
    private Tensor chosen(Tensor logits) {
        Tensor has = penalty == 1 ? null : seen;
        if (has == null) {
            return sampling.sample(logits);
        }
        Tensor reduced = Tensors.where(logits.gt(0), logits.div(penalty), logits.mul(penalty));
        Tensor next = sampling.sample(Tensors.where(has, reduced, logits));
        has.scatter_(1, next.unsqueeze(1), marks(next.unsqueeze(1)));
        return next;
    }

    private static Tensor marks(Tensor index) {
        return index.device().with(() -> Tensors.ones(DType.BOOL, index.shape().dims()));
    }

    /**
     * Reads prompts of any lengths.
     *
     * @return logits of the next tokens, float32 [N, V]
     */
    Tensor prefill(List<long[]> prompts) {
        int n = prompts.size();
        int length = prompts.stream().mapToInt(p -> p.length).max().orElse(0);
        var ids = new long[n * length];
        var lengths = new long[n];
        for (int i = 0; i < n; i++) {
            long[] prompt = prompts.get(i);
            lengths[i] = prompt.length;
            // padded with a token that the row has, as the penalty looks at all of them
            Arrays.fill(ids, i * length, (i + 1) * length, prompt[0]);
            System.arraycopy(prompt, 0, ids, i * length, prompt.length);
        }
        cache.clear();
        Tensor all = device().with(() -> Tensors.tensor(ids).reshape(n, length));
        Tensor counts = device().with(() -> Tensors.tensor(lengths));
        Tensor logits = net.forward(all, c -> c.cache(cache).lengths(counts).lastOnly(true)).select(1, 0);
        if (penalty != 1) {
            Tensor has = seen;
            if (has == null) {
                has = device().with(() -> Tensors.zeros(DType.BOOL, n, net.config().vocabSize())).keep();
                seen = has;
            }
            has.zero_();
            has.scatter_(1, all, marks(all));
        }
        return logits.to(DType.FLOAT32);
    }

    void configure(Sampling sampling, double penalty) {
        this.sampling = sampling;
        this.penalty = penalty;
    }

    /** {@return the first tokens, [N], by the logits of the prompts} */
    Tensor first(Tensor logits) {
        return chosen(logits);
    }

    /** {@return the next tokens, [N], after these, [N]} */
    Tensor next(Tensor tokens) {
        return step.call(tokens.unsqueeze(1));
    }

    /** {@return the logarithms of the next tokens' probabilities, [N, V], after these, [N]} */
    Tensor logProbabilities(Tensor tokens) {
        return scores.call(tokens.unsqueeze(1));
    }

    /** {@return why steps are not captured; null if they are} */
    @Nullable String eagerReason() {
        return step.eagerReason();
    }

    /** {@return whether the next step would replay a plan} */
    boolean hasPlan(Tensor tokens) {
        return step.hasPlan(tokens.unsqueeze(1));
    }
}
