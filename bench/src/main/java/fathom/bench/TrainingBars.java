package fathom.bench;

import fathom.Scope;
import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.Layer;
import fathom.optim.Optimizer;
import fathom.optim.SGD;
import fathom.vision.models.Models;
import java.io.PrintStream;

/** Whole training steps on synthetic images: forward, loss, backward, update. */
final class TrainingBars {
    private final Rounds rounds;
    private final PrintStream out;

    TrainingBars(Rounds rounds, PrintStream out) {
        this.rounds = rounds;
        this.out = out;
    }

    /** Prints examples per second of a model of 28 x 28 images, in a plain loop and in one with scopes. */
    void step(String model, int batch) {
        Tensors.manualSeed(0);
        Tensor x = Tensors.rand(batch, 1, 28, 28);
        Tensor y = Tensors.randint(10, batch);
        Layer net = (Layer) Models.create(model);
        Optimizer sgd = new SGD(net.parameters(), 0.1);
        Rounds.Time[] times =
                rounds.measure(
                        () -> step(net, sgd, x, y),
                        () -> {
                            try (var scope = Scope.open()) {
                                step(net, sgd, x, y);
                            }
                        });
        out.printf(
                "train %s, batch %d  plain loop %,.0f examples/s   with scopes %,.0f examples/s%n",
                model, batch, times[0].rate(batch), times[1].rate(batch));
    }

    private static void step(Layer net, Optimizer optimizer, Tensor x, Tensor y) {
        Tensor loss = Tensors.crossEntropy(net.forward(x), y);
        optimizer.zeroGrad();
        loss.backward();
        optimizer.step();
    }
}
