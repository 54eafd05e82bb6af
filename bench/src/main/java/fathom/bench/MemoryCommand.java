package fathom.bench;

import fathom.Captured;
import fathom.Fathom;
import fathom.Scope;
import fathom.Tensor;
import fathom.Tensors;
import fathom.bench.protocol.ResidentMemory;
import fathom.nn.Layer;
import fathom.optim.SGD;
import fathom.vision.models.Models;
import java.util.Locale;
import java.util.function.BinaryOperator;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Tests whether memory stays constant over many steps: in a loop without scopes, with scopes, and with captured steps.
 */
@Command(
        name = "memory",
        mixinStandardHelpOptions = true,
        description = "Trains LeNet in a loop and prints the process's memory.")
final class MemoryCommand implements Runnable {
    @Option(names = "--steps", paramLabel = "N", description = "Steps. Default: ${DEFAULT-VALUE}.")
    private int steps = 20_000;

    /** The style of the training loop. */
    enum LoopStyle {
        EAGER,
        SCOPED,
        CAPTURED
    }

    @Option(
            names = "--style",
            paramLabel = "STYLE",
            description =
                    "EAGER without scopes, SCOPED with a scope per step, CAPTURED with replayed steps. Default: ${DEFAULT-VALUE}.")
    private LoopStyle style = LoopStyle.EAGER;

    @Option(names = "--batch", paramLabel = "N", description = "Images per step. Default: ${DEFAULT-VALUE}.")
    private int batch = 64;

    @Override
    public void run() {
        Tensors.manualSeed(0);
        Tensor x = Tensors.rand(batch, 1, 28, 28);
        Tensor y = Tensors.randint(0, 10, batch);
        Layer net = Models.create("lenet");
        var sgd = new SGD(net.parameters(), 0.1);
        BinaryOperator<Tensor> step =
                (images, labels) -> {
                    Tensor loss = Tensors.crossEntropy(net.forward(images), labels);
                    sgd.zeroGrad();
                    loss.backward();
                    sgd.step();
                    return loss;
                };
        Captured captured = Captured.of(step);
        for (int i = 1; i <= steps; i++) {
            switch (style) {
                case EAGER -> {
                    var _ = step.apply(x, y);
                }
                case SCOPED -> {
                    try (var _ = Scope.open()) {
                        var _ = step.apply(x, y);
                    }
                }
                case CAPTURED -> captured.call(x, y);
            }
            if (i == 1000 || i % Math.max(1, steps / 10) == 0) {
                Fathom.Memory m = Fathom.memory();
                System.out.printf(
                        Locale.ROOT,
                        "step %,6d  tensors %,d MB  cached %,d MB  process %,d MB%n",
                        i,
                        m.inUse() >> 20,
                        m.cached() >> 20,
                        ResidentMemory.read().now() >> 20);
            }
        }
    }
}
