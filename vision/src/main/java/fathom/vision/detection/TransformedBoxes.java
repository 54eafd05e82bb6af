package fathom.vision.detection;

import fathom.Tensor;
import fathom.Tensors;
import fathom.data.Dataset;
import fathom.data.Example;
import fathom.vision.transforms.Sample;
import fathom.vision.transforms.Transform;
import java.util.List;

/**
 * A data set of detection, transformed: images {@code [3, H, W]} and rows {@code [M, 5]} of class and box, as fractions
 * of the image. Rows with a negative class are padding, whose boxes do not matter.
 */
final class TransformedBoxes implements Dataset {
    private final Dataset data;
    private final Transform transform;

    TransformedBoxes(Dataset data, Transform transform) {
        this.data = data;
        this.transform = transform;
    }

    @Override
    public long size() {
        return data.size();
    }

    @Override
    public Example get(long index) {
        Example example = data.get(index);
        Tensor rows = example.y();
        Tensor boxes = rows.narrow(1, 1, 4).mul(sides(example.x()));
        Sample moved = transform.apply(Sample.of(example.x()).withBoxes(boxes, rows.narrow(1, 0, 1)));
        return Example.of(
                moved.image(), Tensors.cat(List.of(moved.labels(), moved.boxes().div(sides(moved.image()))), 1));
    }

    private static Tensor sides(Tensor image) {
        return Tensors.tensor(new float[] {image.size(2), image.size(1), image.size(2), image.size(1)});
    }
}
