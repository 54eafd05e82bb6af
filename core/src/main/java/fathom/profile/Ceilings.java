package fathom.profile;

import fathom.Autograd;
import fathom.Tensor;
import fathom.Tensors;
import fathom.primitive.MatMul;
import fathom.primitive.Ops;

/**
 * The roofline of this machine with the threads in use: peak rate of large matrix products and bandwidth of copies.
 *
 * @param flops floating-point operations per second, measured on float32 matrices of 768 rows and columns
 * @param bandwidth bytes per second, read plus written, measured on a copy of 32 MiB
 */
public record Ceilings(double flops, double bandwidth) {
    private static final int SIDE = 768;
    private static final long COPIED = 8L << 20;
    private static final int TRIES = 12;

    /** {@return the ceilings, measured in about a tenth of a second} */
    public static Ceilings measure() {
        try (var off = Autograd.noGrad()) {
            Tensor a = Tensors.ones(SIDE, SIDE);
            Tensor b = Tensors.ones(SIDE, SIDE);
            Tensor c = Tensors.ones(SIDE, SIDE);
            double product = fastest(() -> Ops.applyInPlace(new MatMul(false), c, a, b));
            Tensor from = Tensors.ones(COPIED);
            Tensor to = Tensors.ones(COPIED);
            double copy = fastest(() -> to.copy_(from));
            return new Ceilings(2.0 * SIDE * SIDE * SIDE / product, 2.0 * 4 * COPIED / copy);
        }
    }

    private static double fastest(Runnable work) {
        long best = Long.MAX_VALUE;
        for (int i = 0; i < TRIES; i++) {
            long start = System.nanoTime();
            work.run();
            best = Math.min(best, System.nanoTime() - start);
        }
        return best / 1e9;
    }

    /** {@return the fraction of the binding ceiling that this amount of work in this time achieves} */
    public double share(double flops, double bytes, double seconds) {
        return seconds <= 0 ? 0 : Math.max(flops / this.flops, bytes / bandwidth) / seconds;
    }
}
