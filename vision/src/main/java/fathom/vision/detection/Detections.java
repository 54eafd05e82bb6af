package fathom.vision.detection;

import fathom.DType;
import fathom.Tensor;
import fathom.plot.LabelledBoxes;
import fathom.train.metric.DetectedBox;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The objects that a detector found in an image, by descending confidence.
 *
 * {@snippet :
 * Detections found = detector.detect(image, d -> d.threshold(0.9));
 * Plot.image(image).boxes(found).save(Path.of("found.png"));
 * }
 *
 * @param boxes {@code [N, 4]}: left, top, right and bottom, in pixels of the image
 * @param classes int64 {@code [N]}
 * @param scores the confidences, {@code [N]}, from 0 to 1
 * @param classNames the names of the detector's classes, by index
 */
public record Detections(Tensor boxes, Tensor classes, Tensor scores, List<String> classNames)
        implements LabelledBoxes {
    /** Takes a copy of the names. */
    public Detections {
        classNames = List.copyOf(classNames);
    }

    /** {@return the number of objects} */
    public int size() {
        return Math.toIntExact(boxes.size(0));
    }

    /** {@return name and confidence of each object: {@code banana 0.98}} */
    @Override
    public List<String> labels() {
        long[] label = classes.toLongArray();
        double[] score = scores.to(DType.FLOAT64).toDoubleArray();
        var labels = new ArrayList<String>();
        for (int i = 0; i < label.length; i++) {
            labels.add(String.format(Locale.ROOT, "%s %.2f", name((int) label[i]), score[i]));
        }
        return labels;
    }

    private String name(int label) {
        return label < classNames.size() ? classNames.get(label) : String.format(Locale.ROOT, "class %d", label);
    }

    /** {@return the objects as a metric takes them} */
    public List<DetectedBox> toMetric() {
        double[] b = boxes.reshape(-1).to(DType.FLOAT64).toDoubleArray();
        long[] label = classes.toLongArray();
        double[] score = scores.to(DType.FLOAT64).toDoubleArray();
        var found = new ArrayList<DetectedBox>();
        for (int i = 0; i < label.length; i++) {
            if (b[4 * i] <= b[4 * i + 2] && b[4 * i + 1] <= b[4 * i + 3]) { // not NaN
                found.add(
                        new DetectedBox(b[4 * i], b[4 * i + 1], b[4 * i + 2], b[4 * i + 3], (int) label[i], score[i]));
            }
        }
        return found;
    }

    /** {@return the objects as lines: name, confidence, box in whole pixels} */
    @Override
    public String toString() {
        double[] b = boxes.reshape(-1).to(DType.FLOAT64).toDoubleArray();
        var text = new StringBuilder();
        List<String> labels = labels();
        for (int i = 0; i < labels.size(); i++) {
            text.append(
                    String.format(
                            Locale.ROOT,
                            "%s%s at %.0f, %.0f to %.0f, %.0f",
                            i == 0 ? "" : "\n",
                            labels.get(i),
                            b[4 * i],
                            b[4 * i + 1],
                            b[4 * i + 2],
                            b[4 * i + 3]));
        }
        return text.isEmpty() ? "nothing" : text.toString();
    }
}
