package fathom.train;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import javax.imageio.ImageIO;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.ChartEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Draws what a run's epochs gave, in the manner of the course: one line each, solid, dashed, dotted. */
final class Curves {
    private static final Color[] COLORS = {
        new Color(0x1F77B4), new Color(0xBF00BF), new Color(0x2CA02C), new Color(0xD62728), new Color(0xFF7F0E)
    };
    private static final float[][] DASHES = {null, {6, 3}, {6, 3, 1.5f, 3}, {1.5f, 2.5f}, {10, 4}};

    private Curves() {}

    /**
     * Writes a picture.
     *
     * @param file ends in {@code .png} or {@code .svg}
     * @throws IllegalArgumentException if it ends otherwise, or there is nothing to draw
     */
    static void write(List<EpochResult> history, Path file) throws IOException {
        if (history.isEmpty()) {
            throw new IllegalArgumentException("plot: no epoch was finished; there is nothing to draw");
        }
        String name = file.toString().toLowerCase(Locale.ROOT);
        if (!name.endsWith(".png") && !name.endsWith(".svg")) {
            throw new IllegalArgumentException("plot: %s should end in .png or .svg".formatted(file));
        }
        XYChart chart = chart(history);
        fathom.files.AtomicFiles.write(
                file,
                channel -> {
                    var out = Channels.newOutputStream(channel);
                    if (name.endsWith(".svg")) {
                        ChartEncoder.saveChart(chart, out, "svg");
                    } else {
                        // through memory, where ImageIO would take a temporary file
                        try (var image = new MemoryCacheImageOutputStream(out)) {
                            ImageIO.write(BitmapEncoder.getBufferedImage(chart), "png", image);
                        }
                    }
                });
    }

    static XYChart chart(List<EpochResult> history) {
        XYChart chart =
                new XYChartBuilder().width(560).height(400).xAxisTitle("epoch").theme(Styler.ChartTheme.Matlab).build();
        var style = chart.getStyler();
        style.setLocale(Locale.ROOT);
        style.setChartBackgroundColor(Color.WHITE);
        style.setPlotGridLinesVisible(true);
        style.setPlotGridLinesColor(new Color(0xE0E0E0));
        style.setLegendPosition(Styler.LegendPosition.OutsideE);
        style.setLegendBorderColor(new Color(0xC0C0C0));
        style.setAxisTitleFont(new Font(Font.SANS_SERIF, Font.PLAIN, 13));
        style.setLegendFont(new Font(Font.SANS_SERIF, Font.PLAIN, 12));
        style.setAxisTickLabelsFont(new Font(Font.SANS_SERIF, Font.PLAIN, 11));
        style.setXAxisDecimalPattern("0");
        style.setAntiAlias(true);
        int i = 0;
        for (var line : lines(history).entrySet()) {
            List<Double> x = new ArrayList<>();
            List<Double> y = new ArrayList<>();
            for (int e = 0; e < history.size(); e++) {
                Double value = line.getValue().get(e);
                if (Double.isFinite(value)) {
                    x.add((double) history.get(e).epoch());
                    y.add(value);
                }
            }
            if (x.isEmpty()) {
                continue;
            }
            XYSeries series = chart.addSeries(line.getKey(), x, y);
            series.setLineColor(COLORS[i % COLORS.length]);
            series.setLineStyle(
                    new BasicStroke(
                            1.6f, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 10, DASHES[i % DASHES.length], 0));
            // a single epoch is a point, not a line
            series.setMarker(x.size() == 1 ? SeriesMarkers.CIRCLE : SeriesMarkers.NONE);
            series.setMarkerColor(COLORS[i % COLORS.length]);
            i++;
        }
        return chart;
    }

    /** Train loss, then per metric its course on training and on test data; values NaN where an epoch lacks them. */
    static Map<String, List<Double>> lines(List<EpochResult> history) {
        var lines = new LinkedHashMap<String, List<Double>>();
        lines.put("train loss", history.stream().map(EpochResult::loss).toList());
        var names = new TreeSet<String>();
        history.forEach(e -> names.addAll(e.train().keySet()));
        history.forEach(e -> names.addAll(e.test().keySet()));
        boolean metrics = names.stream().anyMatch(n -> !n.equals("loss"));
        for (String name : names) {
            if (name.equals("loss")) {
                // beside accuracies the course shows the training loss alone
                if (!metrics) {
                    lines.put("test loss", values(history, "test", name));
                }
                continue;
            }
            if (history.stream().anyMatch(e -> e.train().containsKey(name))) {
                lines.put("train " + name, values(history, "train", name));
            }
            if (history.stream().anyMatch(e -> e.test().containsKey(name))) {
                lines.put("test " + name, values(history, "test", name));
            }
        }
        return lines;
    }

    private static List<Double> values(List<EpochResult> history, String part, String name) {
        return history.stream()
                .map(e -> (part.equals("train") ? e.train() : e.test()).getOrDefault(name, Double.NaN))
                .toList();
    }
}
