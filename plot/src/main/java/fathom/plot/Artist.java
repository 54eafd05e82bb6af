package fathom.plot;

import org.jspecify.annotations.Nullable;

/** Something that axes draw in the coordinates of data. */
interface Artist {
    /** {@return the horizontal extent of the data that an axis of the kind can show} */
    Range horizontal(boolean log);

    Range vertical(boolean log);

    void draw(Canvas canvas, Frame frame, Theme theme);

    /** Marks where something is drawn. */
    default void occupy(Frame frame, Legend.Occupancy occupancy) {}

    /** {@return its entry in the legend, if it has a label} */
    default Legend.@Nullable Entry legend(Theme theme) {
        return null;
    }

    /** {@return the scale of its colours, if it has one} */
    default @Nullable ColorBar colorBar() {
        return null;
    }

    /** {@return whether the axis of values begins at zero without free space below} */
    default boolean standsOnZero() {
        return false;
    }
}
