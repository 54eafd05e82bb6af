package fathom.plot;

import fathom.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Options of images: columns, labels, boxes and masks. */
public final class PictureOptions {
    /** Bounding boxes on one image. */
    @SuppressWarnings("ArrayRecordComponent")
    record Boxes(int image, double[][] corners, List<String> labels) {}

    /** A segmentation mask on one image. */
    @SuppressWarnings("ArrayRecordComponent")
    record Mask(int image, int[][] classes, double alpha) {}

    String title = "";
    int columns;
    double cell;
    List<String> labels = List.of();
    boolean @Nullable [] right;
    final List<Boxes> boxes = new ArrayList<>();
    final List<Mask> masks = new ArrayList<>();

    PictureOptions() {}

    /** {@return a copy} */
    PictureOptions copy() {
        var copy = new PictureOptions();
        copy.title = title;
        copy.columns = columns;
        copy.cell = cell;
        copy.labels = labels;
        copy.right = right;
        copy.boxes.addAll(boxes);
        copy.masks.addAll(masks);
        return copy;
    }

    /** The title above all images. Default: none. */
    public PictureOptions title(String title) {
        this.title = title;
        return this;
    }

    /** Images per row. Default: as many as make the figure wider than high. */
    public PictureOptions columns(int columns) {
        if (columns < 1 || columns > 1000) {
            throw new IllegalArgumentException("columns: must be from 1 to 1000, got " + columns);
        }
        this.columns = columns;
        return this;
    }

    /** The length of each image's longer side in the figure, in pixels. Default: 96, or 420 for a single image. */
    public PictureOptions cell(double pixels) {
        if (!(pixels >= 4 && pixels <= 4000)) {
            throw new IllegalArgumentException("cell: must be from 4 to 4000 pixels, got " + pixels);
        }
        this.cell = pixels;
        return this;
    }

    /** The labels above the images, one per image; line breaks are allowed. Default: none. */
    public PictureOptions labels(List<String> labels) {
        this.labels = List.copyOf(labels);
        return this;
    }

    /** As {@link #labels(List)}. */
    public PictureOptions labels(String... labels) {
        return labels(List.of(labels));
    }

    /**
     * Which predictions are correct; the labels of the others are red and marked.
     *
     * @param right one value per image
     */
    public PictureOptions right(boolean... right) {
        this.right = right.clone();
        return this;
    }

    /** Draws bounding boxes on the first image; see {@link #boxes(int, Tensor, String...)}. */
    public PictureOptions boxes(Tensor corners, String... labels) {
        return boxes(0, corners, labels);
    }

    /**
     * Draws bounding boxes on an image.
     *
     * @param image index of the image
     * @param corners [N, 4], or [4] for one box: left, top, right and bottom, in pixels of the image
     * @param labels one per box, or none; boxes with the same label have the same colour
     * @throws IllegalArgumentException if the shape is wrong, or the number of labels differs from that of boxes
     */
    public PictureOptions boxes(int image, Tensor corners, String... labels) {
        Tensor two = corners.dim() == 1 ? corners.unsqueeze(0) : corners;
        if (two.dim() != 2 || two.size(1) != 4) {
            throw new IllegalArgumentException("boxes: must have the shape [N, 4] or [4], got " + corners.shape());
        }
        if (labels.length != 0 && labels.length != two.size(0)) {
            throw new IllegalArgumentException(
                    "boxes: there are %s labels for %s boxes".formatted(labels.length, two.size(0)));
        }
        boxes.add(new Boxes(image, Numbers.matrix(two, "boxes"), List.of(labels)));
        return this;
    }

    /** Draws what a detector found on the first image; see {@link #boxes(int, LabelledBoxes)}. */
    public PictureOptions boxes(LabelledBoxes boxes) {
        return boxes(0, boxes);
    }

    /**
     * Draws boxes with their labels on an image.
     *
     * @param image index of the image
     */
    public PictureOptions boxes(int image, LabelledBoxes boxes) {
        return boxes(image, boxes.boxes(), boxes.labels().toArray(String[]::new));
    }

    /** Colours the pixels of the first image by class; see {@link #mask(int, Tensor)}. */
    public PictureOptions mask(Tensor classes) {
        return mask(0, classes);
    }

    /**
     * Colours the pixels of an image by class.
     *
     * @param image index of the image
     * @param classes [H, W], bool or integers; 0 (false) has no colour
     * @throws IllegalArgumentException if it does not have two dimensions, or has a floating type
     */
    public PictureOptions mask(int image, Tensor classes) {
        if (classes.dtype().isFloating()) {
            throw new IllegalArgumentException(
                    "mask: must be bool or of integers, got " + classes.dtype() + "; compare it with a threshold");
        }
        double[][] values = Numbers.matrix(classes, "mask");
        int[][] ints = new int[values.length][];
        for (int i = 0; i < ints.length; i++) {
            ints[i] = new int[values[i].length];
            for (int j = 0; j < ints[i].length; j++) {
                ints[i][j] = (int) values[i][j];
            }
        }
        masks.add(new Mask(image, ints, 0.5));
        return this;
    }
}
