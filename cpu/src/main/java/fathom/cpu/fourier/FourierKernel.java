package fathom.cpu.fourier;

import fathom.DType;
import fathom.cpu.indexing.Lines;
import fathom.cpu.memory.Floats;
import fathom.primitive.FourierTransform;
import fathom.primitive.FourierTransform.Kind;
import fathom.primitive.Operand;
import java.util.Arrays;

/** Runs Fourier transforms, in parallel over the lines. */
public final class FourierKernel {
    private final FourierTransform p;
    private final int n;
    private final Line from;
    private final Line to;

    /** The elements of a line: their stride and, for complex ones, the offset of the imaginary part, in bytes. */
    private record Line(DType type, long step, long toImaginary) {
        Line(Operand o, int dim) {
            this(o.dtype(), Lines.step(o, dim), Lines.step(o, o.rank() - 1));
        }
    }

    private FourierKernel(FourierTransform p, Operand in, Operand out) {
        this.p = p;
        n = Math.toIntExact(p.n());
        from = new Line(in, p.dim());
        to = new Line(out, p.dim());
    }

    /** {@return whether the operands are supported: float32 or float64} */
    public static boolean supports(Operand[] inputs, Operand[] outputs) {
        DType t = inputs[0].dtype();
        return (t == DType.FLOAT32 || t == DType.FLOAT64) && outputs[0].dtype() == t;
    }

    /** Computes the transforms. */
    public static void run(FourierTransform p, Operand in, Operand out) {
        if (out.numel() == 0) {
            return;
        }
        var kernel = new FourierKernel(p, in, out);
        Plan plan = Plan.of(kernel.n);
        Operand lines = p.kind().takesReal() ? in : real(in);
        new Lines(lines.shape(), p.dim(), lines, p.kind().givesReal() ? out : real(out))
                .forEachParallel(20L * kernel.n, at -> kernel.transform(plan, at[0], at[1]));
    }

    /** {@return the real parts of (real, imaginary) pairs} */
    private static Operand real(Operand pairs) {
        int rank = pairs.rank() - 1;
        return new Operand(
                pairs.dtype(),
                pairs.address(),
                Arrays.copyOf(pairs.shape(), rank),
                Arrays.copyOf(pairs.strides(), rank));
    }

    private void transform(Plan plan, long in, long out) {
        var signal = new Signal(n);
        boolean forward = p.kind() == Kind.FORWARD || p.kind() == Kind.REAL_FORWARD;
        switch (p.kind()) {
            case FORWARD, INVERSE -> read(signal, in, n);
            case REAL_FORWARD -> {
                for (int j = 0; j < n; j++) {
                    signal.re[j] = Floats.get(from.type, in + j * from.step);
                }
            }
            case REAL_INVERSE -> {
                read(signal, in, n / 2 + 1);
                mirror(signal);
            }
        }
        if (forward) {
            plan.transform(signal);
        } else {
            signal.exchange();
            plan.transform(signal);
            signal.exchange();
        }
        switch (p.kind()) {
            case FORWARD, INVERSE -> write(signal, out, n, 1);
            case REAL_FORWARD -> write(signal, out, n / 2 + 1, p.interior());
            case REAL_INVERSE -> {
                for (int j = 0; j < n; j++) {
                    Floats.set(to.type, out + j * to.step, signal.re[j] * p.scale());
                }
            }
        }
    }

    private void read(Signal signal, long in, int count) {
        for (int k = 0; k < count; k++) {
            signal.re[k] = Floats.get(from.type, in + k * from.step);
            signal.im[k] = Floats.get(from.type, in + k * from.step + from.toImaginary);
        }
    }

    /** Extends a half spectrum to that of a real signal; conjugate frequencies share the weight. */
    private void mirror(Signal signal) {
        signal.im[0] = 0;
        double weight = p.interior() / 2;
        for (int k = 1; k < n - k; k++) {
            signal.re[k] *= weight;
            signal.im[k] *= weight;
            signal.re[n - k] = signal.re[k];
            signal.im[n - k] = -signal.im[k];
        }
        if (n % 2 == 0) {
            signal.im[n / 2] = 0;
        }
    }

    private void write(Signal signal, long out, int count, double interior) {
        for (int k = 0; k < count; k++) {
            double factor = k == 0 || 2 * k == n ? p.scale() : p.scale() * interior;
            Floats.set(to.type, out + k * to.step, signal.re[k] * factor);
            Floats.set(to.type, out + k * to.step + to.toImaginary, signal.im[k] * factor);
        }
    }
}
