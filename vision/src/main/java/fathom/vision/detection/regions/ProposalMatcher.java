package fathom.vision.detection.regions;

import fathom.Autograd;
import fathom.DType;
import fathom.KeepDim;
import fathom.Tensor;
import fathom.Tensors;

/**
 * Assigns each proposal the ground-truth box with which its quality, such as the IoU, is greatest, or none:
 * torchvision's {@code Matcher} and {@code SSDMatcher}. Consists of tensor operations that read no values.
 *
 * {@snippet :
 * var matcher = ProposalMatcher.of(0.5, 0.4, true);
 * Tensor matches = matcher.match(Boxes.boxIou(truth, anchors));
 * }
 */
public final class ProposalMatcher {
    /** The match of proposals whose greatest quality is below the low threshold. */
    public static final int BELOW_LOW_THRESHOLD = -1;

    /** The match of proposals whose greatest quality is at least the low threshold, and below the high one. */
    public static final int BETWEEN_THRESHOLDS = -2;

    private enum Additional {
        NONE,
        LOW_QUALITY,
        BEST_OF_EACH
    }

    private final double high;
    private final double low;
    private final Additional additional;

    private ProposalMatcher(double high, double low, Additional additional) {
        if (!(low <= high)) {
            throw new IllegalArgumentException(
                    "ProposalMatcher: the low threshold must not exceed the high one, got %s and %s"
                            .formatted(low, high));
        }
        this.high = high;
        this.low = low;
        this.additional = additional;
    }

    /**
     * {@return torchvision's {@code Matcher}}
     *
     * @param high the least quality of a match
     * @param low the least quality of proposals that are neither matches nor background
     * @param allowLowQualityMatches whether, for each ground-truth box, the proposals of its greatest quality are
     *     assigned their best box even if that quality is below the threshold
     */
    public static ProposalMatcher of(double high, double low, boolean allowLowQualityMatches) {
        return new ProposalMatcher(high, low, allowLowQualityMatches ? Additional.LOW_QUALITY : Additional.NONE);
    }

    /**
     * {@return torchvision's {@code SSDMatcher}, in which each ground-truth box is also assigned to the proposal of its
     * greatest quality}
     *
     * @param threshold the least quality of another match
     */
    public static ProposalMatcher ssd(double threshold) {
        return new ProposalMatcher(threshold, threshold, Additional.BEST_OF_EACH);
    }

    /**
     * {@return the index of the box of each proposal, int64 {@code [..., A]}; -1 and -2 for none}
     *
     * @param quality {@code [..., M, A]} for M ground-truth boxes and A proposals; rows that are negative throughout
     *     are padding
     * @throws IllegalArgumentException if there are no boxes or no proposals
     */
    public Tensor match(Tensor quality) {
        if (quality.dim() < 2 || quality.size(-1) == 0 || quality.size(-2) == 0) {
            throw new IllegalArgumentException(
                    "ProposalMatcher: expected a quality for each box and proposal, [..., M, A], got "
                            + quality.shape());
        }
        try (var _ = Autograd.noGrad()) {
            var best = quality.max(-2);
            Tensor none = Tensors.where(best.values().lt(low), BELOW_LOW_THRESHOLD, best.indices());
            Tensor isBetween = best.values().ge(low).logicalAnd(best.values().lt(high));
            Tensor matches = Tensors.where(isBetween, BETWEEN_THRESHOLDS, none);
            return switch (additional) {
                case NONE -> matches;
                case LOW_QUALITY -> {
                    Tensor greatest = quality.max(-1, KeepDim.KEEP_DIM).values();
                    Tensor isGreatest = quality.eq(greatest).logicalAnd(greatest.ge(0)).any(-2);
                    yield Tensors.where(isGreatest, best.indices(), matches);
                }
                case BEST_OF_EACH -> {
                    var greatest = quality.max(-1, KeepDim.KEEP_DIM);
                    long boxes = quality.size(-2);
                    long n = quality.size(-1);
                    Tensor at = quality.device().with(() -> Tensors.arange(n));
                    Tensor box = quality.device().with(() -> Tensors.arange(boxes)).unsqueeze(1);
                    Tensor isBest = at.eq(greatest.indices()).logicalAnd(greatest.values().ge(0));
                    Tensor last = Tensors.where(isBest, box, -1).amax(-2); // of several boxes the last
                    yield Tensors.where(last.ge(0), last, matches).to(DType.INT64);
                }
            };
        }
    }
}
