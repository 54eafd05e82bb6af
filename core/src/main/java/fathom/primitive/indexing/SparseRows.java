package fathom.primitive.indexing;

import java.util.Arrays;

/**
 * A sparse matrix in compressed rows: row {@code r} has {@code weights[i]} in column {@code columns[i]}, for {@code
 * starts[r] <= i < starts[r + 1]}.
 *
 * @param starts the start of each row, and the end of the last one
 * @param columns the column indices
 * @param weights the values
 * @param width the number of columns
 */
public record SparseRows(int[] starts, int[] columns, double[] weights, int width) {
    /** {@return the number of rows} */
    public int count() {
        return starts.length - 1;
    }

    /** {@return the values in single precision} */
    public float[] floats() {
        var floats = new float[weights.length];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = (float) weights[i];
        }
        return floats;
    }

    /** {@return the number of values of every row, or -1 if they differ} */
    public int uniform() {
        int each = count() == 0 ? 0 : starts[1];
        for (int r = 0; r < count(); r++) {
            if (starts[r + 1] - starts[r] != each) {
                return -1;
            }
        }
        return each;
    }

    /** {@return the transpose, with ascending columns in each row} */
    public SparseRows transpose() {
        var begins = new int[width + 1];
        for (int c : columns) {
            begins[c + 1]++;
        }
        for (int c = 0; c < width; c++) {
            begins[c + 1] += begins[c];
        }
        int[] next = begins.clone();
        var rows = new int[columns.length];
        var numbers = new double[columns.length];
        for (int r = 0; r < count(); r++) {
            for (int i = starts[r]; i < starts[r + 1]; i++) {
                int to = next[columns[i]]++;
                rows[to] = r;
                numbers[to] = weights[i];
            }
        }
        return new SparseRows(begins, rows, numbers, count());
    }

    /** Builds a matrix row by row. */
    public static final class Builder {
        private final int[] starts;
        private final int width;
        private int[] columns;
        private double[] weights;
        private int rows;
        private int count;

        public Builder(int rows, int width) {
            this.width = width;
            starts = new int[rows + 1];
            columns = new int[2 * rows];
            weights = new double[2 * rows];
        }

        /** Adds a value to the current row. */
        public void add(int column, double weight) {
            if (count == columns.length) {
                columns = Arrays.copyOf(columns, 2 * count + 4);
                weights = Arrays.copyOf(weights, 2 * count + 4);
            }
            columns[count] = column;
            weights[count++] = weight;
        }

        /** Ends the current row. */
        public void end() {
            starts[++rows] = count;
        }

        public SparseRows build() {
            return new SparseRows(starts, Arrays.copyOf(columns, count), Arrays.copyOf(weights, count), width);
        }
    }
}
