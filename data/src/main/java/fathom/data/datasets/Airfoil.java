package fathom.data.datasets;

import fathom.DType;
import fathom.Tensor;
import fathom.data.Table;
import fathom.data.TensorDataset;
import fathom.data.hub.DataHub;
import java.io.StringReader;
import java.nio.file.Path;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/**
 * Airfoil self-noise (Brooks, Pope and Marcolini, NASA, 1989): 1,503 measurements of the sound of wings in a wind
 * tunnel, with which the course compares optimisers.
 *
 * <p>The {@linkplain DataHub hub} finds or downloads the file {@code airfoil_self_noise.dat}. If it cannot, generated
 * measurements are used, and a line on standard error says so.
 *
 * @see <a href="https://d2l.ai/chapter_optimization/minibatch-sgd.html">Dive into Deep Learning, Minibatch Stochastic
 *     Gradient Descent</a>
 */
public final class Airfoil {
    private static final String[] COLUMNS = {
        "frequency", "angle", "chord", "velocity", "thickness", "sound pressure level"
    };

    /** The rows that the course uses. */
    private static final int USED = 1500;

    private final Table table;
    private final String source;
    private final boolean isStandIn;

    private Airfoil(Table table, String source, boolean isStandIn) {
        this.table = table;
        this.source = source;
        this.isStandIn = isStandIn;
    }

    /**
     * {@return the data set, or its stand-in if it is not available}
     *
     * @throws java.io.UncheckedIOException if the file is damaged
     */
    public static Airfoil load() {
        return load(DataHub.standard(), System.err::println);
    }

    /**
     * {@return the data set from a hub, or its stand-in if it is not available}
     *
     * @param notice receives one line if the stand-in is used
     */
    public static Airfoil load(DataHub hub, Consumer<String> notice) {
        return hub.load("Airfoil self-noise", h -> load(h.file("airfoil")), Airfoil::standIn, notice);
    }

    /**
     * {@return the data set from a file of six columns, separated by tabs}
     *
     * @throws java.io.UncheckedIOException if it cannot be read
     */
    public static Airfoil load(Path file) {
        return new Airfoil(Table.readCsv(file, o -> o.delimiter('\t').header(COLUMNS)), file.toString(), false);
    }

    /** {@return the stand-in: generated measurements, the same at each call} */
    public static Airfoil standIn() {
        return new Airfoil(
                Table.readCsv(new StringReader(generated()), o -> o.delimiter('\t').header(COLUMNS)),
                "a stand-in",
                true);
    }

    /**
     * Measurements of a made-up wing: the level falls with the distance of the frequency, on a logarithmic scale, from
     * a peak that depends on angle and velocity.
     */
    private static String generated() {
        double[] chords = {0.0254, 0.0508, 0.1016, 0.1524, 0.2286, 0.3048};
        double[] velocities = {31.7, 39.6, 55.5, 71.3};
        var random = new SplittableRandom(11_5);
        var text = new StringBuilder();
        for (int i = 0; i < 1503; i++) {
            double octaves = random.nextInt(21) / 3.0;
            double frequency = 200 * Math.pow(2, octaves);
            double angle = random.nextInt(45) / 2.0;
            double chord = chords[random.nextInt(chords.length)];
            double velocity = velocities[random.nextInt(velocities.length)];
            double thickness = 0.0004 * Math.exp(0.2 * angle * random.nextDouble(0.5, 1)) * Math.sqrt(chord / 0.0254);
            double peak = 2.5 + velocity / 40 - angle / 12;
            double level =
                    128
                            + 0.1 * velocity
                            - 25 * chord
                            - 60 * thickness
                            - 1.2 * Math.pow(octaves - peak, 2)
                            + 2.5 * random.nextGaussian();
            text.append(
                    String.format(
                            Locale.ROOT,
                            "%.0f\t%.1f\t%.4f\t%.1f\t%.8f\t%.3f\n",
                            frequency,
                            angle,
                            chord,
                            velocity,
                            thickness,
                            level));
        }
        return text.toString();
    }

    /** {@return the 1,503 measurements as they are in the file} */
    public Table table() {
        return table;
    }

    /**
     * {@return the first 1,500 measurements as the course uses them: features float32 {@code [1500, 5]} and labels
     * {@code [1500]}, each column standardised by its mean and population standard deviation}
     */
    public TensorDataset dataset() {
        Tensor all = table.toTensor(DType.FLOAT64);
        Tensor mean = all.mean(0);
        Tensor centred = all.sub(mean);
        Tensor std = centred.square().mean(0).sqrt();
        Tensor used = centred.div(std).to(DType.FLOAT32).narrow(0, 0, Math.min(USED, table.rows()));
        return new TensorDataset(used.narrow(1, 0, COLUMNS.length - 1L), used.select(1, COLUMNS.length - 1L));
    }

    /** {@return the file it was read from, or "a stand-in"} */
    public String source() {
        return source;
    }

    /** {@return whether it is the generated stand-in} */
    public boolean isStandIn() {
        return isStandIn;
    }
}
