package fathom.cpu.conv;

import fathom.cpu.smallchannels.SmallChannelConvolution;
import fathom.primitive.Operand;
import fathom.primitive.window.Convolution;
import fathom.primitive.window.ConvolutionInputGrad;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The algorithms in Java. */
public enum JavaConvolution implements ConvolutionAlgorithm<JavaConvolution.Computation> {
    /**
     * Vectorised over the batch: two to four times faster if the result has few channels, which leave vectors over
     * channels mostly empty.
     */
    SMALL_CHANNELS(0.3) {
        @Override
        public boolean fits(Problem p) {
            return switch (p.primitive()) {
                case Convolution c -> SmallChannelConvolution.fits(c, p.in(), p.out());
                case ConvolutionInputGrad g -> SmallChannelConvolution.fits(g, p.in(), p.out());
                default -> false;
            };
        }

        @Override
        public @Nullable Computation make(Problem p) {
            return switch (p.primitive()) {
                case Convolution c -> SmallChannelConvolution.of(c, p.in(), p.out())::run;
                case ConvolutionInputGrad g -> SmallChannelConvolution.of(g, p.in(), p.out())::run;
                default -> null;
            };
        }
    },

    /** Supports whatever {@link ConvKernel#supports}, in any layout. */
    GENERAL(4) {
        @Override
        public boolean fits(Problem p) {
            return ConvKernel.supports(p.in(), p.out());
        }

        @Override
        public Computation make(Problem p) {
            return (in, out) -> ConvKernel.general(p.primitive(), in, out);
        }
    };

    /** All algorithms in Java. */
    public static final List<JavaConvolution> TABLE = List.of(values());

    /** A plan, which computes a convolution or a gradient of operands with the shapes and layouts it was made for. */
    @FunctionalInterface
    public interface Computation {
        /** Computes the result. */
        void run(Operand[] in, Operand[] out);
    }

    private final double cost;

    JavaConvolution(double cost) {
        this.cost = cost;
    }

    @Override
    public double cost(Problem problem) {
        return cost;
    }
}
