package fathom.data;

import fathom.Tensor;
import fathom.Tensors;
import java.util.Locale;

/** Synthetic data with known parameters. */
public final class SyntheticData {
    private SyntheticData() {}

    /**
     * Makes examples of a linear function with Gaussian noise: {@code y = X w + b + noise}.
     *
     * {@snippet :
     * var data = SyntheticData.linear(tensor(2.0, -3.4), 4.2, 1000, 0.01);
     * }
     *
     * @param w the weights, {@code [features]}
     * @param b the bias
     * @param n the number of examples
     * @param noise the standard deviation of the noise
     * @return features {@code [n, features]}, standard normal, and labels {@code [n, 1]}
     * @see <a href="https://d2l.ai/chapter_linear-regression/synthetic-regression-data.html">Dive into Deep Learning,
     *     Synthetic Regression Data</a>
     */
    public static TensorDataset linear(Tensor w, double b, long n, double noise) {
        if (w.dim() != 1 || n < 1) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "linear: expected weights [features] and at least one example, got %s and %d",
                            w.shape(),
                            n));
        }
        Tensor x = Tensors.normal(0, 1, n, w.size(0));
        Tensor y = x.matmul(w.to(x.dtype())).add(b).add(Tensors.normal(0, noise, n));
        return new TensorDataset(x, y.reshape(n, 1));
    }
}
