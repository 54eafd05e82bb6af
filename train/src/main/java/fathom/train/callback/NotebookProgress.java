package fathom.train.callback;

import fathom.plot.LiveDisplay;
import fathom.plot.Plot;
import fathom.train.EpochResult;
import fathom.train.Run;
import fathom.train.TrainingCallback;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Shows the progress of a training in a notebook: the loss of the batches and that of the test data over the epochs,
 * and above them the epoch, the batch and the remaining time. It is drawn anew once per second at most.
 *
 * {@snippet :
 * new Trainer(net, t -> t.callbacks(new NotebookProgress()).progress(false)).fit(data, Epochs.of(10));
 * }
 *
 * <p>{@link fathom.train.LiveCurves} shows the metrics after each epoch instead.
 */
public final class NotebookProgress implements TrainingCallback {
    /** Points of the curve at most; beyond, neighbours are averaged. */
    private static final int MOST_POINTS = 1000;

    private final LiveDisplay display;
    private final Duration every;
    private List<double[]> batches = new ArrayList<>();
    private final List<double[]> tests = new ArrayList<>();

    /** The number of batches that a point is the mean of, and the batches of an unfinished one. */
    private int perPoint = 1;

    private double sum;
    private int count;
    private long start;
    private double startEpochs;
    private long shown;

    /** Shows it on the {@linkplain LiveDisplay#standard() standard display}, once per second at most. */
    public NotebookProgress() {
        this(LiveDisplay.standard(), Duration.ofSeconds(1));
    }

    /**
     * Shows it on a display.
     *
     * @param every the least time between two pictures
     */
    public NotebookProgress(LiveDisplay display, Duration every) {
        this.display = display;
        this.every = every;
    }

    @Override
    public void onStart(Progress progress) {
        batches.clear();
        tests.clear();
        perPoint = 1;
        sum = 0;
        count = 0;
        progress.history().forEach(this::addTest);
        start = System.nanoTime();
        shown = start;
        startEpochs = progress.history().size() + (double) progress.batch() / progress.batches();
    }

    @Override
    public void onBatch(Progress progress) {
        double epochs = progress.epoch() - 1 + (double) progress.batch() / progress.batches();
        sum += progress.loss();
        if (++count == perPoint) {
            batches.add(new double[] {epochs, sum / count});
            sum = 0;
            count = 0;
        }
        if (batches.size() > MOST_POINTS) {
            var fewer = new ArrayList<double[]>();
            for (int i = 0; i + 1 < batches.size(); i += 2) {
                fewer.add(new double[] {batches.get(i + 1)[0], (batches.get(i)[1] + batches.get(i + 1)[1]) / 2});
            }
            batches = fewer;
            perPoint *= 2;
        }
        long now = System.nanoTime();
        if (now - shown >= every.toNanos()) {
            shown = now;
            show(
                    String.format(
                            Locale.ROOT,
                            "epoch %d/%d, batch %d/%d, loss %.4g%s",
                            progress.epoch(),
                            progress.epochs(),
                            progress.batch(),
                            progress.batches(),
                            progress.loss(),
                            remaining(progress, epochs)));
        }
    }

    private String remaining(Progress progress, double epochs) {
        double done = epochs - startEpochs;
        double seconds = (System.nanoTime() - start) * 1e-9;
        return done <= 0 ? "" : ", %s left".formatted(time(seconds / done * (progress.epochs() - epochs)));
    }

    private static String time(double seconds) {
        long s = Math.round(seconds);
        return s < 3600
                ? String.format(Locale.ROOT, "%d:%02d", s / 60, s % 60)
                : String.format(Locale.ROOT, "%d:%02d:%02d", s / 3600, s / 60 % 60, s % 60);
    }

    @Override
    public void onEpoch(Progress progress, EpochResult result) {
        addTest(result);
        shown = System.nanoTime();
        show(
                String.format(
                        Locale.ROOT,
                        "epoch %d/%d: %s%s",
                        result.epoch(),
                        progress.epochs(),
                        result,
                        remaining(progress, result.epoch())));
    }

    private void addTest(EpochResult result) {
        Double loss = result.test().get("loss");
        if (loss != null) {
            tests.add(new double[] {result.epoch(), loss});
        }
    }

    @Override
    public void onEnd(Run run) {
        if (!run.history().isEmpty()) {
            show(String.format(Locale.ROOT, "%s, %s", run.last(), time((System.nanoTime() - start) * 1e-9)));
        }
    }

    private void show(String title) {
        display.show(
                Plot.of(a -> {
                    a.title(title).xLabel("epoch").yLabel("loss");
                    a.line(column(batches, 0), column(batches, 1), "train");
                    if (!tests.isEmpty()) {
                        a.line(column(tests, 0), column(tests, 1), o -> o.label("test").markers());
                    }
                }));
    }

    private static double[] column(List<double[]> points, int index) {
        return points.stream().mapToDouble(p -> p[index]).toArray();
    }
}
