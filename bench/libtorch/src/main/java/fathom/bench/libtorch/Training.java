package fathom.bench.libtorch;

import fathom.bench.protocol.Side.Task;
import fathom.bench.work.Model;
import fathom.bench.work.ModelWork.Inference;
import fathom.bench.work.ModelWork.TrainingStep;
import fathom.bench.work.Row.LibtorchMode;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.SGD;
import org.bytedeco.pytorch.SGDOptions;
import org.bytedeco.pytorch.SequentialImpl;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** Steps of whole models. */
final class Training {
    private static final double RATE = 0.01;

    private Training() {}

    static Task step(TrainingStep w, LibtorchMode mode) {
        SequentialImpl net = net(w.model());
        TensorVector parameters = net.parameters();
        Modes.layout(parameters, mode);
        Tensor x = Modes.layout(input(w.model(), w.batch()), mode);
        Tensor y = torch.randint(Model.CLASSES, new long[] {w.batch()});
        var sgd = new SGD(parameters, new SGDOptions(RATE));
        return () -> {
            try (var _ = new PointerScope()) {
                Tensor loss = Modes.in(mode, () -> torch.cross_entropy_loss(net.forward(x), y));
                sgd.zero_grad();
                loss.backward();
                sgd.step();
            }
        };
    }

    static Task inference(Inference w, LibtorchMode mode) {
        SequentialImpl net = net(w.model());
        net.eval();
        Modes.layout(net.parameters(), mode);
        Tensor x = Modes.layout(input(w.model(), w.batch()), mode);
        return () -> {
            try (var _ = new PointerScope();
                    var _ = new NoGradGuard()) {
                Modes.in(mode, () -> net.forward(x));
            }
        };
    }

    private static SequentialImpl net(Model model) {
        return switch (model) {
            case MLP -> Networks.mlp();
            case LENET -> Networks.lenet();
            case ALEXNET, VGG11, RESNET18, GRU, TRANSFORMER ->
                    throw new UnsupportedOperationException("libtorch's " + model + " is not written yet");
        };
    }

    private static Tensor input(Model model, int batch) {
        return torch.randn(batch, 1, model.side(), model.side());
    }
}
