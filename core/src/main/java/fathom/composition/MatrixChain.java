package fathom.composition;

import fathom.Tensor;
import java.util.Locale;

/** Products of several matrices, in the order that needs the fewest multiplications. */
public final class MatrixChain {
    private MatrixChain() {}

    /** {@return the product of at least two tensors; the first and the last may be one-dimensional} */
    public static Tensor multiply(Tensor... factors) {
        int count = factors.length;
        if (count < 2) {
            throw new IllegalArgumentException("multiDot: expected at least two tensors, not " + count);
        }
        Tensor[] matrices = factors.clone();
        boolean row = matrices[0].dim() == 1;
        boolean column = matrices[count - 1].dim() == 1;
        matrices[0] = row ? matrices[0].unsqueeze(0) : matrices[0];
        matrices[count - 1] = column ? matrices[count - 1].unsqueeze(1) : matrices[count - 1];
        for (int i = 0; i < count; i++) {
            if (matrices[i].dim() != 2 || i > 0 && matrices[i - 1].size(1) != matrices[i].size(0)) {
                throw new IllegalArgumentException(
                        String.format(
                                Locale.ROOT,
                                "multiDot: expected matrices with matching inner sizes, the first and the last possibly one-dimensional, not %s at position %d",
                                factors[i].shape(),
                                i));
            }
        }
        Tensor product = product(matrices, splits(matrices), 0, count - 1);
        product = row ? product.squeeze(0) : product;
        return column ? product.squeeze(-1) : product;
    }

    private static Tensor product(Tensor[] matrices, int[][] splits, int first, int last) {
        if (first == last) {
            return matrices[first];
        }
        int split = splits[first][last];
        return product(matrices, splits, first, split).matmul(product(matrices, splits, split + 1, last));
    }

    /** {@return for each range of matrices, the index after which its last product splits it} */
    private static int[][] splits(Tensor[] matrices) {
        int n = matrices.length;
        var extents = new double[n + 1];
        extents[0] = matrices[0].size(0);
        for (int i = 0; i < n; i++) {
            extents[i + 1] = matrices[i].size(1);
        }
        var cost = new double[n][n];
        var splits = new int[n][n];
        for (int length = 1; length < n; length++) {
            for (int first = 0; first + length < n; first++) {
                int last = first + length;
                cost[first][last] = Double.POSITIVE_INFINITY;
                for (int k = first; k < last; k++) {
                    double c = cost[first][k] + cost[k + 1][last] + extents[first] * extents[k + 1] * extents[last + 1];
                    if (c < cost[first][last]) {
                        cost[first][last] = c;
                        splits[first][last] = k;
                    }
                }
            }
        }
        return splits;
    }
}
