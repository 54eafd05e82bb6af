package fathom.vision.transforms;

import fathom.DType;
import fathom.Tensor;
import java.util.stream.LongStream;

/** Removes the boxes of samples that have a side below a minimum, and their labels. */
record SanitizeBoxes(double minSize) implements ByteTransform {
    @Override
    public Tensor apply(Tensor image) {
        return image;
    }

    @Override
    public Sample apply(Sample sample) {
        if (!sample.hasBoxes()) {
            return sample;
        }
        double[] sides = sample.boxes().to(DType.FLOAT64).toDoubleArray();
        long[] kept =
                LongStream.range(0, sides.length / 4)
                        .filter(b -> {
                            int i = (int) b * 4;
                            return sides[i + 2] - sides[i] >= minSize && sides[i + 3] - sides[i + 1] >= minSize;
                        })
                        .toArray();
        if (kept.length == sides.length / 4) {
            return sample;
        }
        Tensor index = sample.boxes().newTensor(kept, DType.INT64);
        Tensor boxes = sample.boxes().indexSelect(0, index);
        return sample.hasLabels()
                ? sample.withBoxes(boxes, sample.labels().indexSelect(0, index))
                : sample.withBoxes(boxes);
    }
}
