package fathom.plot;

import org.jspecify.annotations.Nullable;

/**
 * One line of a legend.
 *
 * @param line null where there is none
 * @param dot the radius of a disc, 0 for none
 * @param box whether there is a filled square
 */
record LegendEntry(String label, int color, Canvas.@Nullable Stroke line, double dot, boolean box) {}
