package fathom.bench.scale;

import fathom.bench.scale.StepModel.Scheme;
import fathom.plot.Plot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Plans training on many workers: efficiencies of data parallel training, ZeRO and pipelines up to 1,024 workers, from
 * the time of a step on one. {@link StepModel} says how; its test holds it against published figures.
 */
@Command(
        name = "scale",
        mixinStandardHelpOptions = true,
        description =
                "Plans training on up to 1,024 workers from the time of a step on one: efficiencies by network and"
                        + " scheme, and their plot.")
public final class ScaleCommand implements Callable<Integer> {
    private static final int[] WORKERS = IntStream.rangeClosed(0, 10).map(i -> 1 << i).toArray();
    private static final double[] GIGABITS = {10, 25, 100, 400};

    @Option(
            names = "--step",
            paramLabel = "SECONDS",
            description =
                    "Forward and backward on one worker. Default: ${DEFAULT-VALUE}, ResNet-50 with 256 images on eight P100 (Goyal et al., 2017).")
    private double step = 0.23;

    @Option(
            names = "--parameters",
            paramLabel = "N",
            description = "Parameters, float32. Default: ${DEFAULT-VALUE}, those of ResNet-50.")
    private long parameters = 25_557_032;

    @Option(names = "--update", paramLabel = "SECONDS", description = "The update. Default: ${DEFAULT-VALUE}.")
    private double update = 0.002;

    @Option(
            names = "--bucket",
            paramLabel = "MB",
            description = "Size of the buckets in which gradients are reduced. Default: ${DEFAULT-VALUE}.")
    private double bucket = 25;

    @Option(
            names = "--variation",
            paramLabel = "SHARE",
            description = "Standard deviation of the workers' times, relative. Default: ${DEFAULT-VALUE}.")
    private double variation = 0.02;

    @Option(names = "--latency", paramLabel = "SECONDS", description = "Of a message. Default: ${DEFAULT-VALUE}.")
    private double latency = 1e-5;

    @Option(
            names = "--out",
            paramLabel = "FOLDER",
            description = "Where scaling.svg is written. Default: ${DEFAULT-VALUE}.")
    private Path out = Path.of(".");

    @Override
    public Integer call() throws IOException {
        double bytes = 4.0 * parameters;
        var model =
                new StepModel(
                        step / 3, step * 2 / 3, update, bytes, (int) Math.ceil(bytes / (bucket * 1e6)), variation);
        List<Plot> plots = new ArrayList<>();
        for (Scheme scheme : List.of(Scheme.DATA_PARALLEL, Scheme.ZERO_3, Scheme.PIPELINE, Scheme.ONE_SERVER)) {
            System.out.printf(Locale.ROOT, "%s%nworkers", scheme);
            for (double g : GIGABITS) {
                System.out.printf(Locale.ROOT, "%12.0f Gbit/s", g);
            }
            System.out.println();
            var lines = new double[GIGABITS.length][WORKERS.length];
            for (int w = 0; w < WORKERS.length; w++) {
                System.out.printf(Locale.ROOT, "%7d", WORKERS[w]);
                for (int g = 0; g < GIGABITS.length; g++) {
                    lines[g][w] = model.efficiency(scheme, WORKERS[w], Network.gigabits(GIGABITS[g], latency));
                    System.out.printf(Locale.ROOT, "%19.3f", lines[g][w]);
                }
                System.out.println();
            }
            double[] x = IntStream.of(WORKERS).asDoubleStream().toArray();
            plots.add(
                    Plot.of(a -> {
                        for (int g = 0; g < GIGABITS.length; g++) {
                            a.line(x, lines[g], String.format(Locale.ROOT, "%.0f Gbit/s", GIGABITS[g]));
                        }
                        a.title(scheme.name().toLowerCase(Locale.ROOT).replace('_', ' '))
                                .xLabel("workers")
                                .yLabel("efficiency")
                                .xLog();
                    }));
        }
        Files.createDirectories(out);
        Path file = out.resolve("scaling.svg");
        Plot.panels(2, plots).save(file);
        System.out.println(file);
        return 0;
    }
}
