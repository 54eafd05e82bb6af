package fathom.vision.transforms;

import fathom.Tensor;
import fathom.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The four corners and the centre of images, stacked in front of the channels.
 *
 * @param isFlippedToo whether those of the flipped image follow
 */
record ManyCrops(String name, int height, int width, boolean isFlippedToo) implements ByteTransform {
    @Override
    public Tensor apply(Tensor x) {
        Transforms.check(name, x);
        if (x.size(-2) < height || x.size(-1) < width) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "%s: cannot crop %d x %d pixels from images %s",
                            name,
                            height,
                            width,
                            x.shape()));
        }
        List<Tensor> crops = new ArrayList<>(crops(x));
        if (isFlippedToo) {
            crops.addAll(crops(x.flip(-1)));
        }
        return Tensors.stack(crops, x.dim() - 3);
    }

    private List<Tensor> crops(Tensor x) {
        int bottom = Math.toIntExact(x.size(-2) - height);
        int right = Math.toIntExact(x.size(-1) - width);
        return List.of(
                new Crop(0, 0, height, width).apply(x),
                new Crop(0, right, height, width).apply(x),
                new Crop(bottom, 0, height, width).apply(x),
                new Crop(bottom, right, height, width).apply(x),
                new CenterCrop(height, width).apply(x));
    }

    @Override
    public Sample apply(Sample sample) {
        throw new IllegalStateException(name + ": a sample has one image, not several crops");
    }
}
