package fathom.vision.detection.regions;

import fathom.Autograd;
import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import java.util.Locale;

/**
 * Samples positive and negative proposals at random, a fixed number per image with at most a fraction of positive ones:
 * torchvision's {@code BalancedPositiveNegativeSampler}. The samples are masks of a fixed size, so no values are read.
 */
public final class BalancedSampler {
    private final int perImage;
    private final int positives;

    /**
     * The samples.
     *
     * @param positive those with a label of at least 1, bool {@code [B, A]}
     * @param negative those with label 0
     */
    public record Sample(Tensor positive, Tensor negative) {}

    /**
     * A sampler.
     *
     * @param perImage the number of samples per image; fewer only where there are fewer proposals
     * @param positiveFraction the greatest fraction of positive ones
     */
    public BalancedSampler(int perImage, double positiveFraction) {
        if (perImage < 1 || !(positiveFraction >= 0 && positiveFraction <= 1)) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "BalancedSampler: expected a number of samples and a fraction from 0 to 1, got %d and %s",
                            perImage,
                            positiveFraction));
        }
        this.perImage = perImage;
        positives = (int) (perImage * positiveFraction);
    }

    /**
     * {@return a random sample}
     *
     * @param labels {@code [B, A]}: at least 1 for positive, 0 for negative proposals, -1 for those to be ignored
     */
    public Sample sample(Tensor labels) {
        try (var _ = Autograd.noGrad()) {
            Tensor isPositive = labels.ge(1);
            Tensor isNegative = labels.eq(0);
            Tensor none = labels.newZeros(DType.INT64, labels.size(0), 1);
            Tensor positive = chosen(isPositive, positives, none.add(positives));
            Tensor count = positive.to(DType.INT64).sum(1).unsqueeze(1);
            return new Sample(positive, chosen(isNegative, perImage, count.rsub(perImage)));
        }
    }

    /** {@return {@code limit} random elements of those that are true, or all if there are fewer} */
    private static Tensor chosen(Tensor among, int most, Tensor limit) {
        long k = Math.min(most, among.size(1));
        if (k == 0) {
            return among.logicalAnd(among.logicalNot());
        }
        Tensor random = among.device().with(() -> Tensors.rand(among.size(0), among.size(1)));
        var first = random.add(among.to(DType.FLOAT32)).topk(k, 1); // those that are true have at least 1
        Tensor rank = among.device().with(() -> Tensors.arange(k));
        Tensor isChosen = first.values().ge(1).logicalAnd(rank.lt(limit));
        return among.newZeros(DType.FLOAT32, among.size(0), among.size(1))
                .scatter(1, first.indices(), isChosen.to(DType.FLOAT32))
                .gt(0.5);
    }
}
