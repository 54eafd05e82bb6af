package fathom.cpu.fourier;

/** A complex signal, and room for the next stage of its transform. */
final class Signal {
    double[] re;
    double[] im;
    double[] nextRe;
    double[] nextIm;

    /** Zeros. */
    Signal(int n) {
        re = new double[n];
        im = new double[n];
        nextRe = new double[n];
        nextIm = new double[n];
    }

    /** Makes of the next stage the signal. */
    void swap() {
        double[] r = re;
        double[] i = im;
        re = nextRe;
        im = nextIm;
        nextRe = r;
        nextIm = i;
    }

    /** Exchanges real and imaginary parts: the transform between two exchanges is the inverse one. */
    void exchange() {
        double[] r = re;
        re = im;
        im = r;
    }
}
