package fathom.plot;

import org.jspecify.annotations.Nullable;

/** A drawable element of axes, in data coordinates. */
interface Artist {
    /** {@return the horizontal extent of the data that a linear or logarithmic axis can show} */
    Range horizontal(boolean log);

    Range vertical(boolean log);

    void draw(Canvas canvas, Frame frame, Theme theme);

    /** Marks the drawn area as occupied. */
    default void occupy(Frame frame, Legend.Occupancy occupancy) {}

    /** {@return its legend entry, or null without a label} */
    default Legend.@Nullable Entry legend(Theme theme) {
        return null;
    }

    /** {@return its colour bar, or null} */
    default @Nullable ColorBar colorBar() {
        return null;
    }

    /** {@return whether the value axis starts at zero without a margin} */
    default boolean standsOnZero() {
        return false;
    }
}
