package fathom.bench;

import fathom.Captured;
import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.Layer;
import fathom.optim.SGD;
import fathom.vision.models.Models;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Measures the cost of validating a plan before a replay: the key of the call and all guards. */
@Command(
        name = "guard",
        mixinStandardHelpOptions = true,
        description = "Measures how long a captured training step takes to look up its plan and check its guards.")
final class GuardCommand implements Runnable {
    /** A model and the side length of its images. */
    private record Work(String model, int side) {}

    private static final List<Work> WORK =
            List.of(
                    new Work("mlp", 28),
                    new Work("lenet", 28),
                    new Work("course-resnet18", 32),
                    new Work("resnet18", 32),
                    new Work("resnet50", 32));

    @Option(names = "--rounds", paramLabel = "N", description = "Rounds of 1,000 look-ups. Default: ${DEFAULT-VALUE}.")
    private int rounds = 30;

    @Override
    public void run() {
        System.out.printf("%-16s %10s %14s %14s%n", "model", "tensors", "median", "fastest");
        for (Work w : WORK) {
            measure(w);
        }
    }

    private void measure(Work w) {
        Layer net = Models.create(w.model);
        var sgd = new SGD(net.parameters(), 1e-4, o -> o.momentum(0.9));
        int channels = w.model.startsWith("resnet") ? 3 : 1;
        Tensor x = Tensors.randn(2, channels, w.side, w.side);
        Tensor y = Tensors.randint(0, 10, 2);
        Captured step =
                Captured.of((images, labels) -> {
                    Tensor loss = Tensors.crossEntropy(net.forward(images), labels);
                    sgd.zeroGrad();
                    loss.backward();
                    sgd.step();
                    return loss;
                });
        for (int i = 0; i < 4; i++) {
            step.call(x, y);
        }
        if (!step.hasPlan(x, y)) {
            throw new IllegalStateException("%s is not replayed: %s".formatted(w.model, step.plan()));
        }
        var micros = new double[rounds];
        for (int round = -rounds; round < rounds; round++) {
            long start = System.nanoTime();
            boolean held = true;
            for (int i = 0; i < 1000; i++) {
                held &= step.hasPlan(x, y);
            }
            double each = (System.nanoTime() - start) / 1e6;
            if (!held) {
                throw new IllegalStateException(w.model + ": a guard of the plan failed");
            }
            micros[Math.max(round, 0)] = each; // the first rounds are the warm-up
        }
        Arrays.sort(micros);
        System.out.printf(
                Locale.ROOT,
                "%-16s %10d %11.2f us %11.2f us%n",
                w.model,
                net.parameters().size() + net.buffers().size(),
                micros[rounds / 2],
                micros[0]);
    }
}
