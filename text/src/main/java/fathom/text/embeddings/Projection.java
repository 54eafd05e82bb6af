package fathom.text.embeddings;

import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.plot.Axes;
import fathom.plot.Plot;
import fathom.text.TokenEmbedding;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * Projections of vectors into the plane, and pictures of words.
 *
 * {@snippet :
 * var words = List.of("chip", "computer", "bank", "dollar");
 * Projection.plot(vectors, words, Projection.pca(vectors.get(words))).save("words.png");
 * }
 */
public final class Projection {
    private static final int EARLY = 250;
    private static final double EXAGGERATION = 12;

    private Projection() {}

    /**
     * {@return the two principal components of vectors (Pearson, 1901): float32 {@code [n, 2]}} Of each component, the
     * coordinate with the largest magnitude is positive.
     *
     * @param x {@code [n, D]}
     * @throws IllegalArgumentException if there are fewer than two vectors, or fewer than two dimensions
     */
    public static Tensor pca(Tensor x) {
        double[][] rows = rows("pca", x);
        int n = rows.length;
        int dim = rows[0].length;
        if (dim < 2) {
            throw new IllegalArgumentException("pca: expected vectors of at least two dimensions, got " + x.shape());
        }
        for (int k = 0; k < dim; k++) {
            double mean = 0;
            for (double[] row : rows) {
                mean += row[k] / n;
            }
            for (double[] row : rows) {
                row[k] -= mean;
            }
        }
        var flat = new double[n * dim];
        for (int i = 0; i < n; i++) {
            System.arraycopy(rows[i], 0, flat, i * dim, dim);
        }
        Tensor centred = Tensors.tensor(flat).reshape(n, dim);
        var eigen = centred.t().matmul(centred).eigh(); // ascending
        Tensor axes = eigen.eigenvectors().narrow(1, dim - 2, 2).flip(1);
        double[] at = centred.matmul(axes).contiguous().toDoubleArray();
        for (int c = 0; c < 2; c++) {
            double largest = 0;
            for (int i = 0; i < n; i++) {
                largest = Math.abs(at[2 * i + c]) > Math.abs(largest) ? at[2 * i + c] : largest;
            }
            for (int i = 0; i < n && largest < 0; i++) {
                at[2 * i + c] = -at[2 * i + c];
            }
        }
        return Tensors.tensor(at).reshape(n, 2).to(DType.FLOAT32);
    }

    private static double[][] rows(String operation, Tensor x) {
        if (x.dim() != 2 || x.size(0) < 2) {
            throw new IllegalArgumentException(
                    "%s: expected at least two vectors [n, D], got %s".formatted(operation, x.shape()));
        }
        int n = Math.toIntExact(x.size(0));
        int dim = Math.toIntExact(x.size(1));
        double[] flat = x.detach().to(DType.FLOAT64).contiguous().toDoubleArray();
        var rows = new double[n][];
        for (int i = 0; i < n; i++) {
            rows[i] = Arrays.copyOfRange(flat, i * dim, (i + 1) * dim);
        }
        return rows;
    }

    /** {@return {@link #tsne(Tensor, double, int)} with 1,000 steps and a perplexity of 30 at most} */
    public static Tensor tsne(Tensor x) {
        return tsne(x, Math.max(1, Math.min(30, (x.size(0) - 1) / 3.0)), 1000);
    }

    /**
     * {@return the plane that t-SNE finds (van der Maaten and Hinton, "Visualizing Data using t-SNE", 2008): float32
     * {@code [n, 2]}} It begins with the principal components, and is computed exactly, with gradients of all pairs:
     * for up to some thousand vectors.
     *
     * @param x {@code [n, D]}
     * @param perplexity the effective number of neighbours, less than n
     * @param steps the number of steps of gradient descent
     * @throws IllegalArgumentException if there are fewer than two vectors, or the perplexity is not from 1 to n - 1
     */
    public static Tensor tsne(Tensor x, double perplexity, int steps) {
        double[][] rows = rows("tsne", x);
        int n = rows.length;
        if (n > 2 && !(perplexity >= 1 && perplexity <= n - 1)) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "tsne: the perplexity of %d vectors must be 1 to %d, got %s",
                            n,
                            n - 1,
                            perplexity));
        }
        double[][] p = affinities(rows, Math.max(1, Math.min(perplexity, n - 1)));
        var y = initial(x);
        var velocity = new double[n][2];
        var gain = new double[n][2];
        for (double[] each : gain) {
            Arrays.fill(each, 1);
        }
        double rate = Math.max(n / EXAGGERATION / 4, 50);
        var q = new double[n][n];
        for (int step = 0; step < steps; step++) {
            boolean isEarly = step < Math.min(EARLY, steps / 2);
            move(p, isEarly ? EXAGGERATION : 1, isEarly ? 0.5 : 0.8, rate, q, y, velocity, gain);
        }
        var flat = new double[2 * n];
        for (int i = 0; i < n; i++) {
            flat[2 * i] = y[i][0];
            flat[2 * i + 1] = y[i][1];
        }
        return Tensors.tensor(flat).reshape(n, 2).to(DType.FLOAT32);
    }

    /** Principal components of a standard deviation of 1e-4. */
    private static double[][] initial(Tensor x) {
        double[][] y = rows("tsne", pca(x));
        double variance = 0;
        for (double[] point : y) {
            variance += point[0] * point[0] / y.length;
        }
        double scale = variance == 0 ? 1 : 1e-4 / Math.sqrt(variance);
        for (double[] point : y) {
            point[0] *= scale;
            point[1] *= scale;
        }
        return y;
    }

    /** One step of gradient descent with momentum and a gain for each coordinate (Jacobs, 1988). */
    private static void move(
            double[][] p,
            double exaggeration,
            double momentum,
            double rate,
            double[][] q,
            double[][] y,
            double[][] velocity,
            double[][] gain) {
        int n = y.length;
        double sum = 0;
        for (int i = 0; i < n; i++) {
            for (int k = 0; k < i; k++) {
                double dx = y[i][0] - y[k][0];
                double dy = y[i][1] - y[k][1];
                q[i][k] = q[k][i] = 1 / (1 + dx * dx + dy * dy);
                sum += 2 * q[i][k];
            }
        }
        var mean = new double[2];
        for (int i = 0; i < n; i++) {
            double gx = 0;
            double gy = 0;
            for (int k = 0; k < n; k++) {
                double force = 4 * (exaggeration * p[i][k] - q[i][k] / sum) * q[i][k];
                gx += force * (y[i][0] - y[k][0]);
                gy += force * (y[i][1] - y[k][1]);
            }
            double[] gradient = {gx, gy};
            for (int c = 0; c < 2; c++) {
                boolean agrees = gradient[c] > 0 == velocity[i][c] > 0;
                gain[i][c] = Math.max(0.01, agrees ? gain[i][c] * 0.8 : gain[i][c] + 0.2);
                velocity[i][c] = momentum * velocity[i][c] - rate * gain[i][c] * gradient[c];
            }
        }
        for (int i = 0; i < n; i++) {
            for (int c = 0; c < 2; c++) {
                y[i][c] += velocity[i][c];
                mean[c] += y[i][c] / n;
            }
        }
        for (double[] point : y) {
            point[0] -= mean[0];
            point[1] -= mean[1];
        }
    }

    /** Symmetric joint probabilities, with a width of each point's Gaussian that gives the perplexity. */
    private static double[][] affinities(double[][] rows, double perplexity) {
        int n = rows.length;
        var distances = new double[n][n];
        for (int i = 0; i < n; i++) {
            for (int k = 0; k < i; k++) {
                double sum = 0;
                for (int c = 0; c < rows[i].length; c++) {
                    double d = rows[i][c] - rows[k][c];
                    sum += d * d;
                }
                distances[i][k] = distances[k][i] = sum;
            }
        }
        var p = new double[n][n];
        for (int i = 0; i < n; i++) {
            conditional(distances[i], i, Math.log(perplexity), p[i]);
        }
        for (int i = 0; i < n; i++) {
            for (int k = 0; k < i; k++) {
                p[i][k] = p[k][i] = Math.max((p[i][k] + p[k][i]) / (2.0 * n), 1e-12);
            }
        }
        return p;
    }

    /** Finds the precision of the Gaussian by bisection, as entropy falls with it. */
    private static void conditional(double[] distances, int self, double entropy, double[] p) {
        double nearest = Double.POSITIVE_INFINITY;
        for (int k = 0; k < p.length; k++) {
            nearest = k == self ? nearest : Math.min(nearest, distances[k]);
        }
        double low = 0;
        double high = Double.POSITIVE_INFINITY;
        double beta = 1;
        for (int tries = 0; tries < 100; tries++) {
            double sum = 0;
            double weighted = 0;
            for (int k = 0; k < p.length; k++) {
                double d = distances[k] - nearest;
                p[k] = k == self ? 0 : Math.exp(-beta * d);
                sum += p[k];
                weighted += p[k] * d;
            }
            double h = Math.log(sum) + beta * weighted / sum;
            for (int k = 0; k < p.length; k++) {
                p[k] /= sum;
            }
            if (Math.abs(h - entropy) < 1e-5) {
                return;
            }
            if (h > entropy) {
                low = beta;
                beta = high == Double.POSITIVE_INFINITY ? beta * 2 : (beta + high) / 2;
            } else {
                high = beta;
                beta = (beta + low) / 2;
            }
        }
    }

    /**
     * {@return a picture of words at positions of the plane}
     *
     * @param positions {@code [words, 2]}
     * @throws IllegalArgumentException if there is not a position for each word
     */
    public static Plot plot(List<String> words, Tensor positions) {
        return plot(words, positions, a -> {});
    }

    /** {@return {@link #plot(List, Tensor)} with options of the axes} */
    public static Plot plot(List<String> words, Tensor positions, Consumer<Axes> options) {
        if (positions.dim() != 2 || positions.size(0) != words.size() || positions.size(1) != 2) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT, "plot: expected positions [%d, 2], got %s", words.size(), positions.shape()));
        }
        double[] at = positions.to(DType.FLOAT64).contiguous().toDoubleArray();
        return Plot.of(a -> {
            a.scatter(positions.select(1, 0), positions.select(1, 1));
            for (int i = 0; i < words.size(); i++) {
                a.annotate(words.get(i), at[2 * i], at[2 * i + 1]);
            }
            options.accept(a);
        });
    }

    /** {@return a picture of words by the principal components of their vectors} */
    public static Plot plot(TokenEmbedding vectors, List<String> words) {
        return plot(words, pca(vectors.get(words)));
    }
}
