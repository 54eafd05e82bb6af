package fathom.vision;

import fathom.Tensor;
import fathom.data.Dataset;
import fathom.data.Example;
import fathom.vision.transforms.Transform;
import fathom.vision.transforms.TransformSteps;
import fathom.vision.transforms.Transforms;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Image files without labels, to predict their classes: {@code trainer.predict(new ImageList(files, transform))}.
 *
 * <p>An example is one image, float32 {@code [3, H, W]}, read when it is requested and oriented upright by its EXIF
 * orientation; grey images are expanded to three channels.
 */
public final class ImageList implements Dataset {
    private final List<Path> files;
    private final TransformSteps steps;

    /**
     * The images of some files.
     *
     * @param transform as an {@link ImageFolder}'s; null for none, where all images have one size
     */
    public ImageList(List<Path> files, @Nullable Transform transform) {
        this.files = List.copyOf(files);
        this.steps = TransformSteps.of(transform);
    }

    /** {@return the files, by the index of the example} */
    public List<Path> files() {
        return files;
    }

    @Override
    public long size() {
        return files.size();
    }

    /**
     * {@inheritDoc}
     *
     * @throws java.io.UncheckedIOException naming the file, if it cannot be read
     */
    @Override
    public Example get(long index) {
        Path file = files.get((int) Objects.checkIndex(index, size()));
        try {
            Tensor image = Images.read(file, o -> o.applyExifOrientation(true));
            return Example.of(steps.floats(steps.bytes(Transforms.rgb().apply(image))));
        } catch (IOException e) {
            throw ImageFiles.unchecked(e);
        }
    }

    @Override
    public String toString() {
        return "ImageList(%s files)".formatted(files.size());
    }
}
