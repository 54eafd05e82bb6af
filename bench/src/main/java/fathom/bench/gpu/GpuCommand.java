package fathom.bench.gpu;

import fathom.Device;
import fathom.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Measures kernels and training steps on a GPU. */
@Command(
        name = "gpu",
        mixinStandardHelpOptions = true,
        description = {
            "Measures kernels and captured training steps on a GPU, beside PyTorch on the same card.",
            "PyTorch's side is bench/pytorch/gpu.py, which needs a Python with PyTorch."
        })
public final class GpuCommand implements Runnable {
    private static final double BLOCK_SECONDS = 0.15;

    @Option(names = "--device", paramLabel = "NAME", description = "Default: ${DEFAULT-VALUE}.")
    private String device = "cuda:0";

    @Option(names = "--only", paramLabel = "TEXT", description = "Only rows whose name contains this.")
    private String only = "";

    @Option(names = "--without", paramLabel = "TEXT", description = "No rows whose name contains this.")
    private List<String> without = new ArrayList<>();

    @Option(names = "--blocks", paramLabel = "N", description = "Timed blocks of each row. Default: ${DEFAULT-VALUE}.")
    private int blocks = 7;

    @Option(
            names = "--pytorch",
            paramLabel = "FILE",
            description = "What bench/pytorch/gpu.py printed, to be shown beside.")
    private String pytorch = "";

    /** For picocli. */
    public GpuCommand() {}

    @Override
    public void run() {
        List<GpuRow> rows = new ArrayList<>();
        GpuKernelRows.addTo(rows);
        GpuModelRows.addTo(rows);
        Map<String, Double> other = pytorch.isEmpty() ? new HashMap<>() : PyTorchFigures.read(pytorch);
        Device gpu = Device.of(device);
        System.out.println("device " + gpu);
        System.out.printf("%-42s %12s %16s %12s %8s%n", "row", "ms", "rate", "PyTorch ms", "ratio");
        for (GpuRow row : rows) {
            if (row.name().contains(only) && without.stream().noneMatch(row.name()::contains)) {
                try (var _ = gpu.open()) {
                    Tensors.manualSeed(0);
                    print(row, measure(gpu, row.make().get()), other.get(row.name()));
                } catch (RuntimeException e) {
                    System.out.printf("%-42s failed: %s%n", row.name(), e);
                    e.printStackTrace(System.out);
                }
            }
        }
    }

    private static void print(GpuRow row, double seconds, @org.jspecify.annotations.Nullable Double pytorch) {
        double rate = row.amount() / seconds;
        String shown =
                switch (row.unit()) {
                    case "B" -> String.format(Locale.ROOT, "%.0f GB/s", rate / 1e9);
                    case "FLOP" -> String.format(Locale.ROOT, "%.1f TFLOP/s", rate / 1e12);
                    default -> String.format(Locale.ROOT, "%.0f %s/s", rate, row.unit());
                };
        String beside = pytorch == null ? "" : String.format(Locale.ROOT, "%.4f", pytorch);
        String ratio = pytorch == null ? "" : String.format(Locale.ROOT, "%.2f", pytorch / (1e3 * seconds));
        System.out.printf(Locale.ROOT, "%-42s %12.4f %16s %12s %8s%n", row.name(), 1e3 * seconds, shown, beside, ratio);
    }

    /** {@return the median time of a run, in seconds} */
    private double measure(Device gpu, Runnable body) {
        for (int i = 0; i < 6; i++) { // a plan is replayed from the fourth run on, as a graph from the sixth
            body.run();
        }
        double once = block(gpu, body, 3) / 3;
        int runs = (int) Math.clamp(BLOCK_SECONDS / once, 3, 2000);
        block(gpu, body, runs);
        var seconds = new double[blocks];
        for (int i = 0; i < blocks; i++) {
            seconds[i] = block(gpu, body, runs) / runs;
        }
        Arrays.sort(seconds);
        return seconds[blocks / 2];
    }

    private static double block(Device gpu, Runnable body, int runs) {
        gpu.synchronize();
        long start = System.nanoTime();
        for (int i = 0; i < runs; i++) {
            body.run();
        }
        gpu.synchronize();
        return (System.nanoTime() - start) / 1e9;
    }
}
