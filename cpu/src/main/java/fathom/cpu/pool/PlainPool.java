package fathom.cpu.pool;

import fathom.DType;
import fathom.cpu.memory.Floats;
import fathom.cpu.memory.Integers;
import fathom.cpu.memory.Memory;

/** Scalar pooling of one row, for any type and layout. */
final class PlainPool {
    private PlainPool() {}

    /** Computes the windows {@code from <= o < to} of a row. */
    static void max(Forward pool, long image, int row, int from, int to, Plane indices) {
        var x = pool.x();
        for (int o = from; o < to; o++) {
            for (int c = 0; c < x.channels(); c++) {
                long best = greatest(pool, image, c, row, o);
                copy(x.type(), x.at(image, c, best / x.width(), best % x.width()), pool.y().at(image, c, row, o));
                Memory.setLong(indices.at(image, c, row, o), best);
            }
        }
    }

    /** {@return the index of the first NaN or, if there is none, of the first maximum} */
    private static long greatest(Forward pool, long image, int channel, int row, int column) {
        var x = pool.x();
        var rows = pool.rows();
        var columns = pool.columns();
        boolean floating = x.type().isFloating();
        long index = -1;
        double best = 0;
        long bestInteger = 0;
        for (int i = rows.starts()[row]; i < rows.ends()[row]; i += rows.dilation()) {
            for (int j = columns.starts()[column]; j < columns.ends()[column]; j += columns.dilation()) {
                long at = x.at(image, channel, i, j);
                boolean greater;
                if (floating) {
                    double candidate = Floats.get(x.type(), at);
                    greater = index < 0 || !(candidate <= best) && !Double.isNaN(best);
                    best = greater ? candidate : best;
                } else {
                    long candidate = Integers.get(x.type(), at);
                    greater = index < 0 || candidate > bestInteger;
                    bestInteger = greater ? candidate : bestInteger;
                }
                index = greater ? (long) i * x.width() + j : index;
            }
        }
        return index;
    }

    static void average(Forward pool, long image, int row) {
        var x = pool.x();
        var divisors = pool.divisors().values()[row];
        for (int o = 0; o < divisors.length; o++) {
            for (int c = 0; c < x.channels(); c++) {
                long to = pool.y().at(image, c, row, o);
                switch (x.type()) {
                    case FLOAT64 -> Memory.setDouble(to, sum(pool, image, c, row, o) / divisors[o]);
                    case FLOAT32, BFLOAT16, FLOAT16 ->
                            Floats.set(x.type(), to, floatSum(pool, image, c, row, o) / (float) divisors[o]);
                    default -> Integers.set(x.type(), to, (long) (sum(pool, image, c, row, o) / divisors[o]));
                }
            }
        }
    }

    /** {@return the sum of the columns' sums, in the order of the vector code} */
    private static double sum(Forward pool, long image, int channel, int row, int column) {
        var x = pool.x();
        var rows = pool.rows();
        var columns = pool.columns();
        double sum = -0.0;
        for (int j = columns.starts()[column]; j < columns.ends()[column]; j += columns.dilation()) {
            double columnSum = -0.0;
            for (int i = rows.starts()[row]; i < rows.ends()[row]; i += rows.dilation()) {
                long at = x.at(image, channel, i, j);
                columnSum += x.type() == DType.FLOAT64 ? Memory.getDouble(at) : Integers.get(x.type(), at);
            }
            sum += columnSum;
        }
        return isEmpty(pool, row, column) ? 0 : sum;
    }

    /** {@return the same in float} */
    private static float floatSum(Forward pool, long image, int channel, int row, int column) {
        var x = pool.x();
        var rows = pool.rows();
        var columns = pool.columns();
        float sum = -0.0f;
        for (int j = columns.starts()[column]; j < columns.ends()[column]; j += columns.dilation()) {
            float columnSum = -0.0f;
            for (int i = rows.starts()[row]; i < rows.ends()[row]; i += rows.dilation()) {
                columnSum += (float) Floats.get(x.type(), x.at(image, channel, i, j));
            }
            sum += columnSum;
        }
        return isEmpty(pool, row, column) ? 0 : sum;
    }

    private static boolean isEmpty(Forward pool, int row, int column) {
        return pool.rows().inside()[row] == 0 || pool.columns().inside()[column] == 0;
    }

    private static void copy(DType type, long from, long to) {
        switch (type.size()) {
            case 8 -> Memory.setLong(to, Memory.getLong(from));
            case 4 -> Memory.setInt(to, Memory.getInt(from));
            case 2 -> Memory.setShort(to, Memory.getShort(from));
            default -> Memory.setByte(to, Memory.getByte(from));
        }
    }
}
