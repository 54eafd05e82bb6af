package fathom.cli;

import fathom.nn.Layer;
import fathom.train.recipe.DetectorTask;
import fathom.train.recipe.RecipeTask;
import fathom.train.recipe.TrainedRun;
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
        var failures = new AtomicInteger();
        DetectorTask.Options options =
                new DetectorTask.Options(images, out == null ? trained.folder().resolve("detections.png") : out)
                        .threshold(threshold)
                        .warn(line -> {
                            spec.commandLine().getErr().println("fathom detect: " + line);
                            failures.incrementAndGet();
                        });
        RecipeTask task = run.task(spec, trained, o -> {});
        if (!(task instanceof DetectorTask detector)) {
            throw new ParameterException(
                    spec.commandLine(),
                    "%s is a run of %s, which is no detector; fathom predict shows its predictions"
                            .formatted(trained.folder(), trained.recipe().name()));
        }
        Layer net = run.network(spec, trained, task);
        PrintWriter print = spec.commandLine().getOut();
        detector.detect(net, options).forEach(print::println);
        print.flush();
        return failures.get() == 0 ? 0 : 1;
    }
}
