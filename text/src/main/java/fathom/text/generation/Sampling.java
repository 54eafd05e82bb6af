package fathom.text.generation;

import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.ValuesAndIndices;

/**
 * Sampling from the most probable tokens, applied in this order: temperature, top-k, top-p (Holtzman et al., 2020),
 * min-p (Nguyen et al., 2024). A token is drawn by the largest sum of logit and Gumbel noise, so that no value is read
 * and a step stays captured.
 *
 * @param temperature the divisor of logits; 0 for the most probable token
 * @param topK the number of tokens to draw from; 0 for all
 * @param topP the probability that the most probable tokens to draw from have together at least; 1 for all
 * @param minP the minimum probability of a token relative to the most probable one; 0 for none
 */
public record Sampling(double temperature, int topK, double topP, double minP) implements TokenSampler {
    /** The most probable token. */
    public static final Sampling GREEDY = new Sampling(0, 0, 1, 0);

    /** Checks the ranges. */
    public Sampling {
        check("temperature", temperature >= 0 && Double.isFinite(temperature), "at least 0", temperature);
        check("topK", topK >= 0, "at least 0", topK);
        check("topP", topP > 0 && topP <= 1, "above 0 and at most 1", topP);
        check("minP", minP >= 0 && minP <= 1, "from 0 to 1", minP);
    }

    private static void check(String name, boolean valid, String expected, Number value) {
        if (!valid) {
            throw new IllegalArgumentException("%s: must be %s, is %s".formatted(name, expected, value));
        }
    }

    @Override
    public Tensor sample(Tensor logits) {
        if (temperature == 0) {
            return logits.argmax(-1);
        }
        Tensor scaled = logits.mul(1 / temperature);
        long all = logits.size(-1);
        long k = topK == 0 ? all : Math.min(topK, all);
        if (k == all && topP == 1) {
            return drawn(minP == 0 ? scaled : above(scaled, scaled.amax(new int[] {-1}, fathom.KeepDim.KEEP_DIM)));
        }
        ValuesAndIndices sorted = scaled.topk(k);
        Tensor values = sorted.values();
        if (topP < 1) {
            Tensor p = values.softmax(-1);
            Tensor before = p.cumsum(-1).sub(p);
            values = values.where(before.lt(topP), Double.NEGATIVE_INFINITY);
        }
        if (minP > 0) {
            values = above(values, values.narrow(-1, 0, 1));
        }
        return sorted.indices().gather(-1, drawn(values).unsqueeze(-1)).squeeze(-1);
    }

    private Tensor above(Tensor logits, Tensor greatest) {
        return logits.where(logits.ge(greatest.add(Math.log(minP))), Double.NEGATIVE_INFINITY);
    }

    /** {@return an index of each row, drawn by the softmax of its logits (Gumbel, 1954)} */
    private static Tensor drawn(Tensor logits) {
        Tensor u = Tensors.randLike(logits.to(DType.FLOAT32));
        return logits.sub(u.log().neg().log()).argmax(-1);
    }
}
