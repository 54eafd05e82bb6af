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

    private static Problem images(List<Module> modules, UnaryOperator<Tensor> forward, Model model, int batch) {
        return new Problem(
                modules,
                forward,
                torch::cross_entropy_loss,
                torch.randn(batch, 1, model.side(), model.side()),
                torch.randint(Model.CLASSES, new long[] {batch}));
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
