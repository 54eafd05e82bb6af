package fathom.vision.transforms;

import fathom.Tensor;
import java.util.function.UnaryOperator;

/**
 * A preprocessing step for images, {@code [C, H, W]} or, in batches, {@code [N, C, H, W]}; float32 in [0, 1] or uint8.
 * {@link Transforms} has the usual ones.
 */
@FunctionalInterface
public interface Transform extends UnaryOperator<Tensor> {
    /** {@return the composition of this transform and {@code next}} */
    default Transform then(Transform next) {
        return Transforms.compose(this, next);
    }
}
