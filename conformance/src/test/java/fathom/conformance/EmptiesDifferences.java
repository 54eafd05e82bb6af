package fathom.conformance;

import java.util.LinkedHashMap;
import java.util.Map;

/** Deliberate differences from PyTorch for empty tensors and scalars, with reasons. */
final class EmptiesDifferences {
    private EmptiesDifferences() {}

    /** The reason why the outcome of a golden line differs from PyTorch's. */
    static final Map<String, String> REASONS = new LinkedHashMap<>();

    private static void because(String reason, String... lines) {
        for (String line : lines) {
            REASONS.put(line, reason);
        }
    }

    static {
        because(
                "no channels are as good as no examples",
                "avg_pool2d(2) [1,0,4,4]",
                "avg_pool2d(2) [0,4,4]",
                "max_pool1d(2) [1,0,4]",
                "max_pool1d(2) [0,4]",
                "max_pool2d(2) [1,0,4,4]",
                "max_pool2d(2) [0,4,4]",
                "interpolate(2,nearest) [1,0,3]",
                "pad(1,1,reflect) [2,0,3]",
                "pad(1,1,replicate) [2,0,3]");
        because(
                "sums over no channels are zeros, as those of linear are; PyTorch drops the outputs, or refuses",
                "conv1d [1,0,5] [4,0,3]",
                "conv2d [1,0,5,5] [4,0,3,3]",
                "conv2d [0,5,5] [4,0,3,3]",
                "conv_transpose2d [1,0,5,5] [0,4,3,3]",
                "bilinear [2,0] [2,3] [4,0,3]");
        because(
                "a layer without outputs gives none, as linear does",
                "conv1d [1,2,5] [0,2,3]",
                "conv2d [1,2,5,5] [0,2,3,3]");
        because("the formula for the extent holds for no rows too", "conv_transpose2d [1,2,0,5] [2,4,3,3]");
        because(
                "neither the type nor the check depends on how many there are",
                "bincount(weights) n[0] [0]",
                "bincount(weights) n[0] [1]");
        because("a dimension that is not there is refused, also of no elements", "cat(1) [0] [0]", "roll(1,1) [0]");
        because("expected matrices, also of no elements", "tril [0]", "triu(1) [0]");
        because("beyond the matrix a diagonal is empty, as in diagonal", "diag(1) [2,0]");
        because("a single number counts as one dimension, as in gather", "take_along_dim(0) [] i[]");
        because("truth values have an order", "argmax() b[]");
        because(
                "the slope of the variance of one number is 0 / 0, not infinite",
                "var() []",
                "var(0) []",
                "var(-1) []",
                "var(0,keep) []");
    }
}
