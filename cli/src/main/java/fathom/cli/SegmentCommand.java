package fathom.cli;

import fathom.nn.Layer;
import fathom.train.recipe.RecipeTask;
import fathom.train.recipe.SegmenterTask;
import fathom.train.recipe.TrainedRun;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Draws the classes of an image's pixels over it, by a trained segmentation model. */
@Command(
        name = "segment",
        description = {
            "Draw the class of each pixel over an image, by a model trained by train fcn, unet or the like.",
            "Prints the classes with their shares of the image."
        },
        showDefaultValues = true)
final class SegmentCommand implements Callable<Integer> {
    @Spec private CommandSpec spec;

    @Mixin private Common common;

    @Mixin private RunParameters run;

    @Parameters(
            index = "1..*",
            arity = "1..*",
            paramLabel = "IMAGE",
            description = "Image files, oriented according to EXIF.")
    private List<Path> images;

    @Option(
            names = "--out",
            paramLabel = "FILE",
            description =
                    "The picture, FILE.png; for several images a folder. Default: NAME-segmented.png in the run's"
                            + " folder.")
    private @Nullable Path out;

    @Override
    public Integer call() throws IOException {
        TrainedRun trained = run.open();
        RecipeTask task = run.task(spec, trained, o -> {});
        if (!(task instanceof SegmenterTask segmenter)) {
            throw new ParameterException(
                    spec.commandLine(),
                    "%s is a run of %s, which gives no pixel a class; fathom predict shows its predictions"
                            .formatted(trained.folder(), trained.recipe().name()));
        }
        boolean isFile = out != null && images.size() == 1;
        if (isFile && !String.valueOf(out).toLowerCase(Locale.ROOT).endsWith(".png")) {
            throw new ParameterException(spec.commandLine(), "--out: must end in .png, is " + out);
        }
        Layer net = run.network(spec, trained, task);
        Path folder = out == null || isFile ? trained.folder() : Files.createDirectories(out);
        PrintWriter print = spec.commandLine().getOut();
        int failures = 0;
        for (Path file : images) {
            try {
                Path picture = isFile && out != null ? out : folder.resolve(stem(file) + "-segmented.png");
                print.println("%s: %s, drawn in %s".formatted(file, segmenter.segment(net, file, picture), picture));
            } catch (IOException e) {
                spec.commandLine().getErr().println("fathom segment: " + e.getMessage());
                failures++;
            }
        }
        print.flush();
        return failures == 0 ? 0 : 1;
    }

    private static String stem(Path file) {
        String name = String.valueOf(file.getFileName());
        int dot = name.lastIndexOf('.');
        return dot > 0 ? name.substring(0, dot) : name;
    }
}
