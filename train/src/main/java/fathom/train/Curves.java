package fathom.train;

import fathom.plot.Axes;
import fathom.plot.Plot;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Draws the epochs of a run: a panel for the loss and one for each metric, with lines for training and test data. */
final class Curves {
    /**
     * A loss that falls to less than this part has a logarithmic axis, where the end would look like zero otherwise.
     */
    private static final double LOGARITHMIC = 0.02;

    private static final int MOST_COLUMNS = 3;

    private Curves() {}

    /**
     * Writes a picture.
     *
     * @param file ends in {@code .png} or {@code .svg}
     * @throws IllegalArgumentException if it ends otherwise, or there is nothing to draw
     */
    static void write(List<EpochResult> history, Path file) throws IOException {
        Plot plot = plot(history);
        String name = file.toString().toLowerCase(Locale.ROOT);
        if (!name.endsWith(".png") && !name.endsWith(".svg")) {
            throw new IllegalArgumentException("plot: %s should end in .png or .svg".formatted(file));
        }
        plot.save(file);
    }

    /**
     * @throws IllegalArgumentException if there is nothing to draw
     */
    static Plot plot(List<EpochResult> history) {
        if (history.isEmpty()) {
            throw new IllegalArgumentException("plot: no epoch was finished; there is nothing to draw");
        }
        double[] epochs = history.stream().mapToDouble(EpochResult::epoch).toArray();
        List<Plot> panels = new ArrayList<>();
        panels(history).forEach((name, lines) -> panels.add(Plot.of(a -> panel(a, name, epochs, lines))));
        return Plot.panels(Math.min(panels.size(), MOST_COLUMNS), panels);
    }

    private static void panel(Axes axes, String name, double[] epochs, Map<String, double[]> lines) {
        axes.title(name).xLabel("epoch").xWhole();
        lines.forEach((part, values) -> axes.line(epochs, values, part));
        if (name.equals("loss") && lines.values().stream().anyMatch(Curves::falls)) {
            axes.yLog();
        }
    }

    /** {@return whether positive values span so much that the small ones would lie on the axis} */
    static boolean falls(double[] values) {
        double least = Double.POSITIVE_INFINITY;
        double greatest = 0;
        for (double v : values) {
            if (v <= 0) {
                return false;
            }
            if (Double.isFinite(v)) {
                least = Math.min(least, v);
                greatest = Math.max(greatest, v);
            }
        }
        return least < greatest * LOGARITHMIC;
    }

    /** By panel, then by "train" and "test", the values of all epochs: NaN where an epoch lacks one. */
    static Map<String, Map<String, double[]>> panels(List<EpochResult> history) {
        Set<String> names = new LinkedHashSet<>();
        names.add("loss");
        history.forEach(e -> names.addAll(e.train().keySet()));
        history.forEach(e -> names.addAll(e.test().keySet()));
        var panels = new LinkedHashMap<String, Map<String, double[]>>();
        for (String name : names) {
            var lines = new LinkedHashMap<String, double[]>();
            if (name.equals("loss")) {
                lines.put("train", history.stream().mapToDouble(EpochResult::loss).toArray());
            } else {
                put(lines, "train", name, history.stream().map(EpochResult::train).toList());
            }
            put(lines, "test", name, history.stream().map(EpochResult::test).toList());
            panels.put(name, lines);
        }
        return panels;
    }

    private static void put(Map<String, double[]> lines, String part, String name, List<Map<String, Double>> epochs) {
        if (epochs.stream().anyMatch(e -> e.containsKey(name))) {
            lines.put(part, epochs.stream().mapToDouble(e -> e.getOrDefault(name, Double.NaN)).toArray());
        }
    }
}
