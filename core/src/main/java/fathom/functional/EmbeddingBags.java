package fathom.functional;

import fathom.Autograd;
import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.composition.Repeats;
import fathom.dispatch.TensorAccess;
import fathom.options.EmbeddingBagOptions;
import fathom.primitive.Ops;
import fathom.primitive.indexing.SparseGradients;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Embedding bags composed of differentiable operations that read nothing back to Java. Rows are gathered together with
 * the index of their bag, and summed by it.
 */
final class EmbeddingBags {
    private static final String OP = "embeddingBag";

    private final Tensor weight;
    private final Tensor index;

    /** The bag of each row index, int64 {@code [indices]}. */
    private final Tensor bag;

    private final long bags;

    /** Which row indices are counted, or null for all. */
    private final @Nullable Tensor counts;

    private final boolean sparse;

    private EmbeddingBags(Tensor weight, Tensor index, Tensor bag, long bags, @Nullable Tensor counts, boolean sparse) {
        this.weight = weight;
        this.index = index;
        this.bag = bag;
        this.bags = bags;
        this.counts = counts;
        this.sparse = sparse;
    }

    static Tensor apply(Tensor index, Tensor weight, EmbeddingBagOptions o) {
        check(index, weight, o);
        Long given = o.paddingIdx();
        Long padding = given == null ? null : EmbeddingFunctions.paddingRow(OP, given, weight);
        MarginLosses.checkRange(OP, "row", index.detach(), 0, weight.size(0));
        Tensor flat = index.detach().to(DType.INT64).flatten();
        Tensor offsets = o.offsets();
        long bags = offsets == null ? index.size(0) : offsets.numel() - (o.includeLastOffset() ? 1 : 0);
        Tensor bag = offsets == null ? rowNumbers(index) : bagNumbers(offsets.detach(), flat.numel(), o, bags);
        if (o.maxNorm() > 0) {
            EmbeddingFunctions.embeddingRenorm_(weight, flat, o.maxNorm(), o.normType());
        }
        Tensor counts = padding == null ? null : flat.ne(padding).unsqueeze(1);
        var found = new EmbeddingBags(weight, flat, bag, bags, counts, o.sparse());
        Tensor factors = o.perSampleWeights();
        return switch (o.mode()) {
            case SUM -> found.sum(factors == null ? null : factors.reshape(-1, 1));
            case MEAN -> found.mean();
            case MAX -> found.max();
        };
    }

    private static void check(Tensor index, Tensor weight, EmbeddingBagOptions o) {
        Tensor offsets = o.offsets();
        boolean fits =
                weight.dim() == 2
                        && weight.dtype().isFloating()
                        && index.dtype().isIntegral()
                        && (offsets == null
                                ? index.dim() == 2
                                : index.dim() == 1 && offsets.dim() == 1 && offsets.dtype().isIntegral());
        if (!fits) {
            throw new IllegalArgumentException(
                    "%s: index %s of %s, offsets %s and weight %s of %s: expected integers [bags, n] without offsets or [n] with offsets [bags], and [rows, D]"
                            .formatted(
                                    OP,
                                    index.shape(),
                                    index.dtype(),
                                    offsets == null ? "none" : offsets.shape(),
                                    weight.shape(),
                                    weight.dtype()));
        }
        if (o.includeLastOffset() && (offsets == null || offsets.numel() == 0)) {
            throw new IllegalArgumentException(OP + ": includeLastOffset requires at least one offset");
        }
        if (o.sparse() && (o.mode() == EmbeddingBagOptions.Mode.MAX || !weight.isLeaf())) {
            throw new IllegalArgumentException(
                    "%s: sparse(true) requires mode SUM or MEAN and a leaf as weight, got %s and %s"
                            .formatted(OP, o.mode(), weight.isLeaf() ? "a leaf" : "the result of an operation"));
        }
        Tensor factors = o.perSampleWeights();
        if (factors != null
                && (o.mode() != EmbeddingBagOptions.Mode.SUM
                        || !Arrays.equals(Ops.shape(factors), Ops.shape(index))
                        || factors.dtype() != weight.dtype())) {
            throw new IllegalArgumentException(
                    "%s: perSampleWeights %s of %s: require mode SUM, the index's shape %s and type %s"
                            .formatted(OP, factors.shape(), factors.dtype(), index.shape(), weight.dtype()));
        }
    }

    private static Tensor rowNumbers(Tensor index) {
        return TensorAccess.at(index, () -> Tensors.arange(index.size(0)))
                .unsqueeze(1)
                .expand(Ops.shape(index))
                .flatten();
    }

    private static Tensor bagNumbers(Tensor offsets, long numbers, EmbeddingBagOptions o, long bags) {
        if (bags == 0) {
            if (numbers > 0) {
                throw new IllegalArgumentException(
                        String.format(Locale.ROOT, "%s: %d indices are in no bag", OP, numbers));
            }
            return offsets.newZeros(DType.INT64, 0);
        }
        Tensor at = offsets.to(DType.INT64);
        Tensor end = offsets.newFull(numbers, DType.INT64, 1);
        Tensor ends = o.includeLastOffset() ? at.narrow(0, 1, bags) : Tensors.cat(List.of(at, end)).narrow(0, 1, bags);
        Tensor starts = at.narrow(0, 0, bags);
        Ops.check(starts.select(0, 0), first -> refuse(first != 0, "the first is %.0f, not 0", first));
        Ops.check(ends.sub(starts).min(), least -> refuse(least < 0, "an offset exceeds the next by %.0f", -least));
        Ops.check(
                ends.select(0, bags - 1),
                last -> refuse(last != numbers, "the last bag ends at %.0f, not at the end of the index", last));
        return Repeats.index(ends.sub(starts), numbers);
    }

    private static void refuse(boolean isWrong, String what, double number) {
        if (isWrong) {
            throw new IllegalArgumentException(
                    OP + ": offsets must ascend from 0; " + String.format(Locale.ROOT, what, number));
        }
    }

    private Tensor rows() {
        return sparse && weight.requiresGrad() && Autograd.isGradEnabled()
                ? SparseGradients.lookup(index, weight)
                : weight.indexSelect(0, index);
    }

    private Tensor sum(@Nullable Tensor factors) {
        return wideSum(factors).to(weight.dtype());
    }

    /** 16-bit types accumulate in float32. */
    private Tensor wideSum(@Nullable Tensor factors) {
        DType type = sumType();
        Tensor rows = rows().to(type);
        rows = factors == null ? rows : rows.mul(factors.to(type));
        rows = counts == null ? rows : rows.where(counts, 0);
        return weight.newZeros(type, bags, weight.size(1)).indexAdd(0, bag, rows);
    }

    private DType sumType() {
        return weight.dtype().size() < 4 ? DType.FLOAT32 : weight.dtype();
    }

    private Tensor mean() {
        DType type = sumType();
        Tensor ones = counts == null ? weight.newOnes(type, index.numel(), 1) : counts.to(type);
        Tensor count = weight.newZeros(type, bags, 1).indexAdd(0, bag, ones);
        return wideSum(null).div(count.clampMin(1)).to(weight.dtype());
    }

    /** The gradient goes to the first of tied maxima. */
    private Tensor max() {
        long n = index.numel();
        long d = weight.size(1);
        if (n == 0) {
            return sum(null);
        }
        Tensor rows = rows().detach();
        double least = Double.NEGATIVE_INFINITY;
        Tensor known = counts == null ? rows : rows.where(counts, least);
        Tensor bagOf = bag.unsqueeze(1).expand(n, d);
        Tensor greatest =
                weight.newFull(least, weight.dtype()).expand(bags, d).clone().scatterReduce(0, bagOf, known, "amax");
        Tensor isGreatest = known.eq(greatest.indexSelect(0, bag)).logicalOr(known.isnan());
        isGreatest = counts == null ? isGreatest : isGreatest.logicalAnd(counts);
        Tensor places = TensorAccess.at(bag, () -> Tensors.arange(n)).unsqueeze(1).where(isGreatest, n);
        Tensor first = bag.newFull(n, DType.INT64).expand(bags, d).clone().scatterReduce(0, bagOf, places, "amin");
        Tensor row = index.indexSelect(0, first.clampMax(n - 1).flatten()).reshape(bags, d);
        return weight.gather(0, row).where(first.lt(n), 0);
    }
}
