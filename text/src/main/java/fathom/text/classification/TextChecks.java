package fathom.text.classification;

import fathom.Tensor;

/** Checks of inputs, which name the network. */
final class TextChecks {
    private TextChecks() {}

    static void texts(String network, Tensor x) {
        if (x.dim() != 2 || !x.dtype().isIntegral() || x.size(1) == 0) {
            throw new IllegalArgumentException(
                    "%s: expected token indices [N, T] of an integer type, T at least 1, got %s of %s"
                            .formatted(network, x.shape(), x.dtype()));
        }
    }

    static void pairs(String network, Tensor x) {
        if (x.dim() != 3 || x.size(1) != 2 || !x.dtype().isIntegral()) {
            throw new IllegalArgumentException(
                    "%s: expected token indices of pairs [N, 2, T] of an integer type, got %s of %s"
                            .formatted(network, x.shape(), x.dtype()));
        }
    }
}
