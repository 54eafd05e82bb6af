package fathom.data.datasets;

import fathom.data.Table;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * Generates houses. Each has a hidden size and quality, with which its columns are correlated; its price depends on
 * those, on many small effects of columns, and on noise. The columns' names, categories, ranges and numbers of missing
 * values are those of the real data (house-prices-columns.txt).
 */
final class HousePricesStandIn {
    private static final long SEED = 4_10;

    /** Effects of columns on the logarithm of the price, and how columns follow size and quality. */
    private static final List<Column> COLUMNS = columns();

    private HousePricesStandIn() {}

    private interface Column {
        String name();

        /** {@return the field of a house in the CSV file} */
        Cell draw(double size, double quality, RandomGenerator random);
    }

    /** A field, and its effect on the logarithm of the price. */
    private record Cell(String text, double effect) {}

    private record Numbers(
            String name,
            double missing,
            double zeros,
            double min,
            double max,
            double mean,
            double std,
            double ofSize,
            double ofQuality,
            double effect)
            implements Column {
        @Override
        public Cell draw(double size, double quality, RandomGenerator random) {
            double z =
                    ofSize * size
                            + ofQuality * quality
                            + Math.sqrt(1 - ofSize * ofSize - ofQuality * ofQuality) * random.nextGaussian();
            if (random.nextDouble() < missing) {
                return new Cell("NA", 0);
            }
            if (random.nextDouble() < zeros) {
                return new Cell("0", -effect);
            }
            long value = Math.round(Math.clamp(mean + std * z, min, max));
            return new Cell(Long.toString(value), effect * Math.clamp(z, -3, 3));
        }
    }

    private record Categories(String name, double missing, List<String> names, double[] weights, double[] effects)
            implements Column {
        @Override
        public Cell draw(double size, double quality, RandomGenerator random) {
            if (random.nextDouble() < missing) {
                return new Cell("NA", 0);
            }
            var tilted = new double[weights.length];
            double total = 0;
            for (int i = 0; i < weights.length; i++) {
                // better houses have more of the categories that raise the price
                tilted[i] = weights[i] * Math.exp(8 * effects[i] * quality);
                total += tilted[i];
            }
            double at = random.nextDouble() * total;
            int i = 0;
            while (i < tilted.length - 1 && at >= tilted[i]) {
                at -= tilted[i++];
            }
            return new Cell(names.get(i), effects[i]);
        }
    }

    private static List<Column> columns() {
        var random = new SplittableRandom(SEED);
        var columns = new ArrayList<Column>();
        for (String line : resource().lines().toList()) {
            String[] words = line.split(" ");
            double missing = Double.parseDouble(words[2]);
            if (words[1].equals("number")) {
                columns.add(
                        new Numbers(
                                words[0],
                                missing,
                                Double.parseDouble(words[3]),
                                Double.parseDouble(words[4]),
                                Double.parseDouble(words[5]),
                                Double.parseDouble(words[6]),
                                Double.parseDouble(words[7]),
                                random.nextDouble(-0.2, 0.7),
                                random.nextDouble(-0.2, 0.7),
                                0.02 * random.nextGaussian()));
            } else {
                int n = words.length - 3;
                var names = new ArrayList<String>();
                var weights = new double[n];
                var effects = new double[n];
                for (int i = 0; i < n; i++) {
                    String[] parts = words[i + 3].split(":");
                    names.add(parts[0].replace('_', ' '));
                    weights[i] = Double.parseDouble(parts[1]);
                    effects[i] = 0.03 * random.nextGaussian();
                }
                columns.add(new Categories(words[0], missing, names, weights, effects));
            }
        }
        return columns;
    }

    private static String resource() {
        try (InputStream in = HousePricesStandIn.class.getResourceAsStream("house-prices-columns.txt")) {
            if (in == null) {
                throw new IllegalStateException("house-prices-columns.txt is missing in the artifact");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** {@return houses, read from CSV as the real ones} */
    static Table table(int firstId, int rows, boolean withPrice) {
        var csv = new StringBuilder("Id");
        COLUMNS.forEach(c -> csv.append(',').append(c.name()));
        csv.append(withPrice ? ",SalePrice\n" : "\n");
        var random = new SplittableRandom(SEED + firstId);
        for (int r = 0; r < rows; r++) {
            double size = random.nextGaussian();
            double quality = random.nextGaussian();
            csv.append(firstId + r);
            double logPrice = 12 + 0.2 * size + 0.2 * quality + 0.04 * size * quality + 0.1 * random.nextGaussian();
            for (Column column : COLUMNS) {
                Cell cell = column.draw(size, quality, random);
                csv.append(',').append(cell.text());
                logPrice += cell.effect();
            }
            if (withPrice) {
                csv.append(',').append(String.format(Locale.ROOT, "%d", 100 * Math.round(Math.exp(logPrice) / 100)));
            }
            csv.append('\n');
        }
        return Table.readCsv(new StringReader(csv.toString()), o -> o.missing("NA", ""));
    }
}
