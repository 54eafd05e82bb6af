package fathom.cpu.pool;

import fathom.primitive.window.Pool;
import java.util.Arrays;

/**
 * The divisors of average pooling, a row for each row of the result; 1 for empty windows.
 *
 * @param values divisors
 * @param divide whether a row has divisors that are not powers of two; other rows are multiplied by the exact
 *     reciprocals
 * @param factors the divisors, or the reciprocals, of each row
 * @param runs ends of runs of uniform windows: equal size, distance and divisor
 */
record Divisors(double[][] values, boolean[] divide, double[][] factors, int[][] runs) {
    static Divisors of(Pool pool, Axis rows, Axis columns) {
        int count = rows.count();
        var result = new Divisors(new double[count][], new boolean[count], new double[count][], new int[count][]);
        for (int row = 0; row < count; row++) {
            int last = row - 1;
            if (row > 0 && rows.inside()[row] == rows.inside()[last] && rows.padded()[row] == rows.padded()[last]) {
                result.values[row] = result.values[last];
                result.divide[row] = result.divide[last];
                result.factors[row] = result.factors[last];
                result.runs[row] = result.runs[last];
            } else {
                result.put(row, row(pool, rows, columns, row));
                result.runs[row] = runs(columns, result.values[row]);
            }
        }
        return result;
    }

    private static double[] row(Pool pool, Axis rows, Axis columns, int row) {
        var divisors = new double[columns.count()];
        for (int o = 0; o < divisors.length; o++) {
            double inside = (double) rows.inside()[row] * columns.inside()[o];
            double padded = (double) rows.padded()[row] * columns.padded()[o];
            double divisor = pool.divisor() != 0 ? pool.divisor() : pool.countIncludePad() ? padded : inside;
            divisors[o] = inside == 0 ? 1 : divisor;
        }
        return divisors;
    }

    private void put(int row, double[] divisors) {
        for (double d : divisors) {
            divide[row] |= Math.scalb(1, Math.getExponent(d)) != d;
        }
        values[row] = divisors;
        factors[row] = new double[divisors.length];
        for (int o = 0; o < divisors.length; o++) {
            factors[row][o] = divide[row] ? divisors[o] : 1 / divisors[o];
        }
    }

    private static int[] runs(Axis columns, double[] divisors) {
        int[] begins = columns.starts();
        var ends = new int[divisors.length];
        int count = 0;
        int first = 0;
        for (int o = 1; o < divisors.length; o++) {
            boolean alike =
                    columns.inside()[o] == columns.inside()[first]
                            && divisors[o] == divisors[first]
                            && begins[o] - begins[o - 1] == begins[first + 1] - begins[first];
            if (!alike) {
                ends[count++] = o;
                first = o;
            }
        }
        if (divisors.length > 0) {
            ends[count++] = divisors.length;
        }
        return Arrays.copyOf(ends, count);
    }
}
