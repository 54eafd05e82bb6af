package fathom.vision.ocr;

import fathom.Autograd;
import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.interop.onnx.Onnx;
import fathom.interop.onnx.OnnxModel;
import fathom.options.GridSampleOptions;
import fathom.options.InterpolateOptions.Mode;
import fathom.vision.ocr.Quad.Corner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads text in images: a detector finds lines, a classifier tells which of them are upside down, a recogniser reads
 * each. The models are those of PP-OCR, as ONNX files.
 *
 * {@snippet :
 * Ocr ocr = Ocr.load(Path.of("models"));
 * for (TextLine line : ocr.read(Images.read(Path.of("receipt.jpg")))) {
 *     System.out.println(line.text());
 * }
 * }
 *
 * @see <a href="https://arxiv.org/abs/2009.09941">Du et al., 2020: PP-OCR, a practical ultra lightweight OCR system</a>
 */
public final class Ocr {
    /** Sizes of the detector's images are multiples of this. */
    private static final int STRIDE = 32;

    /** The height of a line for the recogniser and the classifier. */
    private static final int LINE_HEIGHT = 48;

    private static final int CLASSIFIER_WIDTH = 192;
    private static final int MIN_RECOGNIZER_WIDTH = 320;

    /** Lines recognised at a time, of similar lengths. */
    private static final int BATCH = 6;

    private static final float[] MEAN = {0.485F, 0.456F, 0.406F};
    private static final float[] STD = {0.229F, 0.224F, 0.225F};

    private final OnnxModel detector;
    private final @Nullable OnnxModel classifier;
    private final OnnxModel recognizer;
    private final Characters characters;
    private final OcrOptions options;

    private Ocr(
            OnnxModel detector,
            @Nullable OnnxModel classifier,
            OnnxModel recognizer,
            Characters characters,
            OcrOptions options) {
        this.detector = detector;
        this.classifier = classifier;
        this.recognizer = recognizer;
        this.characters = characters;
        this.options = options;
    }

    /** As {@link #load(Path, Consumer)}, with the defaults. */
    public static Ocr load(Path folder) throws IOException {
        return load(folder, o -> {});
    }

    /**
     * {@return a reader with the models of a folder}
     *
     * @param folder holds the models, as {@link OcrModels#in} finds them
     * @throws IOException if the detector, the recogniser or its characters are missing or damaged
     */
    public static Ocr load(Path folder, Consumer<OcrOptions> options) throws IOException {
        var o = new OcrOptions();
        options.accept(o);
        OcrModels models = OcrModels.in(folder);
        Path turned = models.classifier();
        return new Ocr(
                Onnx.load(models.detector()),
                turned == null ? null : Onnx.load(turned),
                Onnx.load(models.recognizer()),
                Characters.of(Files.readAllLines(models.characters())),
                o);
    }

    /**
     * {@return the lines of text, from top to bottom and from left to right}
     *
     * @param image uint8, or floating-point in [0, 1]: {@code [3, H, W]} or {@code [1, H, W]}
     */
    public List<TextLine> read(Tensor image) {
        if (image.dim() != 3 || image.size(0) != 1 && image.size(0) != 3 || image.numel() == 0) {
            throw new IllegalArgumentException("Ocr: expected an image [3, H, W] or [1, H, W], not " + image.shape());
        }
        try (var off = Autograd.noGrad()) {
            Tensor unit = image.dtype() == DType.UINT8 ? image.to(DType.FLOAT32).div(255) : image.to(DType.FLOAT32);
            // the models were trained on images in the order blue, green, red
            Tensor x = (unit.size(0) == 1 ? unit.expand(3, -1, -1) : unit.flip(0)).contiguous();
            List<Quad> boxes = inReadingOrder(detect(x));
            var lines = new ArrayList<Tensor>();
            for (Quad box : boxes) {
                lines.add(upright(cropped(x, box)));
            }
            return recognize(boxes, lines);
        }
    }

    private List<Quad> detect(Tensor x) {
        long height = x.size(1);
        long width = x.size(2);
        double scale = Math.min(1, options.maxSide() / (double) Math.max(height, width));
        Tensor small = resized(x, multiple(height * scale), multiple(width * scale));
        Tensor mean = Tensors.tensor(MEAN).reshape(3, 1, 1);
        Tensor std = Tensors.tensor(STD).reshape(3, 1, 1);
        Tensor map = detector.forward(small.sub(mean).div(std).unsqueeze(0));
        int rows = (int) map.size(2);
        int columns = (int) map.size(3);
        var found = new ArrayList<Quad>();
        for (Quad q : new TextRegions(map.flatten().toFloatArray(), columns, rows, options).find()) {
            found.add(q.scaled((double) width / columns, (double) height / rows, width, height));
        }
        return found;
    }

    private static long multiple(double size) {
        return Math.max(STRIDE, Math.round(size / STRIDE) * STRIDE);
    }

    private static Tensor resized(Tensor x, long height, long width) {
        return x.size(1) == height && x.size(2) == width
                ? x
                : Tensors.interpolate(x.unsqueeze(0), o -> o.size(height, width).mode(Mode.BILINEAR)).squeeze(0);
    }

    /** {@return the boxes sorted by rows; those whose tops differ by less than half their height are in one row} */
    private static List<Quad> inReadingOrder(List<Quad> boxes) {
        var rest = new ArrayList<>(boxes);
        rest.sort(Comparator.comparingDouble(b -> b.topLeft().y()));
        var sorted = new ArrayList<Quad>();
        while (!rest.isEmpty()) {
            Quad first = rest.getFirst();
            double limit = first.topLeft().y() + first.height() / 2;
            var row = new ArrayList<>(rest.stream().filter(b -> b.topLeft().y() < limit).toList());
            row.sort(Comparator.comparingDouble(b -> b.topLeft().x()));
            sorted.addAll(row);
            rest.removeAll(row);
        }
        return sorted;
    }

    /** {@return the part of an image in a box, upright, in its own resolution; columns of characters are turned} */
    private static Tensor cropped(Tensor x, Quad box) {
        long width = Math.max(1, Math.round(box.width()));
        long height = Math.max(1, Math.round(box.height()));
        Corner origin = box.topLeft();
        double toX = Math.max(1, x.size(2) - 1) / 2.0;
        double toY = Math.max(1, x.size(1) - 1) / 2.0;
        // the corners of the result are one pixel short of the box's, as in OpenCV's warp
        double along = (width - 1) / (2.0 * width);
        double across = (height - 1) / (2.0 * height);
        double ax = (box.topRight().x() - origin.x()) * along;
        double ay = (box.topRight().y() - origin.y()) * along;
        double bx = (box.bottomLeft().x() - origin.x()) * across;
        double by = (box.bottomLeft().y() - origin.y()) * across;
        Tensor theta =
                Tensors.tensor(
                        new double[][] {
                            {ax / toX, bx / toX, (origin.x() + ax + bx) / toX - 1},
                            {ay / toY, by / toY, (origin.y() + ay + by) / toY - 1}
                        });
        Tensor grid = Tensors.affineGrid(theta.unsqueeze(0), new long[] {1, 3, height, width}, true);
        Tensor line =
                Tensors.gridSample(
                                x.unsqueeze(0),
                                grid,
                                o ->
                                        o.mode(GridSampleOptions.Mode.BICUBIC)
                                                .paddingMode(GridSampleOptions.PaddingMode.BORDER)
                                                .alignCorners(true))
                        .squeeze(0)
                        .clamp(0, 1);
        return height >= 1.5 * width ? line.rot90(1, new int[] {1, 2}) : line;
    }

    /** {@return a line, turned by 180 degrees if the classifier says so} */
    private Tensor upright(Tensor line) {
        if (classifier == null) {
            return line;
        }
        double ratio = (double) line.size(2) / line.size(1);
        Tensor in = padded(line, (long) Math.min(CLASSIFIER_WIDTH, Math.ceil(LINE_HEIGHT * ratio)), CLASSIFIER_WIDTH);
        Tensor probability = classifier.forward(in.unsqueeze(0));
        return probability.flatten().toFloatArray()[1] > options.turnThreshold() ? line.flip(1, 2) : line;
    }

    /** {@return a line in the recogniser's height, with values from -1 to 1, and zeros behind it} */
    private static Tensor padded(Tensor line, long width, long total) {
        Tensor x = resized(line, LINE_HEIGHT, Math.max(1, width)).sub(0.5).div(0.5);
        return Tensors.pad(x, 0, total - x.size(2));
    }

    private List<TextLine> recognize(List<Quad> boxes, List<Tensor> lines) {
        double[] ratios = lines.stream().mapToDouble(t -> (double) t.size(2) / t.size(1)).toArray();
        var order = new ArrayList<Integer>();
        for (int i = 0; i < ratios.length; i++) {
            order.add(i);
        }
        order.sort(Comparator.comparingDouble(i -> ratios[i]));
        var read = new @Nullable TextLine[lines.size()];
        for (int begin = 0; begin < order.size(); begin += BATCH) {
            List<Integer> part = order.subList(begin, Math.min(order.size(), begin + BATCH));
            long total = (long) Math.max(MIN_RECOGNIZER_WIDTH, Math.ceil(LINE_HEIGHT * ratios[part.getLast()]));
            var batch = new ArrayList<Tensor>();
            for (int i : part) {
                batch.add(padded(lines.get(i), (long) Math.min(total, Math.ceil(LINE_HEIGHT * ratios[i])), total));
            }
            Tensor probabilities = recognizer.forward(Tensors.stack(batch));
            for (int k = 0; k < part.size(); k++) {
                Characters.Reading r = characters.read(probabilities.select(0, k));
                if (!r.text().isBlank() && r.confidence() >= options.minConfidence()) {
                    read[part.get(k)] = new TextLine(r.text(), r.confidence(), boxes.get(part.get(k)));
                }
            }
        }
        return Arrays.stream(read).filter(Objects::nonNull).toList();
    }
}
