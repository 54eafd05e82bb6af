package fathom.vision.style;

import fathom.Autograd;
import fathom.Captured;
import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.optim.Adam;
import fathom.optim.StepLR;
import fathom.vision.transforms.Transforms;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * Neural style transfer (Gatys, Ecker and Bethge, 2016): the pixels of a picture are optimised until its features in a
 * trained network are those of one image and their correlations those of another. Steps are captured.
 *
 * {@snippet :
 * var transfer = new StyleTransfer(StyleFeatures.vgg19(Path.of("vgg19-dcbb9e9d.pth")), o -> o.steps(500));
 * Tensor picture = transfer.apply(Images.read(Path.of("rainier.jpg")), Images.read(Path.of("autumn-oak.jpg")));
 * }
 *
 * @see <a href="https://d2l.ai/chapter_computer-vision/neural-style.html">Dive into Deep Learning, Neural Style
 *     Transfer</a>
 */
public final class StyleTransfer {
    private static final double[] MEAN = {0.485, 0.456, 0.406};
    private static final double[] STD = {0.229, 0.224, 0.225};
    private static final double DECAY = 0.8;

    private final StyleFeatures features;
    private final Options options = new Options();
    private final StyleFeatures.Weights weights;

    /** With the given features, and options. */
    public StyleTransfer(StyleFeatures features, Consumer<Options> options) {
        this.features = features;
        options.accept(this.options);
        StyleFeatures.Weights own = features.weights();
        weights =
                new StyleFeatures.Weights(
                        orElse(this.options.contentWeight, own.content()),
                        orElse(this.options.styleWeight, own.style()),
                        orElse(this.options.tvWeight, own.totalVariation()));
    }

    private static double orElse(double weight, double otherwise) {
        return Double.isNaN(weight) ? otherwise : weight;
    }

    /** With the given features. */
    public StyleTransfer(StyleFeatures features) {
        this(features, o -> {});
    }

    /**
     * The losses after some steps, each with its weight.
     *
     * @param step counted from 1
     */
    public record Progress(int step, double content, double style, double totalVariation) {
        /** {@return {@code step 10: content 1.234, style 0.567, tv 0.123}} */
        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT, "step %d: content %.3f, style %.3f, tv %.3f", step, content, style, totalVariation);
        }
    }

    /** Options of style transfer, with the course's defaults. */
    public static final class Options {
        private int steps = 500;
        private double lr = 0.3;
        private int decayEvery = 50;
        private double contentWeight = Double.NaN;
        private double styleWeight = Double.NaN;
        private double tvWeight = Double.NaN;
        private int reportEvery = 10;
        private Consumer<Progress> report = p -> {};

        private Options() {}

        /** The number of steps; 500 unless set. */
        public Options steps(int steps) {
            this.steps = (int) above("steps", steps);
            return this;
        }

        /** The learning rate of Adam; 0.3 unless set. */
        public Options lr(double lr) {
            this.lr = above("lr", lr);
            return this;
        }

        /** The number of steps after which the learning rate is multiplied by 0.8, again and again; 50 unless set. */
        public Options decayEvery(int steps) {
            this.decayEvery = (int) above("decayEvery", steps);
            return this;
        }

        /** The weight of the content loss; that of the features unless set, 1 for VGG-19. */
        public Options contentWeight(double weight) {
            this.contentWeight = notNegative("contentWeight", weight);
            return this;
        }

        /** The weight of the style loss of each layer; that of the features unless set, 10,000 for VGG-19. */
        public Options styleWeight(double weight) {
            this.styleWeight = notNegative("styleWeight", weight);
            return this;
        }

        /** The weight of the total variation; that of the features unless set, 10 for VGG-19. */
        public Options tvWeight(double weight) {
            this.tvWeight = notNegative("tvWeight", weight);
            return this;
        }

        /** Receives the losses every 10 steps; no one unless set. */
        public Options report(Consumer<Progress> report) {
            return report(reportEvery, report);
        }

        /** Receives the losses after every so many steps. */
        public Options report(int every, Consumer<Progress> report) {
            this.reportEvery = (int) above("report", every);
            this.report = report;
            return this;
        }

        private static double above(String name, double value) {
            if (!(value > 0) || Double.isInfinite(value)) {
                throw new IllegalArgumentException("StyleTransfer: %s must be above 0, is %s".formatted(name, value));
            }
            return value;
        }

        private static double notNegative(String name, double value) {
            if (!(value >= 0) || Double.isInfinite(value)) {
                throw new IllegalArgumentException(
                        "StyleTransfer: %s must not be negative, is %s".formatted(name, value));
            }
            return value;
        }
    }

    /**
     * {@return the picture: uint8 {@code [3, H, W]}, of the content image's size}
     *
     * @param content the image to show: uint8 {@code [3, H, W]} or {@code [1, H, W]}
     * @param style the image whose style to take on, of any size
     */
    public Tensor apply(Tensor content, Tensor style) {
        Tensor start = prepared(content);
        StyleFeatures.Maps ofContent;
        List<Tensor> grams;
        try (var _ = Autograd.noGrad()) {
            ofContent = features.of(start);
            grams = features.of(prepared(style)).style().stream().map(StyleLoss::gram).toList();
        }
        Tensor picture = start.clone().requiresGrad_(true);
        var adam = new Adam(List.of(picture), options.lr);
        var schedule = new StepLR(adam, options.decayEvery, DECAY);
        var step =
                Captured.of(() -> {
                    Tensor losses = losses(picture, ofContent.content(), grams);
                    adam.zeroGrad();
                    losses.sum().backward();
                    adam.step();
                    return losses.detach();
                });
        for (int i = 1; i <= options.steps; i++) {
            Tensor losses = step.call();
            schedule.step();
            if (i % options.reportEvery == 0 || i == options.steps) {
                double[] l = losses.to(DType.FLOAT64).toDoubleArray();
                options.report.accept(new Progress(i, l[0], l[1], l[2]));
            }
        }
        return finished(picture);
    }

    /** {@return the weighted losses of content, style and total variation: {@code [3]}} */
    private Tensor losses(Tensor picture, List<Tensor> contents, List<Tensor> grams) {
        StyleFeatures.Maps maps = features.of(picture);
        Tensor content = Tensors.zeros(1);
        for (int i = 0; i < contents.size(); i++) {
            content = content.add(StyleLoss.content(maps.content().get(i), contents.get(i)));
        }
        Tensor style = Tensors.zeros(1);
        for (int i = 0; i < grams.size(); i++) {
            style = style.add(StyleLoss.style(maps.style().get(i), grams.get(i)));
        }
        return Tensors.cat(
                List.of(
                        content.mul(weights.content()),
                        style.mul(weights.style()),
                        StyleLoss.totalVariation(picture).mul(weights.totalVariation()).reshape(1)),
                0);
    }

    private Tensor prepared(Tensor image) {
        Tensor x = Transforms.rgb().then(Transforms.normalize(MEAN, STD)).apply(image).unsqueeze(0);
        var parameters = features.layers().parameters();
        return parameters.isEmpty() ? x : x.to(parameters.getFirst().device());
    }

    private static Tensor finished(Tensor picture) {
        Tensor x = picture.detach().squeeze(0);
        Tensor std = Tensors.tensor(STD, DType.FLOAT32).reshape(3, 1, 1).to(x.device());
        Tensor mean = Tensors.tensor(MEAN, DType.FLOAT32).reshape(3, 1, 1).to(x.device());
        return x.mul(std).add(mean).mul(255).round().clamp(0, 255).to(DType.UINT8);
    }
}
