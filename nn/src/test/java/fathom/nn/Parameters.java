package fathom.nn;

import static org.assertj.core.api.Assertions.assertThat;

import fathom.Tensor;
import java.util.ArrayList;
import java.util.List;

/** Gives blocks the parameters of golden cases. */
final class Parameters {
    private Parameters() {}

    /**
     * Has the block's parameters take the values of the tensors, and those take the parameters' gradients; their names
     * and order are to be these.
     */
    static void replace(Block block, List<String> names, List<Tensor> values) {
        var own = block.namedParameters();
        assertThat(own.keySet()).containsExactlyElementsOf(names);
        block.to(values.getFirst().dtype());
        var parameters = new ArrayList<>(own.values());
        for (int i = 0; i < values.size(); i++) {
            Tensor p = parameters.get(i);
            Tensor value = values.get(i);
            assertThat(p.shape()).as(names.get(i)).isEqualTo(value.shape());
            p.setData(value.detach());
            p.registerHook(g -> {
                value.setGrad(value.grad() == null ? g.clone() : value.grad().add(g));
                return g;
            });
        }
    }
}
