package fathom.bench;

import fathom.Fathom;
import fathom.Tensor;
import fathom.Tensors;
import fathom.bench.protocol.ResidentMemory;
import fathom.nn.Layer;
import fathom.optim.SGD;
import fathom.vision.models.Models;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Whether memory stays flat over many steps of a loop that closes nothing. */
@Command(
        name = "memory",
        mixinStandardHelpOptions = true,
        description = "Trains LeNet in a loop that closes nothing and prints the process's memory.")
final class MemoryCommand implements Runnable {
    @Option(names = "--steps", paramLabel = "N", description = "Steps. Default: ${DEFAULT-VALUE}.")
    private int steps = 20_000;

    @Option(names = "--batch", paramLabel = "N", description = "Images of a step. Default: ${DEFAULT-VALUE}.")
    private int batch = 64;

    @Override
    public void run() {
        Tensors.manualSeed(0);
        Tensor x = Tensors.rand(batch, 1, 28, 28);
        Tensor y = Tensors.randint(10, batch);
        Layer net = Models.create("lenet");
        var sgd = new SGD(net.parameters(), 0.1);
        for (int i = 1; i <= steps; i++) {
            Tensor loss = Tensors.crossEntropy(net.forward(x), y);
            sgd.zeroGrad();
            loss.backward();
            sgd.step();
            if (i == 1000 || i % Math.max(1, steps / 10) == 0) {
                Fathom.Memory m = Fathom.memory();
                System.out.printf(
                        "step %,6d  tensors %,d MB  cached %,d MB  process %,d MB%n",
                        i, m.inUse() >> 20, m.cached() >> 20, ResidentMemory.read().now() >> 20);
            }
        }
    }
}
