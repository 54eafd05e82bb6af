package fathom.testkit;

import fathom.primitive.FourierTransform;
import fathom.primitive.FourierTransform.Kind;
import fathom.primitive.Operand;
import java.util.Arrays;

/** Fourier transforms by their defining sums. */
final class NaiveFourier {
    private NaiveFourier() {}

    static void run(FourierTransform p, Operand in, Operand out) {
        boolean toReal = p.kind().givesReal();
        boolean fromReal = p.kind().takesReal();
        int dim = p.dim();
        boolean isForward = p.kind() == Kind.FORWARD || p.kind() == Kind.REAL_FORWARD;
        long step = in.strides()[dim];
        long imaginary = in.strides()[in.rank() - 1];
        long n = p.n();
        long count = in.shape()[dim];
        long[] shape = toReal ? out.shape() : Arrays.copyOf(out.shape(), out.rank() - 1);
        int rank = shape.length;
        Walk.over(
                shape,
                (at, index) -> {
                    double re = 0;
                    double im = 0;
                    for (long j = 0; j < count; j++) {
                        double angle = 2 * Math.PI * Math.floorMod(j * index[dim], n) / n * (isForward ? -1 : 1);
                        double x = Cells.getDouble(in, at[0] + j * step);
                        double y = fromReal ? 0 : Cells.getDouble(in, at[0] + j * step + imaginary);
                        double weight = toReal ? weight(p, j) : 1;
                        re += weight * (x * Math.cos(angle) - y * Math.sin(angle));
                        im += weight * (x * Math.sin(angle) + y * Math.cos(angle));
                    }
                    double factor = p.scale() * (fromReal ? weight(p, index[dim]) : 1);
                    Cells.set(out, at[1], re * factor);
                    if (!toReal) {
                        Cells.set(out, at[1] + out.strides()[rank], im * factor);
                    }
                },
                Walk.with(Arrays.copyOf(in.strides(), rank), dim, 0),
                Arrays.copyOf(out.strides(), rank));
    }

    private static double weight(FourierTransform p, long frequency) {
        return frequency == 0 || 2 * frequency == p.n() ? 1 : p.interior();
    }
}
