package fathom.plot;

import fathom.Tensor;
import java.util.function.DoubleBinaryOperator;

/** Conversion of tensors to Java arrays. */
final class Numbers {
    private Numbers() {}

    /**
     * {@return the elements of a tensor with one dimension, after dimensions of size 1 are dropped}
     *
     * @param what the name of the tensor in messages, such as {@code line "loss": y}
     */
    static double[] vector(Tensor values, String what) {
        for (int d = 0; d < values.dim(); d++) {
            if (values.size(d) != 1 && values.size(d) != values.numel()) {
                throw new IllegalArgumentException(
                        "%s must have one dimension, got the shape %s".formatted(what, values.shape()));
            }
        }
        return values.detach().toDoubleArray();
    }

    /** {@return the rows of a tensor with two dimensions} */
    static double[][] matrix(Tensor values, String what) {
        if (values.dim() != 2) {
            throw new IllegalArgumentException(
                    "%s must have two dimensions, got the shape %s".formatted(what, values.shape()));
        }
        int rows = Math.toIntExact(values.size(0));
        int columns = Math.toIntExact(values.size(1));
        double[] flat = values.detach().toDoubleArray();
        double[][] out = new double[rows][columns];
        for (int i = 0; i < rows; i++) {
            System.arraycopy(flat, i * columns, out[i], 0, columns);
        }
        return out;
    }

    /** {@return 0, 1, ..., n - 1} */
    static double[] indices(int n) {
        double[] out = new double[n];
        for (int i = 0; i < n; i++) {
            out[i] = i;
        }
        return out;
    }

    /** {@return {@code n} equidistant values, including both ends} */
    static double[] between(double from, double to, int n) {
        double[] out = new double[n];
        for (int i = 0; i < n; i++) {
            out[i] = from + (to - from) * i / (n - 1);
        }
        return out;
    }

    /** {@return the values of a function: a row for each y, a column for each x} */
    static double[][] values(DoubleBinaryOperator f, double[] x, double[] y) {
        double[][] out = new double[y.length][x.length];
        for (int i = 0; i < y.length; i++) {
            for (int j = 0; j < x.length; j++) {
                out[i][j] = f.applyAsDouble(x[j], y[i]);
            }
        }
        return out;
    }

    static void same(double[] x, double[] y, String what) {
        if (x.length != y.length) {
            throw new IllegalArgumentException(
                    "%s: x and y must have the same size, got %s and %s".formatted(what, x.length, y.length));
        }
    }

    /** {@return the name of a series in messages: {@code line "loss"}, or {@code line 2} without a label} */
    static String name(String kind, String label, int index) {
        return label.isEmpty() ? kind + " " + (index + 1) : "%s \"%s\"".formatted(kind, label);
    }
}
