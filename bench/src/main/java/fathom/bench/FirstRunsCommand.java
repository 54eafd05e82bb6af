package fathom.bench;

import fathom.Autograd;
import fathom.Scope;
import fathom.Tensor;
import fathom.Tensors;
import fathom.bench.measure.Baseline;
import fathom.bench.measure.Isa;
import fathom.bench.measure.Launcher;
import fathom.bench.measure.Launchers;
import fathom.bench.measure.Quartiles;
import fathom.bench.measure.SideProcess;
import fathom.bench.work.Row;
import fathom.bench.work.Rows;
import fathom.nn.Embedding;
import fathom.nn.norm.LayerNorm;
import fathom.nn.transformer.TransformerEncoder;
import fathom.nn.transformer.TransformerEncoderLayer;
import fathom.nn.transformer.TransformerOptions.Activation;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Times the first inferences of a process, while generated code is not yet compiled. The network is a sentence encoder,
 * 6 layers of width 384 with 12 heads, with random weights; or the model of a row, beside onnxruntime.
 */
@Command(
        name = "first-runs",
        mixinStandardHelpOptions = true,
        description =
                "Times the first inferences of a process: of a small encoder, operation by operation, or of rows' models, captured, beside onnxruntime.")
final class FirstRunsCommand implements Runnable {
    private static final int WIDTH = 384;
    private static final int[] SHOWN = {1, 2, 3, 5, 10, 20, 60, 100, 200};

    private static final double PATIENCE = 600;

    /** The speed relative to onnxruntime that is to be reached soon. */
    private static final double GOAL = 0.9;

    private static final int FIVE = 5;

    @Option(names = "--runs", paramLabel = "N", description = "Inferences. Default: ${DEFAULT-VALUE}.")
    private int runs = 300;

    @Option(names = "--tokens", paramLabel = "N", description = "Tokens of the sentence. Default: ${DEFAULT-VALUE}.")
    private int tokens = 7;

    @Option(names = "--all", description = "Prints each of the first hundred.")
    private boolean all;

    @Option(
            names = "--row",
            paramLabel = "PATTERN",
            description =
                    "The models of rows of inference whose id contains this regular expression, each in a fresh process, beside onnxruntime.")
    private @Nullable String pattern;

    @Option(names = "--threads", paramLabel = "N", description = "Threads with --row. Default: all processors.")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Override
    public void run() {
        if (pattern == null) {
            encoder();
            return;
        }
        List<Row> rows = Rows.matching(pattern).stream().filter(Baseline.Library.ONNXRUNTIME::runs).toList();
        if (rows.isEmpty()) {
            throw new IllegalArgumentException(
                    "no row of captured inference contains %s; bench --list shows them all".formatted(pattern));
        }
        var launchers = new Launchers(threads, Isa.NATIVE);
        for (Row row : rows) {
            double[] ours = millis(launchers.fathom(), row);
            double[] theirs = millis(launchers.onnxruntime().launcher(), row);
            report(row, ours, Quartiles.of(theirs).median());
        }
    }

    /** {@return the milliseconds of each run in a new process} */
    private double[] millis(Launcher launcher, Row row) {
        var millis = new double[runs];
        try (SideProcess side = launcher.start()) {
            side.open(row, PATIENCE);
            for (int i = 0; i < runs; i++) {
                millis[i] = side.run(1, PATIENCE) / 1e6;
            }
        }
        return millis;
    }

    private void report(Row row, double[] ours, double theirs) {
        System.out.printf(Locale.ROOT, "%s%nonnxruntime, median %8.2f ms%n", row.id(), theirs);
        for (int i = 0; i < runs; i++) {
            if (isShown(i + 1)) {
                System.out.printf(Locale.ROOT, "run %3d %10.2f ms %8.2f%n", i + 1, ours[i], theirs / ours[i]);
            }
        }
        int first = firstRun(ours, theirs / GOAL);
        System.out.println(
                first == 0
                        ? "not steadily %s or better against onnxruntime".formatted(GOAL)
                        : "%s or better against onnxruntime from run %s on".formatted(GOAL, first));
    }

    /**
     * {@return the number of the first run from which on a run takes at most {@code limit}, as the median of any five
     * in a row, and itself; 0 if there is none}
     */
    static int firstRun(double[] millis, double limit) {
        int first = millis.length;
        for (int i = millis.length - FIVE; i >= 0; i--) {
            if (Quartiles.of(Arrays.copyOfRange(millis, i, i + FIVE)).median() > limit) {
                break;
            }
            first = millis[i] <= limit ? i : first;
        }
        return first == millis.length ? 0 : first + 1;
    }

    private boolean isShown(int run) {
        return all && run <= 100 || Arrays.stream(SHOWN).anyMatch(s -> s == run);
    }

    private void encoder() {
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
            if (isShown(i)) {
                System.out.printf(Locale.ROOT, "run %3d %10.2f ms%n", i, millis[i - 1]);
            }
        }
        double first = Arrays.stream(millis).limit(100).sum();
        System.out.printf(Locale.ROOT, "first 100 %8.0f ms%nbest    %10.2f ms%n", first, sorted[0]);
        System.out.printf(Locale.ROOT, "median  %10.2f ms%nall     %10.0f ms%n", sorted[runs / 2], total);
    }
}
