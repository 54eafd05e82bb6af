package fathom.train.metric;

import fathom.Tensor;
import fathom.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The mean average precision of a detector by COCO's rule: at IoU thresholds .50 to .95, over 101 recall values, by
 * area ranges and numbers of detections; crowds are ignored.
 *
 * {@snippet :
 * var map = new MeanAveragePrecision();
 * for (var image : images) {
 *     map.add(detect(image), image.boxes());
 * }
 * IO.println(map.scores());
 * }
 *
 * <p>All boxes are kept. Overlaps are computed in float64 from corners in pixels, as COCO's program does.
 *
 * @see <a href="https://cocodataset.org/#detection-eval">COCO, detection evaluation</a>
 */
public final class MeanAveragePrecision {
    private static final String NAME = "map";
    private static final int MOST_DETECTIONS = 100;
    private static final int RECALLS = 101;
    private static final double SMALL = 32 * 32;
    private static final double MEDIUM = 96 * 96;
    private static final double LARGEST = 1e10;

    private record Image(List<DetectedBox> detections, List<TrueBox> truths) {}

    /** The average precision and the final recall by threshold. */
    private record ClassScores(double[] precision, double[] recall) {}

    private final List<Image> images = new ArrayList<>();

    /** An evaluation without images. */
    public MeanAveragePrecision() {}

    /** Adds an image: what was found in it, and what it has. */
    public void add(List<DetectedBox> detections, List<TrueBox> truths) {
        images.add(new Image(List.copyOf(detections), List.copyOf(truths)));
    }

    /**
     * Adds an image, given as tensors.
     *
     * @param boxes detected boxes {@code [n, 4]}, as x1, y1, x2, y2
     * @param scores {@code [n]}
     * @param labels {@code [n]}
     * @param trueBoxes {@code [m, 4]}
     * @param trueLabels {@code [m]}
     * @throws IllegalArgumentException if the shapes differ
     */
    public void add(Tensor boxes, Tensor scores, Tensor labels, Tensor trueBoxes, Tensor trueLabels) {
        check("detections", boxes, scores, labels);
        check("ground truth", trueBoxes, trueLabels);
        double[] b = boxes.reshape(-1).toDoubleArray();
        double[] s = scores.toDoubleArray();
        long[] l = labels.to(Tensors.INT64).toLongArray();
        var found = new ArrayList<DetectedBox>();
        for (int i = 0; i < s.length; i++) {
            found.add(new DetectedBox(b[4 * i], b[4 * i + 1], b[4 * i + 2], b[4 * i + 3], Math.toIntExact(l[i]), s[i]));
        }
        double[] t = trueBoxes.reshape(-1).toDoubleArray();
        long[] classes = trueLabels.to(Tensors.INT64).toLongArray();
        var truths = new ArrayList<TrueBox>();
        for (int i = 0; i < classes.length; i++) {
            truths.add(new TrueBox(t[4 * i], t[4 * i + 1], t[4 * i + 2], t[4 * i + 3], Math.toIntExact(classes[i])));
        }
        add(found, truths);
    }

    private static void check(String what, Tensor boxes, Tensor... others) {
        boolean fits = boxes.dim() == 2 && boxes.size(1) == 4 || boxes.numel() == 0;
        for (Tensor other : others) {
            fits &= other.dim() == 1 && 4 * other.numel() == boxes.numel();
        }
        if (!fits) {
            throw new IllegalArgumentException(
                    "map: expected %s of shapes [n, 4] and [n], got %s and %s"
                            .formatted(what, boxes.shape(), Arrays.stream(others).map(Tensor::shape).toList()));
        }
    }

    /** {@return the number of images} */
    public int images() {
        return images.size();
    }

    /** {@return the average precision, the mean over classes and IoU thresholds .50 to .95; NaN without objects} */
    public double value() {
        return scores().map();
    }

    /** {@return COCO's twelve numbers} */
    public DetectionScores scores() {
        var all = classes(0, LARGEST, MOST_DETECTIONS);
        var small = classes(0, SMALL, MOST_DETECTIONS);
        var medium = classes(SMALL, MEDIUM, MOST_DETECTIONS);
        var large = classes(MEDIUM, LARGEST, MOST_DETECTIONS);
        return new DetectionScores(
                precision(all),
                precisionAt(all, 0),
                precisionAt(all, 5),
                precision(small),
                precision(medium),
                precision(large),
                recall(classes(0, LARGEST, 1)),
                recall(classes(0, LARGEST, 10)),
                recall(all),
                recall(small),
                recall(medium),
                recall(large));
    }

    /** {@return the average precision of each class that has objects, the mean over IoU thresholds .50 to .95} */
    public Map<Integer, Double> perClass() {
        var values = new TreeMap<Integer, Double>();
        classes(0, LARGEST, MOST_DETECTIONS).forEach((c, s) -> values.put(c, mean(s.precision)));
        return values;
    }

    private static double precision(Map<Integer, ClassScores> classes) {
        return classes.values().stream().mapToDouble(s -> mean(s.precision)).average().orElse(Double.NaN);
    }

    private static double precisionAt(Map<Integer, ClassScores> classes, int threshold) {
        return classes.values().stream().mapToDouble(s -> s.precision[threshold]).average().orElse(Double.NaN);
    }

    private static double recall(Map<Integer, ClassScores> classes) {
        return classes.values().stream().mapToDouble(s -> mean(s.recall)).average().orElse(Double.NaN);
    }

    private static double mean(double[] values) {
        return Arrays.stream(values).average().orElse(Double.NaN);
    }

    /** {@return the scores of the classes that have objects which count} */
    private Map<Integer, ClassScores> classes(double least, double most, int limit) {
        var labels = new TreeSet<Integer>();
        images.forEach(i -> i.truths.forEach(t -> labels.add(t.label())));
        var scores = new TreeMap<Integer, ClassScores>();
        for (int label : labels) {
            List<DetectionMatches> matches =
                    images.stream()
                            .map(i ->
                                    DetectionMatches.of(
                                            i.detections.stream().filter(d -> d.label() == label).toList(),
                                            i.truths.stream().filter(t -> t.label() == label).toList(),
                                            least,
                                            most,
                                            limit))
                            .toList();
            int objects = matches.stream().mapToInt(DetectionMatches::objects).sum();
            if (objects > 0) {
                scores.put(label, scores(matches, objects));
            }
        }
        return scores;
    }

    private static ClassScores scores(List<DetectionMatches> matches, int objects) {
        double[] scores = matches.stream().flatMapToDouble(m -> Arrays.stream(m.scores())).toArray();
        int[] order = DetectionMatches.descending(scores);
        int thresholds = DetectionMatches.THRESHOLDS.length;
        var precision = new double[thresholds];
        var recall = new double[thresholds];
        for (int t = 0; t < thresholds; t++) {
            var isMatched = new boolean[scores.length];
            var isIgnored = new boolean[scores.length];
            int at = 0;
            for (DetectionMatches m : matches) {
                System.arraycopy(m.matched()[t], 0, isMatched, at, m.scores().length);
                System.arraycopy(m.ignored()[t], 0, isIgnored, at, m.scores().length);
                at += m.scores().length;
            }
            // recall and precision after each detection, by descending score
            var recalls = new double[scores.length];
            var precisions = new double[scores.length];
            int hits = 0;
            int misses = 0;
            for (int i = 0; i < order.length; i++) {
                if (!isIgnored[order[i]]) {
                    if (isMatched[order[i]]) {
                        hits++;
                    } else {
                        misses++;
                    }
                }
                recalls[i] = (double) hits / objects;
                precisions[i] = hits == 0 ? 0 : (double) hits / (hits + misses);
            }
            precision[t] = interpolated(recalls, precisions);
            recall[t] = recalls.length == 0 ? 0 : recalls[recalls.length - 1];
        }
        return new ClassScores(precision, recall);
    }

    /** {@return the mean over 101 recalls of the greatest precision at that recall or a higher one} */
    private static double interpolated(double[] recalls, double[] precisions) {
        for (int i = precisions.length - 2; i >= 0; i--) {
            precisions[i] = Math.max(precisions[i], precisions[i + 1]);
        }
        double sum = 0;
        int at = 0;
        for (int r = 0; r < RECALLS; r++) {
            while (at < recalls.length && recalls[at] < r * (1.0 / (RECALLS - 1))) {
                at++;
            }
            sum += at < recalls.length ? precisions[at] : 0;
        }
        return sum / RECALLS;
    }

    // ---- state ----------------------------------------------------------------------------------------------------

    private static final int DETECTION = 6;
    private static final int TRUTH = 7;

    /** {@return all boxes, for checkpoints} */
    public double[] state() {
        int length = 0;
        for (Image i : images) {
            length += 2 + DETECTION * i.detections.size() + TRUTH * i.truths.size();
        }
        var state = new double[length];
        int at = 0;
        for (Image i : images) {
            state[at++] = i.detections.size();
            state[at++] = i.truths.size();
            for (DetectedBox d : i.detections) {
                double[] numbers = {d.x1(), d.y1(), d.x2(), d.y2(), d.label(), d.score()};
                System.arraycopy(numbers, 0, state, at, DETECTION);
                at += DETECTION;
            }
            for (TrueBox t : i.truths) {
                double[] numbers = {t.x1(), t.y1(), t.x2(), t.y2(), t.label(), t.area(), t.isCrowd() ? 1 : 0};
                System.arraycopy(numbers, 0, state, at, TRUTH);
                at += TRUTH;
            }
        }
        return state;
    }

    /**
     * Replaces the images by those of a {@link #state}.
     *
     * @throws IllegalArgumentException if it is not one of this metric
     */
    public void restore(double[] state) {
        List<Image> restored = read(state);
        images.clear();
        images.addAll(restored);
    }

    /**
     * Adds the images of another evaluation, given by its {@link #state}.
     *
     * @throws IllegalArgumentException if it is not one of this metric
     */
    public void merge(double[] state) {
        images.addAll(read(state));
    }

    private static List<Image> read(double[] state) {
        var read = new ArrayList<Image>();
        int at = 0;
        while (at < state.length) {
            long detections = States.count(NAME, state, at, Integer.MAX_VALUE);
            long truths = States.count(NAME, state, at + 1, Integer.MAX_VALUE);
            at += 2;
            if (DETECTION * detections + TRUTH * truths > state.length - at) {
                throw new IllegalArgumentException(
                        String.format(
                                Locale.ROOT,
                                "map: the state ends within image %d, which has %d and %d boxes",
                                read.size(),
                                detections,
                                truths));
            }
            var found = new ArrayList<DetectedBox>();
            for (int i = 0; i < detections; i++, at += DETECTION) {
                found.add(
                        new DetectedBox(
                                state[at],
                                state[at + 1],
                                state[at + 2],
                                state[at + 3],
                                (int) state[at + 4],
                                state[at + 5]));
            }
            var boxes = new ArrayList<TrueBox>();
            for (int i = 0; i < truths; i++, at += TRUTH) {
                boxes.add(
                        new TrueBox(
                                state[at],
                                state[at + 1],
                                state[at + 2],
                                state[at + 3],
                                (int) state[at + 4],
                                state[at + 5],
                                state[at + 6] != 0));
            }
            read.add(new Image(found, boxes));
        }
        return read;
    }
}
