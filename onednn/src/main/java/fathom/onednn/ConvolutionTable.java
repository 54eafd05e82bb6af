package fathom.onednn;

import fathom.cpu.conv.ConvolutionAlgorithm;
import fathom.cpu.conv.ConvolutionAlgorithm.Problem;
import fathom.cpu.conv.JavaConvolution;
import fathom.primitive.Operand;
import fathom.primitive.Primitive;
import fathom.primitive.window.ConvolutionWeightGrad;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The algorithms for convolutions and their gradients, in Java and on oneDNN, with their costs relative to oneDNN's
 * direct convolution. An entry fits only problems for which it is profitable; the costs decide among several that fit.
 */
enum ConvolutionTable implements ConvolutionAlgorithm<Plan> {
    /** Java's {@link JavaConvolution#SMALL_CHANNELS}. */
    SMALL_CHANNELS {
        @Override
        public boolean fits(Problem p) {
            return JavaConvolution.SMALL_CHANNELS.fits(p);
        }

        @Override
        public double cost(Problem p) {
            return JavaConvolution.SMALL_CHANNELS.cost(p);
        }

        @Override
        public @Nullable Plan make(Problem p) {
            var computation = JavaConvolution.SMALL_CHANNELS.make(p);
            return computation == null ? null : new JavaPlan(computation);
        }
    },

    /** Weight gradients with few channels: folding two columns into one fills vectors that would be half empty. */
    FOLDED {
        @Override
        public boolean fits(Problem p) {
            return p.primitive() instanceof ConvolutionWeightGrad g && FoldedWeightsPlan.fits(g, p.in(), p.out());
        }

        @Override
        public double cost(Problem p) {
            return 0.35;
        }

        @Override
        public @Nullable Plan make(Problem p) {
            return FoldedWeightsPlan.of((ConvolutionWeightGrad) p.primitive(), p.in(), p.out());
        }
    },

    /** Many weights on few positions, as a matrix product (im2col). */
    IM2COL {
        @Override
        public boolean fits(Problem p) {
            return Im2colPlan.fits(p);
        }

        @Override
        public double cost(Problem p) {
            return 0.4;
        }

        @Override
        public @Nullable Plan make(Problem p) {
            return Im2colPlan.of(p);
        }
    },

    /** 3 x 3 kernels with many channels; the cost is the reciprocal of the saving, at best 1 / 2.25. */
    WINOGRAD {
        @Override
        public boolean fits(Problem p) {
            return WinogradShape.of(p) != null;
        }

        @Override
        public double cost(Problem p) {
            var shape = WinogradShape.of(p);
            return shape == null ? Double.POSITIVE_INFINITY : 1 / shape.grid().saving();
        }

        @Override
        public @Nullable Plan make(Problem p) {
            return p.primitive() instanceof ConvolutionWeightGrad ? WinogradWeightsPlan.of(p) : WinogradPlan.of(p);
        }
    },

    /** Weight gradients that exceed the cache: direct convolutions of some channels at a time. */
    SLICED {
        @Override
        public boolean fits(Problem p) {
            return p.primitive() instanceof ConvolutionWeightGrad g && SlicedWeightsPlan.fits(g, p.out());
        }

        @Override
        public double cost(Problem p) {
            return 0.8;
        }

        @Override
        public @Nullable Plan make(Problem p) {
            return SlicedWeightsPlan.of((ConvolutionWeightGrad) p.primitive(), p.in(), p.out());
        }
    },

    /** oneDNN's direct convolution, if it has an optimised implementation for the processor. */
    DIRECT {
        @Override
        public boolean fits(Problem p) {
            return p.primitive() instanceof ConvolutionWeightGrad g
                    ? ConvWeightsPlan.fits(g, p.in(), p.out())
                    : ConvPlan.fits(p);
        }

        @Override
        public double cost(Problem p) {
            return 1;
        }

        @Override
        public @Nullable Plan make(Problem p) {
            Plan plan =
                    p.primitive() instanceof ConvolutionWeightGrad g
                            ? ConvWeightsPlan.of(g, p.in(), p.out())
                            : ConvPlan.of(p);
            return plan == Plan.UNSUPPORTED ? null : plan;
        }
    },

    /** Java's general algorithm, which the CPU backend runs. */
    GENERAL {
        @Override
        public boolean fits(Problem p) {
            return JavaConvolution.GENERAL.fits(p);
        }

        @Override
        public double cost(Problem p) {
            return JavaConvolution.GENERAL.cost(p);
        }

        @Override
        public Plan make(Problem p) {
            return Plan.UNSUPPORTED;
        }
    };

    private static final List<ConvolutionTable> TABLE = List.of(values());

    /** {@return the plan of the cheapest entry, or {@link Plan#UNSUPPORTED} if another backend is to run the call} */
    static Plan plan(Primitive primitive, Operand[] in, Operand[] out) {
        Plan plan = ConvolutionAlgorithm.cheapest(TABLE, new Problem(primitive, in, out));
        return plan == null ? Plan.UNSUPPORTED : plan;
    }
}
