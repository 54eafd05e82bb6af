package fathom.vision.transforms;

import fathom.Tensor;

/** A rectangle of an image replaced by values, {@code [C, height, width]} or what broadcasts to it. */
record Erase(int top, int left, int height, int width, Tensor values) implements Transform {
    @Override
    public Tensor apply(Tensor x) {
        Transforms.check("erase", x);
        Tensor out = x.clone();
        out.narrow(-2, top, height).narrow(-1, left, width).copy_(values.to(x.device()));
        return out;
    }
}
