package fathom.cpu.conv;

import fathom.primitive.Operand;
import fathom.primitive.Primitive;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An algorithm for convolutions and their gradients: an entry of a table from which the cheapest that fits is taken.
 *
 * @param <C> what computes
 */
public interface ConvolutionAlgorithm<C> {

    /**
     * What is to be computed.
     *
     * @param primitive a convolution or one of its gradients
     * @param in its inputs
     * @param out its result
     */
    record Problem(Primitive primitive, Operand[] in, Operand[] out) {}

    /** {@return whether it computes this, and is meant for such sizes} */
    boolean fits(Problem problem);

    /** {@return a rough time of a problem that fits, where oneDNN's direct convolution takes 1} */
    double cost(Problem problem);

    /** {@return what computes a problem that fits; null where that turns out to be impossible} */
    @Nullable C make(Problem problem);

    /** {@return what the cheapest algorithm has made that fits and can be made; null if there is none} */
    static <C> @Nullable C cheapest(List<? extends ConvolutionAlgorithm<? extends C>> table, Problem problem) {
        var costs = new double[table.size()];
        for (int i = 0; i < costs.length; i++) {
            var algorithm = table.get(i);
            costs[i] = algorithm.fits(problem) ? algorithm.cost(problem) : Double.POSITIVE_INFINITY;
        }
        while (true) {
            int best = 0;
            for (int i = 1; i < costs.length; i++) {
                best = costs[i] < costs[best] ? i : best;
            }
            if (costs[best] == Double.POSITIVE_INFINITY) {
                return null;
            }
            C made = table.get(best).make(problem);
            if (made != null) {
                return made;
            }
            costs[best] = Double.POSITIVE_INFINITY;
        }
    }
}
