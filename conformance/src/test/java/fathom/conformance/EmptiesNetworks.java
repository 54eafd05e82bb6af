package fathom.conformance;

import static fathom.Tensors.*;

import fathom.Tensor;
import fathom.options.InterpolateOptions.Mode;
import fathom.options.PadMode;
import fathom.options.Reduction;
import java.util.Locale;

/** Layers, losses and creation, for {@link EmptiesTest}. */
final class EmptiesNetworks {
    private EmptiesNetworks() {}

    static void addTo(EmptiesTable t) {
        windows(t);
        normalization(t);
        others(t);
        for (Reduction r : new Reduction[] {Reduction.MEAN, Reduction.SUM, Reduction.NONE}) {
            losses(t, r);
        }
        creation(t);
    }

    private static void windows(EmptiesTable t) {
        t.two("conv1d", (x, w) -> conv1d(x, w, null));
        t.two("conv2d", (x, w) -> conv2d(x, w, null));
        t.any("conv2d(bias)", x -> conv2d(x[0], x[1], x[2]));
        t.two("conv2d(groups=2)", (x, w) -> conv2d(x, w, null, o -> o.groups(2)));
        t.two("conv_transpose2d", (x, w) -> convTranspose2d(x, w, null));
        t.any("conv_transpose2d(bias)", x -> convTranspose2d(x[0], x[1], x[2]));
        t.one("max_pool2d(2)", x -> maxPool2d(x, 2));
        t.one("avg_pool2d(2)", x -> avgPool2d(x, 2));
        t.one("max_pool1d(2)", x -> maxPool1d(x, 2));
        t.one("avg_pool1d(2)", x -> avgPool1d(x, 2));
        t.one("adaptive_avg_pool2d(2)", x -> adaptiveAvgPool2d(x, 2, 2));
        t.one("adaptive_max_pool2d(2)", x -> adaptiveMaxPool2d(x, 2, 2));
        t.one("adaptive_avg_pool1d(2)", x -> adaptiveAvgPool1d(x, 2));
        for (PadMode mode : PadMode.values()) {
            String name = mode == PadMode.ZEROS ? "constant" : mode.name().toLowerCase(Locale.ROOT);
            t.one("pad(1,1,%s)".formatted(name), x -> pad(x, new long[] {1, 1}, mode));
            t.one("pad(-1,0,%s)".formatted(name), x -> pad(x, new long[] {-1, 0}, mode));
        }
        t.one("pad(,constant)", x -> pad(x, new long[0]));
        t.one("interpolate(2,nearest)", x -> interpolate(x, o -> o.size(2)));
        t.one("interpolate(2,linear)", x -> interpolate(x, o -> o.size(2).mode(Mode.LINEAR)));
    }

    private static void normalization(EmptiesTable t) {
        t.one("layer_norm([3])", x -> layerNorm(x, new long[] {3}));
        t.one("layer_norm([0])", x -> layerNorm(x, new long[] {0}));
        t.any("layer_norm([3],weight)", x -> layerNorm(x[0], new long[] {3}, x[1], x[2], 1e-5));
        t.one("group_norm(2)", x -> groupNorm(x, 2, null, null, 1e-5));
        t.one("batch_norm", x -> batchNorm(x, zeros(2), ones(2), o -> {}));
        t.one("batch_norm(training)", x -> batchNorm(x, zeros(2), ones(2), o -> o.training(true)));
        t.one("instance_norm", x -> instanceNorm(x));
        t.two("cosine_similarity(0)", (a, b) -> cosineSimilarity(a, b, 0));
        t.two("cosine_similarity(1)", (a, b) -> cosineSimilarity(a, b, 1));
        t.one("normalize(0)", x -> normalize(x, 2, 0));
        t.one("normalize(1)", x -> normalize(x, 2, 1));
    }

    private static void others(EmptiesTable t) {
        t.two("embedding", (i, w) -> embedding(i, w));
        t.two("embedding(padding=1)", (i, w) -> embedding(i, w, 1));
        t.one("one_hot(3)", i -> oneHot(i, 3));
        t.one("one_hot", i -> oneHot(i));
        t.one("dropout(0.5)", x -> dropout(x, 0.5, true));
        t.one("dropout(0)", x -> dropout(x, 0, true));
        t.any("attention", x -> scaledDotProductAttention(x[0], x[1], x[2]));
    }

    private static void losses(EmptiesTable t, Reduction r) {
        String of = "(" + r.name().toLowerCase(Locale.ROOT) + ")";
        t.two("mse_loss" + of, (x, y) -> mseLoss(x, target(y), r));
        t.two("l1_loss" + of, (x, y) -> l1Loss(x, target(y), r));
        t.two("smooth_l1_loss" + of, (x, y) -> smoothL1Loss(x, target(y), 1, r));
        t.two("huber_loss" + of, (x, y) -> huberLoss(x, target(y), 1, r));
        t.two("binary_cross_entropy" + of, (x, y) -> bceLoss(x, target(y), o -> o.reduction(r)));
        t.two("binary_cross_entropy_with_logits" + of, (x, y) -> bceWithLogits(x, target(y), o -> o.reduction(r)));
        t.two("kl_div" + of, (x, y) -> klDiv(x, target(y), false, r));
        t.two("cross_entropy" + of, (x, y) -> crossEntropy(x, y, o -> o.reduction(r)));
        t.two("nll_loss" + of, (x, y) -> nllLoss(x, y, o -> o.reduction(r)));
        t.any("cosine_embedding_loss" + of, x -> cosineEmbeddingLoss(x[0], x[1], x[2], 0, r));
        t.any("triplet_margin_loss" + of, x -> tripletMarginLoss(x[0], x[1], x[2], o -> o.reduction(r)));
        if (r == Reduction.MEAN) {
            t.two("cross_entropy(soft)", (x, y) -> crossEntropy(x, y.detach()));
        }
    }

    private static Tensor target(Tensor y) {
        return y.detach().clamp(0, 1);
    }

    private static void creation(EmptiesTable t) {
        for (long[] s : new long[][] {{}, {0}, {2, 0}, {-1}}) {
            String of = java.util.Arrays.toString(s).replaceAll("[\\[ \\]]", "");
            t.any("zeros(" + of + ")", x -> zeros(s));
            t.any("full(" + of + ")", x -> full(s, 2.5));
            t.any("randn(" + of + ").mul(0)", x -> randn(s).mul(0));
        }
        t.any("randint(0,3,0)", x -> randint(0, 3, 0));
        t.any("randint(3,3,0)", x -> randint(3, 3, 0));
        for (int n : new int[] {0, 1, -1}) {
            t.any("randperm(" + n + ")", x -> randperm(n));
            t.any("eye(" + n + ")", x -> eye(n));
            t.any("arange(" + n + ")", x -> arange(n));
            t.any("linspace(1,2," + n + ")", x -> linspace(1, 2, n));
        }
        t.any("arange(3,3,1)", x -> arange(3, 3, 1));
        t.any("arange(3,2,1)", x -> arange(3, 2, 1));
        t.any("logspace(0,1,0)", x -> logspace(0, 1, 0));
        t.one("zeros_like", x -> zerosLike(x));
        t.one("full_like(3)", x -> fullLike(x, 3));
        t.one("bernoulli", x -> bernoulli(x.detach().mul(0)));
        t.one("multinomial(1)", x -> multinomial(x, 1, false));
    }
}
