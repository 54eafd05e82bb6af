package fathom.plot;

/** What stands in one cell of a figure. */
interface Panel {
    /** {@return the width it has where nobody asks for another, in pixels} */
    double width();

    double height();

    void draw(Canvas canvas, double x, double y, double width, double height, Theme theme);

    /** {@return its title, for readers of the figure who do not see it; may be empty} */
    String title();
}
