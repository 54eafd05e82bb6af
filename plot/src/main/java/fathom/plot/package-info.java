/**
 * Plots: {@link fathom.plot.Plot} is a figure that draws itself as SVG, as PNG and in a terminal.
 *
 * <p>A figure is a grid of panels: {@link fathom.plot.Axes} with series in two dimensions, a surface in three, or
 * images. Panels draw on a {@code Canvas}, which has one implementation for each output, so that all of them show the
 * same. Text is measured by one table of widths for every output, so a layout does not depend on the machine's fonts.
 */
@NullMarked
package fathom.plot;

import org.jspecify.annotations.NullMarked;
