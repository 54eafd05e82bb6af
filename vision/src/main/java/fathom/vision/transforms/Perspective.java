package fathom.vision.transforms;

import fathom.vision.transforms.kernels.Warp;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * The projective map that moves four points of an image to four others.
 *
 * @param from four points, x and y in turn
 * @param to where they go
 */
record Perspective(List<Double> from, List<Double> to, WarpOptions options) implements Warping {
    private static final int UNKNOWNS = 8;

    @Override
    public Warp at(int height, int width) {
        return options.warp(inverse(), height, width);
    }

    /** {@return a perspective that moves the corners inwards, to whole pixels} */
    static Perspective draw(RandomGenerator random, int height, int width, double distortion, WarpOptions options) {
        int across = (int) (distortion * (width / 2));
        int down = (int) (distortion * (height / 2));
        double right = width - 1.0;
        double bottom = height - 1.0;
        List<Double> to = new ArrayList<>();
        for (int corner = 0; corner < 4; corner++) {
            int inwards = random.nextInt(across + 1);
            to.add(corner == 1 || corner == 2 ? right - inwards : inwards);
            inwards = random.nextInt(down + 1);
            to.add(corner >= 2 ? bottom - inwards : inwards);
        }
        return new Perspective(List.of(0.0, 0.0, right, 0.0, right, bottom, 0.0, bottom), to, options);
    }

    /** {@return the matrix of the map that moves the points back}: its last element is 1 */
    private double[] inverse() {
        var system = new double[UNKNOWNS][UNKNOWNS + 1];
        for (int i = 0; i < UNKNOWNS; i += 2) {
            double x = to.get(i);
            double y = to.get(i + 1);
            double u = from.get(i);
            double v = from.get(i + 1);
            system[i] = new double[] {x, y, 1, 0, 0, 0, -u * x, -u * y, u};
            system[i + 1] = new double[] {0, 0, 0, x, y, 1, -v * x, -v * y, v};
        }
        var inverse = new double[UNKNOWNS + 1];
        System.arraycopy(solved(system), 0, inverse, 0, UNKNOWNS);
        inverse[UNKNOWNS] = 1;
        return inverse;
    }

    /** {@return the solution of a system of equations, each with its right-hand side at the end; changes it} */
    private static double[] solved(double[][] system) {
        int n = system.length;
        for (int k = 0; k < n; k++) {
            int pivot = k;
            for (int row = k + 1; row < n; row++) {
                pivot = Math.abs(system[row][k]) > Math.abs(system[pivot][k]) ? row : pivot;
            }
            double[] chosen = system[pivot];
            system[pivot] = system[k];
            system[k] = chosen;
            if (Math.abs(chosen[k]) < 1e-10) {
                throw new IllegalArgumentException("perspective: three of the four points lie on a line");
            }
            for (int row = 0; row < n; row++) {
                double factor = row == k ? 0 : system[row][k] / chosen[k];
                for (int column = k; factor != 0 && column <= n; column++) {
                    system[row][column] -= factor * chosen[column];
                }
            }
        }
        var solution = new double[n];
        for (int k = 0; k < n; k++) {
            solution[k] = system[k][n] / system[k][k];
        }
        return solution;
    }
}
