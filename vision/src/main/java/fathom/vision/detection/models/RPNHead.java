package fathom.vision.detection.models;

import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.Block;
import fathom.nn.Sequential;
import fathom.nn.conv.Conv2d;
import fathom.vision.layers.Conv2dNormActivation;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Objectness and offsets of each anchor: a convolution that all maps share, then the predictions. */
final class RPNHead extends Block {
    private final Sequential conv;
    private final Conv2d clsLogits;
    private final Conv2d bboxPred;

    RPNHead(int channels, int anchors) {
        conv = new Sequential(new Conv2dNormActivation(channels, channels, 3, o -> o.norm(null)));
        conv.blocks(Conv2d.class).forEach(c -> RetinaNetHead.small(c, 0));
        clsLogits = RetinaNetHead.small(new Conv2d(channels, anchors, 1), 0);
        bboxPred = RetinaNetHead.small(new Conv2d(channels, anchors * 4, 1), 0);
    }

    Map<String, Tensor> outputs(List<Tensor> features) {
        var objectness = new ArrayList<Tensor>();
        var offsets = new ArrayList<Tensor>();
        for (Tensor f : features) {
            Tensor y = conv.call(f);
            objectness.add(GeneralizedDetector.perAnchor(clsLogits.call(y), 1));
            offsets.add(GeneralizedDetector.perAnchor(bboxPred.call(y), 4));
        }
        var outputs = new LinkedHashMap<String, Tensor>();
        outputs.put("objectness", Tensors.cat(objectness, 1));
        outputs.put("rpn_box", Tensors.cat(offsets, 1));
        return outputs;
    }
}
