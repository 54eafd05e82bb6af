package fathom.vision.transforms;

import fathom.Tensor;
import java.util.List;

/** Transforms applied one after another. */
record Compose(List<Transform> transforms) implements Transform {
    @Override
    public Tensor apply(Tensor x) {
        Tensor y = x;
        for (Transform t : transforms) {
            y = t.apply(y);
        }
        return y;
    }

    @Override
    public Transform then(Transform next) {
        return Transforms.compose(this, next);
    }
}
