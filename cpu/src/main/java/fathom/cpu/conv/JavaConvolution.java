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
     * With few channels in the result, vectors over channels are mostly empty, and those over images two to four times
     * faster.
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

    /** Computes whatever {@link ConvKernel#supports}, of any layout. */
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

    /** All of them. */
    public static final List<JavaConvolution> TABLE = List.of(values());

    /** Computes a convolution or a gradient of operands like those it was made for. */
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
