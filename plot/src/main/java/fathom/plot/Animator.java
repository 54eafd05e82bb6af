package fathom.plot;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/**
 * Lines that grow while a program runs, as the course shows its trainings.
 *
 * {@snippet :
 * try (var animator = new Animator(a -> a.xLabel("epoch").xRange(1, 10), "train loss", "test acc")) {
 *     for (int epoch = 1; epoch <= 10; epoch++) {
 *         animator.add(epoch, loss, accuracy);
 *     }
 * }
 * }
 *
 * <p>It shows itself in a notebook or on a terminal, whichever there is ({@link LiveDisplay#standard}). Points may be
 * added from any thread and as often as one likes: no more than a tenth of the time is spent on drawing, and {@link
 * #close} shows the last state.
 *
 * @see <a href="https://d2l.ai/chapter_linear-networks/softmax-regression-scratch.html">Dive into Deep Learning,
 *     Implementation of Softmax Regression from Scratch</a>
 */
public final class Animator implements AutoCloseable {
    /** So many times as long as drawing took passes before the next. */
    private static final int PAUSE = 9;

    /** Nanoseconds: nobody sees more pictures a second, and a notebook has to transport them. */
    private static final long SHORTEST_PAUSE = 40_000_000;

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
     * Shows lines on the standard display.
     *
     * @param axes labels, ranges and the like; it is called for each picture
     * @param series the lines' names
     */
    public Animator(Consumer<Axes> axes, String... series) {
        this(LiveDisplay.standard(), axes, series);
    }

    /** Shows lines on a display of one's own. */
    public Animator(LiveDisplay display, Consumer<Axes> axes, String... series) {
        if (series.length == 0) {
            throw new IllegalArgumentException("Animator: the name of a line is missing");
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
     * @param y one value for each line, in the order of their names; NaN where a line has none this time
     * @throws IllegalArgumentException if there are not as many values as lines
     */
    public synchronized void add(double x, double... y) {
        if (y.length != series.size()) {
            throw new IllegalArgumentException(
                    "add: there are %s values for %s lines, %s".formatted(y.length, series.size(), names));
        }
        for (int i = 0; i < y.length; i++) {
            // a line without a value this time goes on to its next point
            if (!Double.isNaN(y[i])) {
                series.get(i).add(x, y[i]);
            }
        }
        pending = true;
        long now = System.nanoTime();
        if (next == Long.MIN_VALUE || now - next >= 0) {
            draw();
            long after = System.nanoTime();
            next = after + Math.max(PAUSE * (after - now), SHORTEST_PAUSE);
        }
    }

    private void draw() {
        pending = false;
        display.show(plot());
    }

    /** {@return the lines as they are now} */
    public synchronized Plot plot() {
        return Plot.of(a -> {
            for (int i = 0; i < names.size(); i++) {
                Growing s = series.get(i);
                a.line(Arrays.copyOf(s.x, s.n), Arrays.copyOf(s.y, s.n), names.get(i));
            }
            axes.accept(a);
        });
    }

    /** Shows what was added last, if it is not shown yet. */
    @Override
    public synchronized void close() {
        if (pending) {
            draw();
        }
    }
}
