package fathom.train.metric;

import java.util.Locale;

/**
 * COCO's twelve numbers: average precision and average recall, as means over the classes. NaN where no class has an
 * object. Prints as a table.
 *
 * @param map average precision, the mean over IoU thresholds .50, .55 to .95
 * @param map50 at an IoU of .50
 * @param map75 at an IoU of .75
 * @param mapSmall of objects with an area below 32 x 32 pixels
 * @param mapMedium of those up to 96 x 96
 * @param mapLarge of larger ones
 * @param mar1 average recall with at most one detection per image, the mean over the same thresholds
 * @param mar10 with at most ten
 * @param mar100 with at most a hundred
 * @param marSmall with at most a hundred, of small objects
 * @param marMedium of medium ones
 * @param marLarge of large ones
 */
public record DetectionScores(
        double map,
        double map50,
        double map75,
        double mapSmall,
        double mapMedium,
        double mapLarge,
        double mar1,
        double mar10,
        double mar100,
        double marSmall,
        double marMedium,
        double marLarge) {
    @Override
    public String toString() {
        var text = new StringBuilder();
        line(text, "average precision", "IoU .50:.95", map);
        line(text, "", "IoU .50", map50);
        line(text, "", "IoU .75", map75);
        line(text, "", "small", mapSmall);
        line(text, "", "medium", mapMedium);
        line(text, "", "large", mapLarge);
        line(text, "average recall", "1 detection", mar1);
        line(text, "", "10 detections", mar10);
        line(text, "", "100 detections", mar100);
        line(text, "", "small", marSmall);
        line(text, "", "medium", marMedium);
        line(text, "", "large", marLarge);
        return text.toString();
    }

    private static void line(StringBuilder text, String what, String of, double value) {
        text.append(String.format(Locale.ROOT, "%-18s %-15s %.3f", what, of, value)).append('\n');
    }
}
