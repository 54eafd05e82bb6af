package fathom.vision.detection;

import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.data.Batch;
import fathom.data.DataLoader;
import fathom.data.Dataset;
import fathom.data.Example;
import fathom.vision.Images;
import fathom.vision.transforms.Sample;
import fathom.vision.transforms.Transform;
import fathom.vision.transforms.TransformSteps;
import fathom.vision.transforms.Transforms;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Images with boxes around objects: what {@link BoxFolder}, {@link CocoDetection} and {@link VocDetection} load.
 *
 * <p>An example is an image, float32 {@code [3, H, W]} in [0, 1] with the transform applied, and its labels, float32
 * {@code [M, 5]}: class, then left, top, right and bottom as fractions of the image, where M is the largest number of
 * objects in an image; rows without an object are -1. Boxes move along with the transform; those of which nothing
 * remains are left out. Images are read when they are fetched.
 */
public final class BoxDataset implements Dataset {
    private static final int ROW = 5;

    /**
     * An image with its objects.
     *
     * @param boxes left, top, right, bottom of each object, in pixels
     * @param labels the class of each object
     */
    @SuppressWarnings("ArrayRecordComponent")
    record Item(Path file, double[] boxes, int[] labels) {
        static Item of(Path file, List<double[]> boxes, List<Integer> labels) {
            return new Item(
                    file,
                    boxes.stream().flatMapToDouble(Arrays::stream).toArray(),
                    labels.stream().mapToInt(i -> i).toArray());
        }
    }

    private final List<Item> items;
    private final List<String> classes;
    private final TransformSteps transform;
    private final int most;

    BoxDataset(List<Item> items, List<String> classes, @Nullable Transform transform) {
        this.items = List.copyOf(items);
        this.classes = List.copyOf(classes);
        this.transform = TransformSteps.of(transform);
        this.most = items.stream().mapToInt(i -> i.labels.length).max().orElse(0);
    }

    /** {@return the names of the classes, by label} */
    public List<String> classes() {
        return classes;
    }

    /** {@return the files, by the index of the example} */
    public List<Path> files() {
        return items.stream().map(Item::file).toList();
    }

    /** {@return the largest number of objects in an image, the number of rows of labels} */
    public int maxObjects() {
        return most;
    }

    /** {@return the same images with another transform; null for none} */
    public BoxDataset with(@Nullable Transform transform) {
        return new BoxDataset(items, classes, transform);
    }

    @Override
    public long size() {
        return items.size();
    }

    /**
     * {@return an image upright, without the transform: uint8 {@code [3, H, W]}}
     *
     * @throws UncheckedIOException naming the file, if it cannot be read
     */
    public Tensor image(long index) {
        Item item = items.get((int) Objects.checkIndex(index, size()));
        try {
            return Transforms.rgb().apply(Images.read(item.file));
        } catch (IOException e) {
            throw new UncheckedIOException(e.getMessage(), e);
        }
    }

    /**
     * {@inheritDoc}
     *
     * @throws UncheckedIOException naming the file, if it cannot be read
     */
    @Override
    public Example get(long index) {
        Item item = items.get((int) Objects.checkIndex(index, size()));
        Sample sample =
                Sample.of(image(index))
                        .withBoxes(
                                Tensors.tensor(item.boxes, DType.FLOAT32).reshape(item.labels.length, 4),
                                Tensors.tensor(Arrays.stream(item.labels).asLongStream().toArray()));
        Sample moved = transform.apply(sample);
        return Example.of(moved.image(), rows(moved));
    }

    /** {@return the labels of a transformed image, [M, 5]} */
    private Tensor rows(Sample sample) {
        double[] boxes = sample.boxes().reshape(-1).to(DType.FLOAT64).toDoubleArray();
        long[] labels = sample.labels().toLongArray();
        double width = sample.width();
        double height = sample.height();
        var rows = new float[most * ROW];
        Arrays.fill(rows, -1);
        int at = 0;
        for (int i = 0; i < labels.length; i++) {
            double left = Math.clamp(boxes[4 * i], 0, width);
            double top = Math.clamp(boxes[4 * i + 1], 0, height);
            double right = Math.clamp(boxes[4 * i + 2], 0, width);
            double bottom = Math.clamp(boxes[4 * i + 3], 0, height);
            if (right > left && bottom > top && at < rows.length) {
                rows[at] = labels[i];
                rows[at + 1] = (float) (left / width);
                rows[at + 2] = (float) (top / height);
                rows[at + 3] = (float) (right / width);
                rows[at + 4] = (float) (bottom / height);
                at += ROW;
            }
        }
        return Tensors.tensor(rows).reshape(most, ROW);
    }

    /**
     * {@inheritDoc}
     *
     * @throws UncheckedIOException naming the file, if it cannot be read
     * @throws IllegalArgumentException if the images differ in size
     */
    @Override
    public Batch batch(long[] indices) {
        var images = new ArrayList<Tensor>();
        var labels = new ArrayList<Tensor>();
        for (long index : indices) {
            DataLoader.checkOpen();
            Example example = get(index);
            if (!images.isEmpty() && !example.x().shape().equals(images.getFirst().shape())) {
                throw new IllegalArgumentException(
                        "images of a batch differ in size: %s is %s, %s is %s; give the data set a transform such as Transforms.resize(256, 256)"
                                .formatted(
                                        items.get((int) indices[0]).file,
                                        images.getFirst().shape(),
                                        items.get((int) index).file,
                                        example.x().shape()));
            }
            images.add(example.x());
            labels.add(example.y());
        }
        return Batch.of(Tensors.stack(images, 0), Tensors.stack(labels, 0));
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "BoxDataset(images=%d, objects=%d, classes=%s)",
                items.size(),
                items.stream().mapToInt(i -> i.labels.length).sum(),
                classes);
    }
}
