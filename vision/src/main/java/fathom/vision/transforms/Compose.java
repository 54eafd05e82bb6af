package fathom.vision.transforms;

import fathom.Tensor;
import java.util.List;

/** Transforms applied one after another. */
record Compose(List<Transform> transforms) implements Transform {
    /** The transform that changes nothing. */
    static final Compose IDENTITY = new Compose(List.of());

    @Override
    public Tensor apply(Tensor x) {
        Tensor y = x;
        for (Transform t : transforms) {
            y = t.apply(y);
        }
        return y;
    }

    @Override
    public Sample apply(Sample sample) {
        Sample s = sample;
        for (Transform t : transforms) {
            s = t.apply(s);
        }
        return s;
    }

    @Override
    public boolean acceptsBytes() {
        return transforms.stream().allMatch(Transform::acceptsBytes);
    }
}
