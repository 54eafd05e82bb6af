package fathom.vision.detection.models;

import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.Block;
import fathom.nn.ModuleList;
import fathom.nn.conv.Conv2d;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The predictions of SSD: for each feature map a convolution of its own for the classes, and one for the boxes. */
final class SSDHead extends Block {
    private final Scoring classificationHead;
    private final Scoring regressionHead;

    SSDHead(List<Integer> channels, List<Integer> anchors, int classes) {
        classificationHead = new Scoring(channels, anchors, classes);
        regressionHead = new Scoring(channels, anchors, 4);
    }

    Map<String, Tensor> outputs(List<Tensor> features) {
        var outputs = new LinkedHashMap<String, Tensor>();
        outputs.put("bbox_regression", regressionHead.predictions(features));
        outputs.put("cls_logits", classificationHead.predictions(features));
        return outputs;
    }

    private static final class Scoring extends Block {
        private final ModuleList<Conv2d> moduleList = new ModuleList<>();
        private final int columns;

        Scoring(List<Integer> channels, List<Integer> anchors, int columns) {
            this.columns = columns;
            for (int i = 0; i < channels.size(); i++) {
                moduleList.add(
                        SSDFeatureExtractorVGG.initialised(
                                new Conv2d(channels.get(i), columns * anchors.get(i), 3, c -> c.padding(1))));
            }
        }

        Tensor predictions(List<Tensor> features) {
            var all = new ArrayList<Tensor>();
            for (int i = 0; i < features.size(); i++) {
                all.add(GeneralizedDetector.perAnchor(moduleList.get(i).call(features.get(i)), columns));
            }
            return Tensors.cat(all, 1);
        }
    }
}
