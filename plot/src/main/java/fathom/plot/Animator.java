package fathom.plot;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/**
 * Lines that grow while a program runs, such as the course's training curves.
 *
 * {@snippet :
 * try (var animator = new Animator(a -> a.xLabel("epoch").xRange(1, 10), "train loss", "test acc")) {
 *     for (int epoch = 1; epoch <= 10; epoch++) {
 *         animator.add(epoch, loss, accuracy);
 *     }
 * }
 * }
 *
 * <p>It is displayed in a notebook or on a terminal ({@link LiveDisplay#standard}). Points may be added from any thread
 * and at any rate: drawing takes at most a tenth of the time, and {@link #close} displays the final state.
 *
 * @see <a href="https://d2l.ai/chapter_linear-networks/softmax-regression-scratch.html">Dive into Deep Learning,
 *     Implementation of Softmax Regression from Scratch</a>
 */
public final class Animator implements AutoCloseable {
    /** Minimum pause between two drawings, as a multiple of the time that the last one took. */
    private static final int MIN_PAUSE_FACTOR = 9;

    /** Minimum pause between two drawings: more are not visible, and a notebook has to transport them. */
    private static final long MIN_PAUSE_NANOS = 40_000_000;

    private static final class Growing {
        private double[] x = new double[16];
        private double[] y = new double[16];
        private int n;

        void add(double px, double py) {
            if (n == x.length) {
                x = Arrays.copyOf(x, 2 * n);
                y = Arrays.copyOf(y, 2 * n);
            }
            x[n] = px;
            y[n++] = py;
        }
    }

    private final List<String> names;
    private final List<Growing> series = new ArrayList<>();
    private final Consumer<Axes> axes;
    private final LiveDisplay display;
    private long next = Long.MIN_VALUE;
    private boolean pending;

    /**
     * Creates an animator on the standard display.
     *
     * @param axes sets labels, ranges and other options; it is called for each drawing
     * @param series names of the lines
     */
    public Animator(Consumer<Axes> axes, String... series) {
        this(LiveDisplay.standard(), axes, series);
    }

    /** Creates an animator on the given display. */
    public Animator(LiveDisplay display, Consumer<Axes> axes, String... series) {
        if (series.length == 0) {
            throw new IllegalArgumentException("Animator: expected the name of at least one line");
        }
        this.display = display;
        this.axes = axes;
        this.names = List.of(series);
        for (int i = 0; i < series.length; i++) {
            this.series.add(new Growing());
        }
    }

    /**
     * Adds a point to each line.
     *
     * @param y one value per line, in the order of their names; NaN for a line without a value at this x
     * @throws IllegalArgumentException if the number of values differs from the number of lines
     */
    public synchronized void add(double x, double... y) {
        if (y.length != series.size()) {
            throw new IllegalArgumentException(
                    "add: expected %s values, one for each of %s, got %s".formatted(series.size(), names, y.length));
        }
        for (int i = 0; i < y.length; i++) {
            // a line without a value at this x continues to its next point
            if (!Double.isNaN(y[i])) {
                series.get(i).add(x, y[i]);
            }
        }
        pending = true;
        long now = System.nanoTime();
        if (next == Long.MIN_VALUE || now - next >= 0) {
            draw();
            long after = System.nanoTime();
            next = after + Math.max(MIN_PAUSE_FACTOR * (after - now), MIN_PAUSE_NANOS);
        }
    }

    private void draw() {
        pending = false;
        display.show(plot());
    }

    /** {@return a plot of the current lines} */
    public synchronized Plot plot() {
        return Plot.of(a -> {
            for (int i = 0; i < names.size(); i++) {
                Growing s = series.get(i);
                a.line(Arrays.copyOf(s.x, s.n), Arrays.copyOf(s.y, s.n), names.get(i));
            }
            axes.accept(a);
        });
    }

    /** Displays the final state, if it is not displayed yet. */
    @Override
    public synchronized void close() {
        if (pending) {
            draw();
        }
    }
}
