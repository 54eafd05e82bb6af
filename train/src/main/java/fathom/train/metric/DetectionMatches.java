package fathom.train.metric;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * The detections of one class in one image, matched with its objects, for one range of areas: by descending score, each
 * takes the object with the greatest overlap that is still free.
 *
 * @param scores of the detections, in descending order
 * @param matched by threshold and detection: whether it has an object
 * @param ignored by threshold and detection: whether it counts neither as right nor as wrong
 * @param objects the number of objects that count
 */
record DetectionMatches(double[] scores, boolean[][] matched, boolean[][] ignored, int objects) {
    /** IoU thresholds .50, .55 to .95. */
    static final double[] THRESHOLDS = thresholds();

    private static double[] thresholds() {
        // as NumPy's linspace(0.5, 0.95, 10) rounds them: an overlap may lie on a threshold
        var thresholds = new double[10];
        for (int i = 0; i < 9; i++) {
            thresholds[i] = 0.5 + i * ((0.95 - 0.5) / 9);
        }
        thresholds[9] = 0.95;
        return thresholds;
    }

    /**
     * Matches detections with objects.
     *
     * @param detections of one class in one image
     * @param truths of the same
     * @param least the least area of objects that count
     * @param most the greatest
     * @param limit the number of detections that count, those with the highest scores
     */
    static DetectionMatches of(
            List<DetectedBox> detections, List<TrueBox> truths, double least, double most, int limit) {
        List<DetectedBox> found =
                detections.stream()
                        .sorted(Comparator.comparingDouble(DetectedBox::score).reversed())
                        .limit(limit)
                        .toList();
        // objects that count come first: a detection prefers them
        List<TrueBox> objects = truths.stream().sorted(Comparator.comparing(t -> !counts(t, least, most))).toList();
        int counted = (int) objects.stream().filter(t -> counts(t, least, most)).count();
        double[][] overlaps = overlaps(found, objects);
        var matched = new boolean[THRESHOLDS.length][found.size()];
        var ignored = new boolean[THRESHOLDS.length][found.size()];
        for (int t = 0; t < THRESHOLDS.length; t++) {
            var taken = new boolean[objects.size()];
            for (int d = 0; d < found.size(); d++) {
                int best = best(overlaps[d], objects, taken, counted, THRESHOLDS[t]);
                if (best >= 0) {
                    taken[best] = true;
                    matched[t][d] = true;
                    ignored[t][d] = best >= counted;
                } else {
                    double area = found.get(d).area();
                    ignored[t][d] = area < least || area > most;
                }
            }
        }
        return new DetectionMatches(
                found.stream().mapToDouble(DetectedBox::score).toArray(), matched, ignored, counted);
    }

    private static boolean counts(TrueBox t, double least, double most) {
        return !t.isCrowd() && t.area() >= least && t.area() <= most;
    }

    /** {@return the index of the object for a detection: one that counts where possible; -1 if none is left} */
    private static int best(double[] overlap, List<TrueBox> objects, boolean[] taken, int counted, double threshold) {
        double least = threshold;
        int best = -1;
        for (int g = 0; g < objects.size(); g++) {
            if (taken[g] && !objects.get(g).isCrowd()) {
                continue;
            }
            if (g >= counted && best >= 0 && best < counted) {
                break;
            }
            if (overlap[g] >= least) { // of equal overlaps the last, as in COCO's program
                least = overlap[g];
                best = g;
            }
        }
        return best;
    }

    /** {@return intersection over union; over the detection's own area where the object is a crowd} */
    private static double[][] overlaps(List<DetectedBox> found, List<TrueBox> objects) {
        var overlaps = new double[found.size()][objects.size()];
        for (int d = 0; d < found.size(); d++) {
            DetectedBox a = found.get(d);
            for (int g = 0; g < objects.size(); g++) {
                TrueBox b = objects.get(g);
                double w = Math.min(a.x2(), b.x2()) - Math.max(a.x1(), b.x1());
                double h = Math.min(a.y2(), b.y2()) - Math.max(a.y1(), b.y1());
                if (w > 0 && h > 0) {
                    double common = w * h;
                    overlaps[d][g] = common / (b.isCrowd() ? a.area() : a.area() + b.boxArea() - common);
                }
            }
        }
        return overlaps;
    }

    /** {@return the indices of scores in descending order; equal ones keep their order} */
    static int[] descending(double[] scores) {
        Integer[] order = new Integer[scores.length];
        Arrays.setAll(order, i -> i);
        Arrays.sort(order, Comparator.comparingDouble((Integer i) -> scores[i]).reversed());
        return Arrays.stream(order).mapToInt(Integer::intValue).toArray();
    }
}
