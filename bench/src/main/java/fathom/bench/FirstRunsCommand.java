package fathom.bench;

import fathom.Autograd;
import fathom.Scope;
import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.Embedding;
import fathom.nn.norm.LayerNorm;
import fathom.nn.transformer.TransformerEncoder;
import fathom.nn.transformer.TransformerEncoderLayer;
import fathom.nn.transformer.TransformerOptions.Activation;
import java.util.Arrays;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Times the first inferences of a process, while generated code is not yet compiled. The network is a sentence encoder,
 * 6 layers of width 384 with 12 heads, with random weights.
 */
@Command(
        name = "first-runs",
        mixinStandardHelpOptions = true,
        description = "Times the first inferences of a small encoder in this process, operation by operation.")
final class FirstRunsCommand implements Runnable {
    private static final int WIDTH = 384;
    private static final int[] SHOWN = {1, 2, 3, 5, 10, 20, 60, 100, 200};

    @Option(names = "--runs", paramLabel = "N", description = "Inferences. Default: ${DEFAULT-VALUE}.")
    private int runs = 300;

    @Option(names = "--tokens", paramLabel = "N", description = "Tokens of the sentence. Default: ${DEFAULT-VALUE}.")
    private int tokens = 7;

    @Option(names = "--all", description = "Prints each of the first hundred.")
    private boolean all;

    @Override
    public void run() {
        Tensors.manualSeed(0);
        var words = new Embedding(30_522, WIDTH);
        var positions = new Embedding(512, WIDTH);
        var norm = new LayerNorm(WIDTH);
        var layer =
                new TransformerEncoderLayer(
                        WIDTH, 12, o -> o.dimFeedforward(4 * WIDTH).activation(Activation.GELU).batchFirst(true));
        var encoder = new TransformerEncoder(layer, 6);
        encoder.eval();
        Tensor ids = Tensors.randint(0, 30_522, 1, tokens);
        Tensor places = Tensors.arange(tokens).unsqueeze(0);
        var millis = new double[runs];
        long begin = System.nanoTime();
        for (int i = 0; i < runs; i++) {
            long start = System.nanoTime();
            try (var _ = Autograd.noGrad();
                    var _ = Scope.open()) {
                Tensor x = norm.forward(words.forward(ids).add(positions.forward(places)));
                double sum = encoder.forward(x).mean(1).sum().item();
                if (!Double.isFinite(sum)) {
                    throw new IllegalStateException("the encoder returned " + sum);
                }
            }
            millis[i] = (System.nanoTime() - start) / 1e6;
        }
        double total = (System.nanoTime() - begin) / 1e6;
        double[] sorted = millis.clone();
        Arrays.sort(sorted);
        for (int i = 1; i <= runs; i++) {
            int run = i;
            if (all && i <= 100 || Arrays.stream(SHOWN).anyMatch(s -> s == run)) {
                System.out.printf(Locale.ROOT, "run %3d %10.2f ms%n", i, millis[i - 1]);
            }
        }
        double first = Arrays.stream(millis).limit(100).sum();
        System.out.printf(Locale.ROOT, "first 100 %8.0f ms%nbest    %10.2f ms%n", first, sorted[0]);
        System.out.printf(Locale.ROOT, "median  %10.2f ms%nall     %10.0f ms%n", sorted[runs / 2], total);
    }
}
