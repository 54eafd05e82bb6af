package fathom.vision.detection.models;

import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.Block;
import fathom.nn.Sequential;
import fathom.nn.activation.ReLU;
import fathom.nn.conv.Conv2d;
import fathom.nn.norm.GroupNorm;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The heads of FCOS, which all maps of the pyramid share: classes; distances to the sides, and centre-ness. */
final class FCOSHead extends Block {
    private static final int CONVOLUTIONS = 4;
    private static final int GROUPS = 32;

    private final Classification classificationHead;
    private final Regression regressionHead;

    FCOSHead(int channels, int classes) {
        classificationHead = new Classification(channels, classes);
        regressionHead = new Regression(channels);
    }

    Map<String, Tensor> outputs(List<Tensor> features) {
        var outputs = new LinkedHashMap<String, Tensor>();
        outputs.put("cls_logits", classificationHead.logits(features));
        regressionHead.add(features, outputs);
        return outputs;
    }

    private static Sequential tower(int channels) {
        var tower = new Sequential();
        for (int i = 0; i < CONVOLUTIONS; i++) {
            tower.add(RetinaNetHead.small(new Conv2d(channels, channels, 3, c -> c.padding(1)), 0));
            tower.add(new GroupNorm(GROUPS, channels));
            tower.add(new ReLU());
        }
        return tower;
    }

    private static final class Classification extends Block {
        private final Sequential conv;
        private final Conv2d clsLogits;
        private final int classes;

        Classification(int channels, int classes) {
            this.classes = classes;
            conv = tower(channels);
            clsLogits =
                    RetinaNetHead.small(
                            new Conv2d(channels, classes, 3, c -> c.padding(1)),
                            -Math.log((1 - RetinaNetHead.PRIOR) / RetinaNetHead.PRIOR));
        }

        Tensor logits(List<Tensor> features) {
            return Tensors.cat(
                    features.stream()
                            .map(f -> GeneralizedDetector.perAnchor(clsLogits.call(conv.call(f)), classes))
                            .toList(),
                    1);
        }
    }

    private static final class Regression extends Block {
        private final Sequential conv;
        private final Conv2d bboxReg;
        private final Conv2d bboxCtrness;

        Regression(int channels) {
            conv = tower(channels);
            bboxReg = RetinaNetHead.small(new Conv2d(channels, 4, 3, c -> c.padding(1)), 0);
            bboxCtrness = RetinaNetHead.small(new Conv2d(channels, 1, 3, c -> c.padding(1)), 0);
        }

        void add(List<Tensor> features, Map<String, Tensor> outputs) {
            var distances = new ArrayList<Tensor>();
            var centreness = new ArrayList<Tensor>();
            for (Tensor f : features) {
                Tensor y = conv.call(f);
                distances.add(GeneralizedDetector.perAnchor(bboxReg.call(y).relu(), 4));
                centreness.add(GeneralizedDetector.perAnchor(bboxCtrness.call(y), 1));
            }
            outputs.put("bbox_regression", Tensors.cat(distances, 1));
            outputs.put("bbox_ctrness", Tensors.cat(centreness, 1));
        }
    }
}
