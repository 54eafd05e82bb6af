package fathom.bench;

import fathom.Fathom;
import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.Layer;
import fathom.optim.SGD;
import fathom.vision.models.Models;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** Whether memory stays flat over many steps of a loop that closes nothing. */
final class MemoryBar {
    private final PrintStream out;

    MemoryBar(PrintStream out) {
        this.out = out;
    }

    /** Trains LeNet for so many steps and prints what the process holds now and then. */
    void run(int steps, int batch) {
        Tensors.manualSeed(0);
        Tensor x = Tensors.rand(batch, 1, 28, 28);
        Tensor y = Tensors.randint(10, batch);
        Layer net = (Layer) Models.create("lenet");
        var sgd = new SGD(net.parameters(), 0.1);
        for (int i = 1; i <= steps; i++) {
            Tensor loss = Tensors.crossEntropy(net.forward(x), y);
            sgd.zeroGrad();
            loss.backward();
            sgd.step();
            if (i == 1000 || i % (steps / 10) == 0) {
                Fathom.Memory m = Fathom.memory();
                out.printf(
                        "step %,6d  tensors %,d MB  cached %,d MB  process %,d MB%n",
                        i, m.inUse() >> 20, m.cached() >> 20, residentBytes() >> 20);
            }
        }
    }

    private static long residentBytes() {
        try {
            String[] pages = Files.readString(Path.of("/proc/self/statm")).split(" ");
            return Long.parseLong(pages[1]) * 4096;
        } catch (IOException e) {
            return 0; // not Linux
        }
    }
}
