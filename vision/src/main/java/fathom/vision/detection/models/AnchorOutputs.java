package fathom.vision.detection.models;

import fathom.Tensor;
import fathom.Tensors;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The outputs of a head for each anchor of a batch.
 *
 * @param levels the anchors of each map, {@code [A_i, 4]}
 * @param outputs by torchvision's names, {@code [N, A, ...]}
 */
record AnchorOutputs(List<Tensor> levels, Map<String, Tensor> outputs) {
    /** {@return the anchors of all maps, {@code [A, 4]}} */
    Tensor anchors() {
        return Tensors.cat(levels, 0);
    }

    /** {@return an output by its name} */
    Tensor get(String name) {
        return of(outputs, name);
    }

    static Tensor of(Map<String, Tensor> outputs, String name) {
        return Objects.requireNonNull(outputs.get(name));
    }
}
