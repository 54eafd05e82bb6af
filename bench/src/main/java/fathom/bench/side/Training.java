package fathom.bench.side;

import fathom.Autograd;
import fathom.Scope;
import fathom.Tensor;
import fathom.Tensors;
import fathom.bench.protocol.Side.Task;
import fathom.bench.work.Model;
import fathom.bench.work.ModelWork.Inference;
import fathom.bench.work.ModelWork.TrainingStep;
import fathom.nn.Layer;
import fathom.optim.SGD;
import fathom.vision.models.Models;

/** Steps of whole models, in a scope each, as the trainer takes them. */
final class Training {
    private static final double RATE = 0.01;

    private Training() {}

    static Task step(TrainingStep w) {
        Layer net = net(w.model());
        Tensor x = input(w.model(), w.batch());
        Tensor y = Tensors.randint(Model.CLASSES, w.batch());
        var sgd = new SGD(net.parameters(), RATE);
        return () -> {
            try (var _ = Scope.open()) {
                Tensor loss = Tensors.crossEntropy(net.forward(x), y);
                sgd.zeroGrad();
                loss.backward();
                sgd.step();
            }
        };
    }

    static Task inference(Inference w) {
        Layer net = net(w.model()).eval();
        Tensor x = input(w.model(), w.batch());
        return () -> {
            try (var _ = Scope.open();
                    var _ = Autograd.noGrad()) {
                net.forward(x);
            }
        };
    }

    private static Layer net(Model model) {
        return switch (model) {
            case MLP -> Models.create("mlp");
            case LENET -> Models.create("lenet");
            case ALEXNET, VGG11, RESNET18, GRU, TRANSFORMER ->
                    throw new UnsupportedOperationException("Fathom has no " + model + " yet");
        };
    }

    private static Tensor input(Model model, int batch) {
        return Tensors.randn(batch, 1, model.side(), model.side());
    }
}
