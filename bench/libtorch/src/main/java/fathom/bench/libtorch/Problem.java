package fathom.bench.libtorch;

import fathom.bench.work.Model;
import fathom.bench.work.Row.LibtorchMode;
import java.util.List;
import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.GRUImpl;
import org.bytedeco.pytorch.GRUOptions;
import org.bytedeco.pytorch.LinearImpl;
import org.bytedeco.pytorch.Module;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.SequentialImpl;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * A model with a batch and its targets.
 *
 * @param modules the modules with parameters
 * @param forward from the batch to the model's output
 * @param loss from the output and the targets
 * @param x the batch
 * @param y the targets
 */
record Problem(List<Module> modules, UnaryOperator<Tensor> forward, BinaryOperator<Tensor> loss, Tensor x, Tensor y) {

    static Problem of(Model model, int batch, LibtorchMode mode) {
        Problem problem = unchecked(model, batch, mode);
        TensorVector parameters = problem.parameters(LibtorchMode.DEFAULT);
        long count = 0;
        for (long i = 0; i < parameters.size(); i++) {
            count += parameters.get(i).numel();
        }
        model.checkParameters(count);
        return problem;
    }

    private static Problem unchecked(Model model, int batch, LibtorchMode mode) {
        return switch (model) {
            case MLP -> images(Networks.mlp(), model, batch);
            case LENET -> images(Networks.lenet(), model, batch);
            case ALEXNET -> images(Networks.alexnet(), model, batch);
            case VGG11 -> images(Networks.vgg11(), model, batch);
            case RESNET18 -> {
                var net = new ResNet18();
                yield images(net.modules(), net::forward, model, batch);
            }
            case GRU -> characters(batch);
            case TRANSFORMER -> Transformer.problem(batch, mode);
            case RESNET50 -> images(ResNet.resnet50(model.classes()), model, batch);
            case MOBILENET_V2 -> images(new MobileNetV2(model.classes()), model, batch);
            case EFFICIENTNET_B0 -> images(new EfficientNet(model.classes()), model, batch);
            case VIT_B_16 -> images(VisionTransformer.b16(model.side(), model.classes()), model, batch);
            case VIT_TINY -> images(VisionTransformer.tiny(model.side(), model.classes()), model, batch);
            case CONVNEXT_TINY -> images(new ConvNeXt(model.classes()), model, batch);
            case SWIN_T -> images(new SwinTransformer(model.side(), model.classes()), model, batch);
            case TINYSSD -> detector(model, batch);
            case FCN -> segmentation(model, batch);
            case PPOCR_DETECTOR, PPOCR_RECOGNISER ->
                    throw new UnsupportedOperationException("there is no libtorch program of PP-OCR");
        };
    }

    /** {@return the parameters, in the mode's layout} */
    TensorVector parameters(LibtorchMode mode) {
        var all = new TensorVector();
        for (Module m : modules) {
            TensorVector some = m.parameters();
            Modes.layout(some, mode);
            for (long i = 0; i < some.size(); i++) {
                all.push_back(some.get(i));
            }
        }
        return all;
    }

    /** {@return the batch, in the mode's layout} */
    Tensor input(LibtorchMode mode) {
        return x.dim() == 4 ? Modes.layout(x, mode) : x;
    }

    private static Problem images(SequentialImpl net, Model model, int batch) {
        return images(List.of(net), net::forward, model, batch);
    }

    private static Problem images(Net net, Model model, int batch) {
        return images(lively(net).modules(), net::forward, model, batch);
    }

    /** Anchors with drawn targets, as on Fathom's side. */
    private static Problem detector(Model model, int batch) {
        var net = lively(new TinySSD(model.classes()));
        Tensor x = torch.randn(batch, model.channels(), model.side(), model.side());
        Tensor out = net.forward(x.narrow(0, 0, 1));
        long anchors = out.size(1);
        Tensor offsets = torch.randn(batch, anchors, 4);
        return new Problem(
                net.modules(),
                net::forward,
                (y, labels) ->
                        torch.cross_entropy_loss(y.narrow(2, 0, model.classes()).flatten(0, 1), labels)
                                .add(torch.l1_loss(y.narrow(2, model.classes(), 4), offsets)),
                x,
                torch.randint(model.classes(), new long[] {batch * anchors}));
    }

    private static Problem segmentation(Model model, int batch) {
        var net = lively(new FCN(model.classes()));
        return new Problem(
                net.modules(),
                net::forward,
                torch::cross_entropy_loss,
                torch.randn(batch, model.channels(), model.side(), Model.CROP_WIDTH),
                torch.randint(model.classes(), new long[] {batch, model.side(), Model.CROP_WIDTH}));
    }

    /** Weights with which activations keep their size through all layers, as on Fathom's side. */
    private static <N extends Net> N lively(N net) {
        try (var _ = new NoGradGuard()) {
            for (Module m : net.modules()) {
                TensorVector parameters = m.parameters();
                for (long i = 0; i < parameters.size(); i++) {
                    Tensor p = parameters.get(i);
                    Tensor noise = torch.randn_like(p);
                    boolean isConvolution = p.dim() == 4;
                    if (isConvolution || p.dim() == 2) {
                        double deviation = Math.sqrt((isConvolution ? 2.0 : 1.0) * p.size(0) / p.numel());
                        p.copy_(noise.mul(new Scalar(deviation)));
                    } else {
                        p.add_(noise.mul(new Scalar(0.1)));
                    }
                }
            }
        }
        return net;
    }

    private static Problem images(List<Module> modules, UnaryOperator<Tensor> forward, Model model, int batch) {
        return new Problem(
                modules,
                forward,
                torch::cross_entropy_loss,
                torch.randn(batch, model.channels(), model.side(), model.side()),
                torch.randint(model.classes(), new long[] {batch}));
    }

    /** One-hot characters in time-major order, as in the course. */
    private static Problem characters(int batch) {
        var gru = new GRUImpl(new GRUOptions(Model.VOCABULARY, Model.HIDDEN));
        var linear = new LinearImpl(Model.HIDDEN, Model.VOCABULARY);
        Tensor characters = torch.randint(Model.VOCABULARY, new long[] {Model.STEPS, batch});
        return new Problem(
                List.of(gru, linear),
                in -> linear.forward(gru.forward(in).get0().reshape(-1, Model.HIDDEN)),
                torch::cross_entropy_loss,
                torch.one_hot(characters, Model.VOCABULARY).to(torch.ScalarType.Float),
                torch.randint(Model.VOCABULARY, new long[] {(long) Model.STEPS * batch}));
    }
}
