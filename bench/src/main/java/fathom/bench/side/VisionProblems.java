package fathom.bench.side;

import fathom.Autograd;
import fathom.Tensor;
import fathom.Tensors;
import fathom.bench.work.Model;
import fathom.interop.onnx.Onnx;
import fathom.nn.Block;
import fathom.nn.Layer;
import fathom.vision.detection.TinySSD;
import fathom.vision.ocr.OcrModels;
import fathom.vision.segmentation.FCN;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;

/** The models of vision beyond the course's classifiers, on random images with three channels. */
final class VisionProblems {
    private static final double SPREAD = 0.1;

    private VisionProblems() {}

    static Problem classifier(Layer net, Model model, int batch) {
        return new Problem(
                List.of(lively(net)),
                net::forward,
                Tensors::crossEntropy,
                images(model, batch, model.side()),
                Tensors.randint(0, model.classes(), batch));
    }

    /**
     * Predictions for all anchors, with drawn targets: which anchor belongs to which box, which depends on neither
     * side's network, is not measured.
     */
    static Problem detector(Model model, int batch) {
        var net = new TinySSD(model.classes() - 1);
        lively(net);
        Tensor x = images(model, batch, model.side());
        long anchors = net.predictions(x.narrow(0, 0, 1)).anchors().size(1);
        Tensor offsets = Tensors.randn(batch, anchors, 4);
        return new Problem(
                List.of(net),
                net::forward,
                (out, labels) ->
                        Tensors.crossEntropy(out.narrow(2, 0, model.classes()).flatten(0, 1), labels)
                                .add(Tensors.l1Loss(out.narrow(2, model.classes(), 4), offsets)),
                x,
                Tensors.randint(0, model.classes(), batch * anchors));
    }

    static Problem segmentation(Model model, int batch) {
        var net = new FCN(model.classes());
        lively(net);
        return new Problem(
                List.of(net),
                net::forward,
                Tensors::crossEntropy,
                images(model, batch, Model.CROP_WIDTH),
                Tensors.randint(0, model.classes(), batch, model.side(), Model.CROP_WIDTH));
    }

    /** Models of PP-OCR, as they are published: inference alone. */
    static Problem text(Model model, int batch) {
        boolean isDetector = model == Model.PPOCR_DETECTOR;
        try {
            OcrModels files = OcrModels.in(OcrModels.folder(System.err::println));
            Layer net = Onnx.load(isDetector ? files.detector() : files.recognizer());
            return new Problem(
                    List.of(net),
                    net::forward,
                    (out, _) -> {
                        throw new UnsupportedOperationException("models of PP-OCR are not trained");
                    },
                    images(model, batch, isDetector ? model.side() : Model.LINE_WIDTH).tanh(),
                    Tensors.zeros(1));
        } catch (IOException e) {
            throw new UncheckedIOException(e.getMessage(), e);
        }
    }

    private static Tensor images(Model model, int batch, int width) {
        return Tensors.randn(batch, model.channels(), model.side(), width);
    }

    /**
     * Weights with which activations keep their size through all layers and every parameter matters; a new network's
     * logits may be zeros, or vanish where batch norm is in evaluation mode.
     */
    private static <B extends Block> B lively(B net) {
        try (var _ = Autograd.noGrad()) {
            for (Tensor p : net.parameters()) {
                Tensor noise = Tensors.randn(p.shape().dims());
                boolean isConvolution = p.dim() == 4;
                if (isConvolution || p.dim() == 2) {
                    p.copy_(noise.mul(Math.sqrt((isConvolution ? 2.0 : 1.0) * p.size(0) / p.numel())));
                } else {
                    p.add_(noise.mul(SPREAD));
                }
            }
        }
        return net;
    }
}
