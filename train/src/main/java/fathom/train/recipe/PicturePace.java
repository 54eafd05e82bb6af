package fathom.train.recipe;

import fathom.plot.Plot;
import java.util.Map;
import java.util.function.Supplier;

/**
 * When a training draws its next pictures: drawing takes a fixed share of the time at most, however short the epochs
 * are. A task keeps it in a transient field, since no result depends on it.
 */
public final class PicturePace {
    private final int pause;
    private long next = System.nanoTime();

    /**
     * Draws at once, then at intervals.
     *
     * @param pause so many times as long as drawing took passes before the next picture
     */
    public PicturePace(int pause) {
        this.pause = pause;
    }

    /**
     * {@return a picture by its name, or nothing if it is too early}
     *
     * @param draw is called if it is time
     */
    public Map<String, Plot> pictures(String name, Supplier<Plot> draw) {
        long now = System.nanoTime();
        if (now - next < 0) {
            return Map.of();
        }
        Plot picture = draw.get();
        next = System.nanoTime() + pause * (System.nanoTime() - now);
        return Map.of(name, picture);
    }
}
