package fathom.vision;

import fathom.Tensor;
import java.util.function.UnaryOperator;

/**
 * Something done to pictures before a network sees them: {@code [C, H, W]} for one, {@code [N, C, H, W]} for a batch,
 * of float32 from 0 to 1 or uint8 from 0 to 255. {@link Transforms} makes the usual ones.
 */
@FunctionalInterface
public interface Transform extends UnaryOperator<Tensor> {
    /** {@return a transform that does this and then {@code next}} */
    default Transform then(Transform next) {
        return Transforms.compose(this, next);
    }
}
