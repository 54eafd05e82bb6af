/**
 * Plots: {@link fathom.plot.Plot} is a figure, which renders as SVG, as PNG and in a terminal.
 *
 * <p>A figure is a grid of panels: {@link fathom.plot.Axes} with two-dimensional series, a three-dimensional surface,
 * or images. Panels draw on a {@code Canvas}, which has one implementation per output, so that all outputs look the
 * same. Text is measured by one table of widths for every output, so a layout does not depend on the machine's fonts.
 */
@NullMarked
package fathom.plot;

import org.jspecify.annotations.NullMarked;
