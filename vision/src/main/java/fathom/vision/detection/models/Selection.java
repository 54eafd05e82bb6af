package fathom.vision.detection.models;

import fathom.Tensor;
import fathom.Tensors;
import fathom.vision.detection.Boxes;
import fathom.vision.detection.DetectOptions;
import fathom.vision.detection.regions.BoxPredictions;
import java.util.ArrayList;
import java.util.List;

/**
 * Which of the predictions for anchors become objects.
 *
 * @param score objects have a greater score
 * @param nms the greatest IoU of objects of a class
 * @param limit the greatest number of objects in an image
 * @param candidates the number of best predictions considered
 */
record Selection(double score, double nms, int limit, int candidates) {
    /** {@return the selection that a caller asks for} */
    Selection with(DetectOptions options) {
        return new Selection(Math.nextDown(options.threshold()), options.nmsThreshold(), options.limit(), candidates);
    }

    /** {@return the indices of the best of some scores {@code [K]} above the threshold, by descending score} */
    Tensor best(Tensor scores) {
        Tensor above = scores.gt(score).nonzero().squeeze(1);
        long k = Math.min(candidates, above.size(0));
        return above.indexSelect(0, scores.indexSelect(0, above).topk(k, 0).indices());
    }

    /** {@return what suppression keeps of the candidates of an image} */
    BoxPredictions suppressed(Candidates all) {
        Tensor boxes = Tensors.cat(all.boxes, 0);
        Tensor scores = Tensors.cat(all.scores, 0);
        Tensor labels = Tensors.cat(all.labels, 0);
        Tensor kept = Boxes.batchedNms(boxes, scores, labels, nms);
        Tensor first = kept.narrow(0, 0, Math.min(limit, kept.size(0)));
        return new BoxPredictions(
                boxes.indexSelect(0, first), scores.indexSelect(0, first), labels.indexSelect(0, first));
    }

    /** The candidates of an image. */
    static final class Candidates {
        private final List<Tensor> boxes = new ArrayList<>();
        private final List<Tensor> scores = new ArrayList<>();
        private final List<Tensor> labels = new ArrayList<>();

        void add(Tensor someBoxes, Tensor someScores, Tensor someLabels) {
            boxes.add(someBoxes);
            scores.add(someScores);
            labels.add(someLabels);
        }
    }
}
