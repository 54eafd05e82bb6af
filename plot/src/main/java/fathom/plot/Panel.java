package fathom.plot;

/** The content of one cell of a figure. */
interface Panel {
    /** {@return its default width in pixels} */
    double width();

    double height();

    void draw(Canvas canvas, double x, double y, double width, double height, Theme theme);

    /** {@return its title, for screen readers; may be empty} */
    String title();
}
