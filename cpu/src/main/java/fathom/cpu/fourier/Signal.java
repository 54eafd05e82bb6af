package fathom.cpu.fourier;

/** A complex signal, and the output buffer of the next stage of its transform. */
final class Signal {
    double[] re;
    double[] im;
    double[] nextRe;
    double[] nextIm;

    /** Creates a signal of n zeros. */
    Signal(int n) {
        re = new double[n];
        im = new double[n];
        nextRe = new double[n];
        nextIm = new double[n];
    }

    /** Makes the stage's output the signal. */
    void swap() {
        double[] r = re;
        double[] i = im;
        re = nextRe;
        im = nextIm;
        nextRe = r;
        nextIm = i;
    }

    /** Exchanges real and imaginary parts: the forward transform between two exchanges is the inverse transform. */
    void exchange() {
        double[] r = re;
        re = im;
        im = r;
    }
}
