package fathom.plot;

/** The rectangle in which data is drawn, and the mapping of values to pixels. */
record Frame(double x, double y, double width, double height, Scale horizontal, Scale vertical, boolean downwards) {
    double px(double value) {
        return x + width * horizontal.at(value);
    }

    double py(double value) {
        double t = vertical.at(value);
        return y + height * (downwards ? t : 1 - t);
    }

    double right() {
        return x + width;
    }

    double bottom() {
        return y + height;
    }
}
