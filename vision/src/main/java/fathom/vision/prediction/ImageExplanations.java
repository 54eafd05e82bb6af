package fathom.vision.prediction;

import fathom.Autograd;
import fathom.Device;
import fathom.Tensor;
import fathom.interop.onnx.OnnxModel;
import fathom.nn.Layer;
import fathom.plot.Colormap;
import fathom.plot.Plot;
import fathom.train.recipe.ExplanationOptions;
import fathom.train.recipe.RecipeException;
import fathom.vision.explain.AttentionRollout;
import fathom.vision.explain.Attentive;
import fathom.vision.explain.Attribution;
import fathom.vision.explain.Explainer;
import fathom.vision.explain.GradCam;
import fathom.vision.explain.HeatOverlay;
import fathom.vision.explain.IntegratedGradients;
import fathom.vision.explain.Occlusion;
import fathom.vision.explain.Saliency;
import fathom.vision.explain.SmoothGrad;
import fathom.vision.prediction.ImagePredictions.Input;
import fathom.vision.prediction.ImagePredictions.Shown;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;

/** Explains an image classifier's predictions, as text lines and as a page of pictures with maps over them. */
public final class ImageExplanations {
    private static final String GRAD_CAM = "grad-cam";
    private static final String INTEGRATED_GRADIENTS = "integrated-gradients";
    private static final String OCCLUSION = "occlusion";
    private static final String ROLLOUT = "attention-rollout";

    /** The methods by name. */
    private static final List<String> METHODS =
            List.of(GRAD_CAM, "saliency", "smooth-grad", INTEGRATED_GRADIENTS, OCCLUSION, ROLLOUT);

    /** The number of images on the page. */
    private static final int MOST = 50;

    private static final int PER_IMAGE = 3;
    private static final int CELL = 150;

    private final List<String> classes;
    private final ExplanationOptions options;
    private final UnaryOperator<Tensor> picture;
    private final int label;

    /**
     * @param classes the names of the classes
     * @param picture from the network's input, [C, H, W], to a picture from 0 to 1
     * @throws RecipeException if there is no such method or class
     */
    public ImageExplanations(List<String> classes, ExplanationOptions options, UnaryOperator<Tensor> picture) {
        this.classes = classes;
        this.options = options;
        this.picture = picture;
        this.label = options.labelIn(classes);
        if (!METHODS.contains(options.method())) {
            throw new RecipeException(
                    "method", "there is no %s; there are %s".formatted(options.method(), String.join(", ", METHODS)));
        }
        if (options.layer() != null && !options.method().equals(GRAD_CAM)) {
            throw new RecipeException("layer", "only " + GRAD_CAM + " looks at an inner layer");
        }
    }

    private Explainer explainer(String layer) {
        return switch (options.method()) {
            case GRAD_CAM -> new GradCam(o -> o.layer(layer));
            case "saliency" -> new Saliency();
            case "smooth-grad" -> new SmoothGrad();
            case INTEGRATED_GRADIENTS -> new IntegratedGradients();
            case OCCLUSION -> new Occlusion();
            default -> new AttentionRollout();
        };
    }

    /**
     * Explains each image and writes the page. Files that cannot be read are reported and left out.
     *
     * @return the lines
     */
    public List<String> of(Layer net, List<Input> inputs) throws IOException {
        if (options.method().equals(ROLLOUT) && !(net instanceof Attentive)) {
            throw new RecipeException("method", "only vision transformers have attention to roll out");
        }
        var pictures = new ArrayList<Tensor>();
        var labels = new ArrayList<String>();
        var lines = new ArrayList<String>();
        for (Input input : inputs.subList(0, Math.min(MOST, inputs.size()))) {
            Shown shown;
            try {
                shown = input.reader().read();
            } catch (IOException e) {
                options.warn().accept(e.getMessage());
                continue;
            }
            explain(net, input.name(), shown.input(), pictures, labels, lines);
        }
        if (pictures.isEmpty()) {
            return lines;
        }
        Plot.images(pictures, o -> o.columns(PER_IMAGE).cell(CELL).labels(labels)).save(options.page());
        lines.add(
                "pictures: %s%s"
                        .formatted(
                                options.page(),
                                inputs.size() > MOST
                                        ? String.format(Locale.ROOT, ", the first %d of %d", MOST, inputs.size())
                                        : ""));
        return lines;
    }

    private void explain(
            Layer net, String name, Tensor input, List<Tensor> pictures, List<String> labels, List<String> lines) {
        Tensor x = input.unsqueeze(0).to(device(net));
        float[] p;
        try (var _ = Autograd.noGrad()) {
            p = probabilities(net.call(x)).select(0, 0).toFloatArray();
        }
        int best = 0;
        for (int k = 1; k < p.length; k++) {
            best = p[k] > p[best] ? k : best;
        }
        int explained = label < 0 ? best : label;
        String layer = layer(net, x);
        Attribution a = explainer(layer).explain(net, x, explained);
        Tensor map = (isSigned() ? a.evidence() : a.map()).select(0, 0).cpu();
        Tensor seen = picture.apply(input);
        pictures.addAll(List.of(seen, Colormap.SPECTRUM.of(HeatOverlay.scaled(map)), HeatOverlay.of(seen, map)));
        labels.addAll(
                List.of(classes.get(best) + probability(p[best]), options.method(), "for " + classes.get(explained)));
        lines.add(
                "%s: %s%s; %s%s for %s%s%s"
                        .formatted(
                                name,
                                classes.get(best),
                                probability(p[best]),
                                options.method(),
                                layer.isEmpty() ? "" : " of layer " + layer,
                                classes.get(explained),
                                explained == best ? "" : probability(p[explained]),
                                sums(a)));
    }

    private static Device device(Layer net) {
        return net.parameters().isEmpty() ? Device.CPU : net.parameters().getFirst().device();
    }

    /** {@return the probabilities for logits; themselves if they are that already, as some ONNX models return them} */
    private static Tensor probabilities(Tensor y) {
        boolean areProbabilities = y.min().item() >= 0 && Math.abs(y.sum(1).select(0, 0).item() - 1) < 1e-3;
        return areProbabilities ? y : y.softmax(1);
    }

    /** {@return the layer that Grad-CAM looks at; empty for other methods} */
    private String layer(Layer net, Tensor x) {
        if (!options.method().equals(GRAD_CAM)) {
            return "";
        }
        String layer = options.layer();
        if (layer == null) {
            return GradCam.lastConvolution(net, x);
        }
        if (net instanceof OnnxModel) {
            return layer;
        }
        try {
            net.block(layer, Layer.class);
        } catch (IllegalArgumentException e) {
            throw new RecipeException("layer", String.valueOf(e.getMessage()));
        }
        return layer;
    }

    /** {@return whether negative values of the method mean that a pixel lowers the score} */
    private boolean isSigned() {
        return options.method().equals(INTEGRATED_GRADIENTS) || options.method().equals(OCCLUSION);
    }

    private static String sums(Attribution a) {
        Tensor baseline = a.baselineScores();
        return baseline == null
                ? ""
                : String.format(
                        Locale.ROOT,
                        "; the values sum to %.3f, the score exceeds that of the baseline by %.3f",
                        a.values().sum().item(),
                        a.scores().sub(baseline).item());
    }

    private static String probability(float p) {
        return String.format(Locale.ROOT, " %.3f", p);
    }
}
