package fathom.train;

import fathom.plot.LiveDisplay;
import java.util.ArrayList;
import java.util.List;

/**
 * Shows a training's curves while it goes on, after each epoch: in a notebook or on a terminal, whichever there is.
 *
 * {@snippet :
 * new Trainer(net, t -> t.callbacks(new LiveCurves()).progress(false)).fit(data, Epochs.of(10));
 * }
 *
 * <p>On a terminal the bar and the lines of progress would be drawn into the curves, so the example turns them off.
 */
public final class LiveCurves implements TrainingCallback {
    /** So many times as long as drawing took passes before the next. */
    private static final int PAUSE = 9;

    private static final long SHORTEST_PAUSE = 40_000_000;

    private final LiveDisplay display;
    private final List<EpochResult> history = new ArrayList<>();
    private long next;
    private boolean pending;

    /** Shows them on the {@linkplain LiveDisplay#standard() standard display}. */
    public LiveCurves() {
        this(LiveDisplay.standard());
    }

    /** Shows them on a display: a file, say. */
    public LiveCurves(LiveDisplay display) {
        this.display = display;
    }

    @Override
    public void onStart(Progress progress) {
        history.clear();
        next = System.nanoTime();
    }

    @Override
    public void onEpoch(Progress progress, EpochResult result) {
        history.add(result);
        long now = System.nanoTime();
        pending = now - next < 0;
        if (!pending) {
            display.show(Curves.plot(history));
            long after = System.nanoTime();
            // no more than a tenth of the time, however short the epochs are
            next = after + Math.max(PAUSE * (after - now), SHORTEST_PAUSE);
        }
    }

    /** Shows the whole run, with the epochs before a resumption. */
    @Override
    public void onEnd(Run run) {
        if (pending || run.history().size() > history.size()) {
            display.show(run.plot());
        }
    }
}
