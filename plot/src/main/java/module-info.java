import org.jspecify.annotations.NullMarked;

/** Plots: lines, bars, heat maps, contours, surfaces and images, as SVG, PNG and live. */
@NullMarked
module fathom.plot {
    requires static org.jspecify;
    requires transitive fathom.core;
    requires java.desktop;

    exports fathom.plot;
}
