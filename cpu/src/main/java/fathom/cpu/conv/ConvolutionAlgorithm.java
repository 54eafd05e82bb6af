package fathom.cpu.conv;

import fathom.primitive.Operand;
import fathom.primitive.Primitive;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An algorithm for convolutions and their gradients: an entry of a table, whose cheapest fitting entry is selected.
 *
 * @param <C> the type of plan that the algorithm makes
 */
public interface ConvolutionAlgorithm<C> {

    /**
     * A convolution problem.
     *
     * @param primitive a convolution or one of its gradients
     * @param in the primitive's inputs
     * @param out the primitive's outputs
     */
    record Problem(Primitive primitive, Operand[] in, Operand[] out) {}

    /** {@return whether the algorithm supports the problem and is meant for its sizes} */
    boolean fits(Problem problem);

    /** {@return the estimated time of a problem that fits, relative to oneDNN's direct convolution} */
    double cost(Problem problem);

    /** {@return a plan for a problem that fits; null if it turns out to be impossible} */
    @Nullable C make(Problem problem);

    /** {@return the plan of the cheapest algorithm that fits and can make one; null if there is none} */
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
