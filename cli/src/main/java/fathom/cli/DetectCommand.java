package fathom.cli;

import fathom.nn.Layer;
import fathom.train.recipe.RecipeTask;
import fathom.train.recipe.TrainedRun;
import fathom.vision.detection.DetectionPage;
import fathom.vision.detection.Detector;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Finds objects in images with a trained detector. */
@Command(
        name = "detect",
        description = "Find objects in images with a trained detector: prints their boxes, and draws them.",
        showDefaultValues = true)
final class DetectCommand implements Callable<Integer> {
    @Spec private CommandSpec spec;

    @Mixin private Common common;

    @Mixin private RunParameters run;

    @Parameters(
            index = "1..*",
            arity = "1..*",
            paramLabel = "IMAGE",
            description = "Image files or folders, oriented according to EXIF.")
    private List<String> images = new ArrayList<>();

    @Option(
            names = "--threshold",
            paramLabel = "P",
            defaultValue = "0.5",
            description = "The least confidence of an object, from 0 to 1.")
    private double threshold;

    @Option(
            names = "--out",
            paramLabel = "FILE",
            description = "The picture, FILE.png or FILE.svg. Default: detections.png in the run's folder.")
    private @Nullable Path out;

    @Override
    public Integer call() throws IOException {
        TrainedRun trained = run.open();
        if (!(threshold >= 0 && threshold <= 1)) {
            throw new ParameterException(
                    spec.commandLine(), "--threshold: must be from 0 to 1, is %s".formatted(threshold));
        }
        Path file = out == null ? trained.folder().resolve("detections.png") : out;
        if (!file.toString().endsWith(".png") && !file.toString().endsWith(".svg")) {
            throw new ParameterException(spec.commandLine(), "--out: must end in .png or .svg, is %s".formatted(file));
        }
        RecipeTask task = run.task(spec, trained, o -> {});
        Layer net = run.network(spec, trained, task);
        if (!(net instanceof Detector detector)) {
            throw new ParameterException(
                    spec.commandLine(),
                    "%s is a run of %s, which is no detector; fathom predict shows its predictions"
                            .formatted(trained.folder(), trained.recipe().name()));
        }
        var failures = new AtomicInteger();
        var page = new DetectionPage(detector, o -> o.threshold(threshold));
        PrintWriter print = spec.commandLine().getOut();
        page.addFiles(
                        images,
                        line -> {
                            spec.commandLine().getErr().println("fathom detect: " + line);
                            failures.incrementAndGet();
                        })
                .forEach(print::println);
        if (page.save(file)) {
            print.println("image: " + file);
        }
        print.flush();
        return failures.get() == 0 ? 0 : 1;
    }
}
