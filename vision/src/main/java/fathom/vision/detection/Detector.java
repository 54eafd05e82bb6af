package fathom.vision.detection;

import fathom.Autograd;
import fathom.Tensor;
import fathom.nn.Layer;
import fathom.vision.transforms.Transforms;
import java.util.List;
import java.util.function.Consumer;

/**
 * A network that finds objects in images.
 *
 * {@snippet :
 * Tensor image = Images.read(Path.of("banana.jpg"));
 * Detections found = detector.detect(image, d -> d.threshold(0.9));
 * }
 *
 * <p>A detector of your own extends this class and says how its predictions become objects ({@link #detections}).
 */
public abstract class Detector extends Layer {
    private final transient List<String> classes;

    /**
     * A detector of some classes.
     *
     * @param classes their names, without background
     */
    protected Detector(List<String> classes) {
        if (classes.isEmpty()) {
            throw new IllegalArgumentException("a detector needs at least one class");
        }
        this.classes = List.copyOf(classes);
    }

    /** {@return the names of the classes, by index, without background} */
    public final List<String> classes() {
        return classes;
    }

    /**
     * {@return the objects in each image of a batch, with boxes in its pixels} Called in evaluation mode, without
     * recording gradients.
     *
     * @param images {@code [N, 3, H, W]}, as the network takes them
     */
    public abstract List<Detections> detections(Tensor images, DetectOptions options);

    /**
     * Boxes that may hold objects, before those that overlap are suppressed.
     *
     * @param boxes corners as fractions of the image, {@code [N, A, 4]}
     * @param scores the confidence of each class, from 0 to 1, {@code [N, A, classes]}
     */
    public record Candidates(Tensor boxes, Tensor scores) {}

    /**
     * {@return all boxes with their scores, by tensor operations alone: what is exported to ONNX} Non-maximum
     * suppression is left to who uses them.
     *
     * @param images {@code [N, 3, H, W]}, as for {@link #detections}
     * @throws UnsupportedOperationException if the number of boxes depends on the image, as with two stages; by default
     */
    public Candidates candidates(Tensor images) {
        throw new UnsupportedOperationException(
                "%s has no candidates before suppression: which boxes it has depends on the image; one-stage detectors have: TinySSD, SSD300, RetinaNet, FCOS"
                        .formatted(getClass().getSimpleName()));
    }

    /**
     * {@return an image as the network takes it: float32 {@code [3, h, w]}, the whole image in another size}
     *
     * @param image float32 in [0, 1], {@code [3, H, W]}
     */
    protected Tensor prepare(Tensor image) {
        return image;
    }

    /** {@return the objects in an image, of a confidence of at least 0.5} */
    public final Detections detect(Tensor image) {
        return detect(image, o -> {});
    }

    /**
     * {@return the objects in an image, computed in evaluation mode}
     *
     * @param image uint8 or float32 in [0, 1], {@code [3, H, W]}, or {@code [1, H, W]} if it is grey
     * @throws IllegalArgumentException if it has another shape
     */
    public final Detections detect(Tensor image, Consumer<DetectOptions> options) {
        if (image.dim() != 3 || image.size(0) != 1 && image.size(0) != 3 || image.numel() == 0) {
            throw new IllegalArgumentException(
                    "detect: expected an image of shape [3, H, W] or [1, H, W], got " + image.shape());
        }
        var o = new DetectOptions();
        options.accept(o);
        boolean mode = isTraining();
        if (mode) {
            eval();
        }
        try (var _ = Autograd.noGrad()) {
            Tensor x = prepare(Transforms.toFloat().apply(Transforms.rgb().apply(image)));
            if (!parameters().isEmpty()) {
                Tensor like = parameters().getFirst();
                x = x.to(like.device()).to(like.dtype());
            }
            Detections found = detections(x.unsqueeze(0), o).getFirst();
            double sx = (double) image.size(2) / x.size(2);
            double sy = (double) image.size(1) / x.size(1);
            if (sx == 1 && sy == 1) {
                return found;
            }
            Tensor scale = found.boxes().newTensor(new double[] {sx, sy, sx, sy}, found.boxes().dtype());
            return new Detections(found.boxes().mul(scale), found.classes(), found.scores(), classes);
        } finally {
            if (mode) {
                train();
            }
        }
    }
}
