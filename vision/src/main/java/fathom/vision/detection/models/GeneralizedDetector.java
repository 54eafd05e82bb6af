package fathom.vision.detection.models;

import fathom.Autograd;
import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.io.StateDict;
import fathom.nn.LoadOptions;
import fathom.vision.detection.DetectOptions;
import fathom.vision.detection.Detections;
import fathom.vision.detection.Detector;
import fathom.vision.detection.regions.BoxPredictions;
import fathom.vision.detection.regions.BoxTarget;
import fathom.vision.detection.regions.GeneralizedRCNNTransform;
import fathom.vision.detection.regions.ImageBatch;
import fathom.vision.detection.regions.ImageSize;
import fathom.vision.detection.regions.PaddedTargets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * A detector of torchvision: takes images of any sizes, which it normalises and resizes itself, and boxes in their
 * pixels.
 *
 * {@snippet :
 * var net = RetinaNet.retinanet_resnet50_fpn();
 * net.loadTorchvision(StateDict.load(Path.of("retinanet_resnet50_fpn_coco-eeacb38b.pth")));
 * Detections found = net.detect(image, d -> d.threshold(0.6));
 * }
 *
 * <p>Labels of torchvision begin at 1, since 0 is background; those of {@link Detections} at 0.
 */
public abstract class GeneralizedDetector extends Detector {
    /** The classes of COCO in torchvision, with background and unused identifiers. */
    private static final int COCO_CLASSES = 91;

    /** What norms add to the variance. */
    private static final double EPS = 1e-5;

    private final transient GeneralizedRCNNTransform transform;
    private final transient Selection selection;

    GeneralizedDetector(List<String> classes, GeneralizedRCNNTransform transform, Selection selection) {
        super(classes);
        this.transform = transform;
        this.selection = selection;
    }

    /** {@return the number of classes with background, as torchvision counts them} */
    public final int numClasses() {
        return classes().size() + 1;
    }

    // ---- training -------------------------------------------------------------------------------------------------

    /**
     * {@return the losses by torchvision's names; their sum is to be minimised}
     *
     * @param images floating-point {@code [3, H, W]} in [0, 1], of any sizes
     * @param targets the objects of each, in its pixels
     */
    public final Map<String, Tensor> losses(List<Tensor> images, List<BoxTarget> targets) {
        ImageBatch batch = transform.batch(images);
        return losses(batch, transform.targets(images, targets, batch.tensors().dtype()));
    }

    /**
     * {@return the losses for a batch of a {@link fathom.vision.detection.BoxDataset}}
     *
     * @param images {@code [N, 3, H, W]} in [0, 1]
     * @param labels {@code [N, M, 5]}: class from 0, then the box as fractions of the image; rows with a negative class
     *     are padding
     */
    public final Map<String, Tensor> losses(Tensor images, Tensor labels) {
        ImageBatch batch = transform.batch(images);
        return losses(batch, PaddedTargets.of(labels, batch.sizes().getFirst(), batch.tensors().dtype()));
    }

    abstract Map<String, Tensor> losses(ImageBatch batch, PaddedTargets targets);

    /** {@return the training of this network} */
    public final DetectorLossTask task() {
        return new DetectorLossTask(this);
    }

    // ---- prediction -----------------------------------------------------------------------------------------------

    /**
     * {@return the objects in images, as torchvision's model returns them in evaluation mode}
     *
     * @param images floating-point {@code [3, H, W]} in [0, 1], of any sizes
     */
    public final List<BoxPredictions> predictions(List<Tensor> images) {
        try (var _ = Autograd.noGrad()) {
            ImageBatch batch = transform.batch(images);
            List<BoxPredictions> found = predictions(batch, selection);
            var moved = new ArrayList<BoxPredictions>();
            for (int i = 0; i < found.size(); i++) {
                Tensor image = images.get(i);
                var to = new ImageSize((int) image.size(1), (int) image.size(2));
                moved.add(moved(found.get(i), batch.sizes().get(i), to));
            }
            return moved;
        }
    }

    private static BoxPredictions moved(BoxPredictions p, ImageSize from, ImageSize to) {
        return new BoxPredictions(GeneralizedRCNNTransform.resizeBoxes(p.boxes(), from, to), p.scores(), p.labels());
    }

    abstract List<BoxPredictions> predictions(ImageBatch batch, Selection how);

    @Override
    public List<Detections> detections(Tensor images, DetectOptions options) {
        ImageBatch batch = transform.batch(images);
        var to = new ImageSize((int) images.size(2), (int) images.size(3));
        var found = new ArrayList<Detections>();
        for (BoxPredictions p : predictions(batch, selection.with(options))) {
            BoxPredictions m = moved(p, batch.sizes().getFirst(), to);
            Tensor objects = m.labels().ge(1).nonzero().squeeze(1);
            found.add(
                    new Detections(
                            m.boxes().indexSelect(0, objects),
                            m.labels().indexSelect(0, objects).sub(1),
                            m.scores().indexSelect(0, objects),
                            classes()));
        }
        return found;
    }

    @Override
    public final Candidates candidates(Tensor images) {
        ImageBatch batch = transform.batch(images);
        Candidates found = candidates(batch);
        ImageSize size = batch.sizes().getFirst();
        double[] sides = {size.width(), size.height(), size.width(), size.height()};
        Tensor boxes = found.boxes().div(found.boxes().newTensor(sides, found.boxes().dtype())).clamp(0, 1);
        return new Candidates(boxes, found.scores().narrow(2, 1, classes().size()));
    }

    /** {@return the boxes in pixels of the prepared images, with scores of all labels, background among them} */
    Candidates candidates(ImageBatch batch) {
        return super.candidates(batch.tensors());
    }

    /**
     * {@return the raw predictions of the heads by torchvision's names, {@code [N, A, ...]}, of images of any sizes}
     */
    public final Map<String, Tensor> headOutputs(List<Tensor> images) {
        return outputs(transform.batch(images).tensors());
    }

    /** {@return the raw predictions for prepared images} */
    abstract Map<String, Tensor> outputs(Tensor x);

    /**
     * {@return the raw predictions for each anchor of images of one size, {@code [N, A, K]}}
     *
     * @param x {@code [N, 3, H, W]} in [0, 1]
     */
    @Override
    public Tensor forward(Tensor x) {
        return Tensors.cat(List.copyOf(outputs(transform.batch(x).tensors()).values()), 2);
    }

    /** {@return predictions [N, A k, H, W] by anchor: [N, H W A, k]} */
    static Tensor perAnchor(Tensor x, int k) {
        return x.permute(0, 2, 3, 1).reshape(x.size(0), x.size(1) / k * x.size(2) * x.size(3), k);
    }

    /** {@return 1 at the label of each anchor, [B, A, classes], zeros where the mask is false} */
    static Tensor oneHot(Tensor labels, Tensor mask, Tensor like) {
        long n = like.size(2);
        Tensor kind = like.device().with(() -> Tensors.arange(n));
        return kind.eq(labels.unsqueeze(2)).logicalAnd(mask.unsqueeze(2)).to(like.dtype());
    }

    // ---- weights --------------------------------------------------------------------------------------------------

    /**
     * Loads a file of torchvision for this network, strictly. Names of its earlier versions are changed, and the
     * numbers of batches that frozen norms do not have are left out. The norms of its first files of COCO, of RetinaNet
     * and Faster R-CNN on a ResNet-50, were trained without an epsilon, which is subtracted from their variances.
     *
     * @throws IllegalArgumentException listing the names that do not fit; nothing is changed then
     */
    public final void loadTorchvision(StateDict state) {
        loadTorchvision(state, o -> {});
    }

    /** As {@link #loadTorchvision(StateDict)}, with further options, such as of other numbers of classes. */
    public final void loadTorchvision(StateDict state, Consumer<LoadOptions> options) {
        boolean hasCounts = stateDict().names().stream().anyMatch(n -> n.endsWith("num_batches_tracked"));
        loadStateDict(
                state,
                o -> {
                    if (!hasCounts) {
                        o.filter(n -> !n.endsWith("num_batches_tracked"));
                    }
                    o.rename(GeneralizedDetector::currentName);
                    options.accept(o);
                });
        if (hasNormsWithoutEps(state)) {
            removeEps();
        }
    }

    /** {@return whether torchvision's norms have no epsilon with this file, one of its two of 2019} */
    private boolean hasNormsWithoutEps(StateDict state) {
        Tensor rpn = state.get("roi_heads.box_predictor.cls_score.bias");
        Tensor dense = state.get("head.classification_head.cls_logits.bias");
        boolean isOfCoco =
                this instanceof FasterRCNN && rpn != null && rpn.numel() == COCO_CLASSES
                        || this instanceof RetinaNet && dense != null && dense.numel() == 9 * COCO_CLASSES;
        return isOfCoco
                && state.contains("backbone.body.layer4.2.conv3.weight")
                && state.names().stream().anyMatch(n -> !currentName(n).equals(n));
    }

    /** Subtracts from variances what norms add to them. */
    private void removeEps() {
        try (var _ = Autograd.noGrad()) {
            namedBuffers()
                    .forEach((name, t) -> {
                        if (name.endsWith("running_var")) {
                            t.sub_(EPS);
                        }
                    });
        }
    }

    /** {@return the name of a parameter since torchvision 0.13} */
    static String currentName(String name) {
        String fpn =
                name.replaceFirst("\\.fpn\\.(inner|layer)_blocks\\.(\\d+)\\.(weight|bias)$", ".fpn.$1_blocks.$2.0.$3");
        String rpn = fpn.replaceFirst("^rpn\\.head\\.conv\\.(weight|bias)$", "rpn.head.conv.0.0.$1");
        return RetinaNetHead.currentName(rpn);
    }

    final DType type() {
        return parameters().getFirst().dtype();
    }
}
