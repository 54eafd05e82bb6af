package fathom.bench.side;

import fathom.Tensor;
import fathom.Tensors;
import fathom.bench.work.Model;
import fathom.nn.Block;
import fathom.nn.Layer;
import fathom.nn.Linear;
import fathom.nn.recurrent.GRU;
import fathom.nn.transformer.TransformerEncoderLayer;
import fathom.vision.models.Models;
import fathom.vision.models.VisionTransformer;
import java.util.List;
import java.util.Locale;
import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;

/**
 * A model with a batch and its targets.
 *
 * @param blocks the blocks with parameters
 * @param forward from the batch to the model's output
 * @param loss from the output and the targets
 * @param x the batch
 * @param y the targets
 */
public record Problem(
        List<Block> blocks, UnaryOperator<Tensor> forward, BinaryOperator<Tensor> loss, Tensor x, Tensor y) {

    /**
     * {@return a model with a batch, drawn from the current generator}
     *
     * @param batch the number of examples
     */
    public static Problem of(Model model, int batch) {
        Problem problem = unchecked(model, batch);
        model.checkParameters(problem.parameters().stream().mapToLong(Tensor::numel).sum());
        return problem;
    }

    private static Problem unchecked(Model model, int batch) {
        return switch (model) {
            case MLP -> images("mlp", model, batch);
            case LENET -> images("lenet", model, batch);
            case ALEXNET -> images("course-alexnet", model, batch);
            case VGG11 -> images("course-vgg11", model, batch);
            case RESNET18 -> images("course-resnet18", model, batch);
            case GRU -> characters(batch);
            case TRANSFORMER -> transformer(batch);
            case RESNET50, MOBILENET_V2, EFFICIENTNET_B0, VIT_B_16, CONVNEXT_TINY, SWIN_T ->
                    VisionProblems.classifier(Models.create(model.name().toLowerCase(Locale.ROOT)), model, batch);
            case VIT_TINY ->
                    VisionProblems.classifier(
                            VisionTransformer.vit_tiny(o -> o.imageSize(model.side()).classes(model.classes())),
                            model,
                            batch);
            case TINYSSD -> VisionProblems.detector(model, batch);
            case FCN -> VisionProblems.segmentation(model, batch);
            case PPOCR_DETECTOR, PPOCR_RECOGNISER -> VisionProblems.text(model, batch);
        };
    }

    List<Tensor> parameters() {
        return blocks.stream().flatMap(b -> b.parameters().stream()).toList();
    }

    private static Problem images(String name, Model model, int batch) {
        Layer net = Models.create(name);
        Tensor x = Tensors.randn(batch, 1, model.side(), model.side());
        return new Problem(
                List.of(net), net::forward, Tensors::crossEntropy, x, Tensors.randint(0, model.classes(), batch));
    }

    /** One-hot characters in time-major order, as in the course. */
    private static Problem characters(int batch) {
        var gru = new GRU(Model.VOCABULARY, Model.HIDDEN);
        var linear = new Linear(Model.HIDDEN, Model.VOCABULARY);
        Tensor characters = Tensors.randint(0, Model.VOCABULARY, Model.STEPS, batch);
        Tensor x = Tensors.zeros(Model.STEPS, batch, Model.VOCABULARY).scatter_(2, characters.unsqueeze(2), 1);
        return new Problem(
                List.of(gru, linear),
                in -> linear.forward(gru.forward(in).output().reshape(-1, Model.HIDDEN)),
                Tensors::crossEntropy,
                x,
                Tensors.randint(0, Model.VOCABULARY, (long) Model.STEPS * batch));
    }

    private static Problem transformer(int batch) {
        var layer =
                new TransformerEncoderLayer(
                        Model.WIDTH, Model.HEADS, o -> o.dimFeedforward(Model.FEED_FORWARD).dropout(Model.DROPOUT));
        return new Problem(
                List.of(layer),
                layer::forward,
                Tensors::mseLoss,
                Tensors.randn(Model.TOKENS, batch, Model.WIDTH),
                Tensors.randn(Model.TOKENS, batch, Model.WIDTH));
    }
}
