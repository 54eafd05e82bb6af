package fathom.vision.detection.models;

import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.Block;
import fathom.nn.Init;
import fathom.nn.Sequential;
import fathom.nn.conv.Conv2d;
import fathom.vision.layers.Conv2dNormActivation;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The two heads of RetinaNet, which all maps of the pyramid share: four convolutions each, then the predictions. */
final class RetinaNetHead extends Block {
    /** The probability of objects that the classification begins with. */
    static final double PRIOR = 0.01;

    private static final int CONVOLUTIONS = 4;

    /** Names before torchvision 0.13, where activations were children of the same sequence. */
    private static final Pattern OLD =
            Pattern.compile("^(head\\.(?:classification|regression)_head\\.conv)\\.(\\d+)\\.(weight|bias)$");

    private final Classification classificationHead;
    private final Regression regressionHead;

    RetinaNetHead(int channels, int anchors, int classes) {
        classificationHead = new Classification(channels, anchors, classes);
        regressionHead = new Regression(channels, anchors);
    }

    static String currentName(String name) {
        Matcher old = OLD.matcher(name);
        return old.matches() && Integer.parseInt(old.group(2)) % 2 == 0
                ? "%s.%s.0.%s".formatted(old.group(1), Integer.parseInt(old.group(2)) / 2, old.group(3))
                : name;
    }

    Map<String, Tensor> outputs(List<Tensor> features) {
        var outputs = new LinkedHashMap<String, Tensor>();
        outputs.put("cls_logits", classificationHead.logits(features));
        outputs.put("bbox_regression", regressionHead.offsets(features));
        return outputs;
    }

    static Conv2d small(Conv2d c, double bias) {
        Init.normal_(c.weight, 0, 0.01);
        if (c.bias != null) {
            Init.constant_(c.bias, bias);
        }
        return c;
    }

    private static Sequential tower(int channels) {
        var tower = new Sequential();
        for (int i = 0; i < CONVOLUTIONS; i++) {
            tower.add(new Conv2dNormActivation(channels, channels, 3, o -> o.norm(null)));
        }
        tower.blocks(Conv2d.class).forEach(c -> small(c, 0));
        return tower;
    }

    private static final class Classification extends Block {
        private final Sequential conv;
        private final Conv2d clsLogits;
        private final int classes;

        Classification(int channels, int anchors, int classes) {
            this.classes = classes;
            conv = tower(channels);
            clsLogits =
                    small(
                            new Conv2d(channels, anchors * classes, 3, c -> c.padding(1)),
                            -Math.log((1 - PRIOR) / PRIOR));
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

        Regression(int channels, int anchors) {
            conv = tower(channels);
            bboxReg = small(new Conv2d(channels, anchors * 4, 3, c -> c.padding(1)), 0);
        }

        Tensor offsets(List<Tensor> features) {
            return Tensors.cat(
                    features.stream().map(f -> GeneralizedDetector.perAnchor(bboxReg.call(conv.call(f)), 4)).toList(),
                    1);
        }
    }
}
