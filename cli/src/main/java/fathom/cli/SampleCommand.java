package fathom.cli;

import fathom.nn.Layer;
import fathom.train.recipe.RecipeTask;
import fathom.train.recipe.SamplingOptions;
import fathom.train.recipe.SamplingTask;
import fathom.train.recipe.TrainedRun;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Generates images with a trained model. */
@Command(
        name = "sample",
        description = {
            "Generate images with a trained diffusion model, by DDIM.",
            "The moving average of the weights is used, or with --best those of the best epoch."
        },
        showDefaultValues = true)
final class SampleCommand implements Callable<Integer> {
    @Spec private CommandSpec spec;

    @Mixin private Common common;

    @Mixin private RunParameters run;

    @Option(names = "--count", paramLabel = "N", defaultValue = "16", description = "Number of images.")
    private int count;

    @Option(names = "--steps", paramLabel = "N", defaultValue = "50", description = "Number of steps of the sampler.")
    private int steps;

    @Option(
            names = "--eta",
            paramLabel = "NUMBER",
            defaultValue = "0",
            description = "Noise added in each step: 0 for none (DDIM), 1 for all of it (DDPM).")
    private double eta;

    @Option(
            names = "--guidance",
            paramLabel = "NUMBER",
            defaultValue = "1",
            description = "Weight of the guidance to the class; 0 for none.")
    private double guidance;

    @Option(
            names = "--class",
            paramLabel = "CLASS",
            description = "The class of the images, by name or index. Default: all in turn.")
    private @Nullable String label;

    @Option(names = "--seed", paramLabel = "SEED", defaultValue = "0", description = "The seed of the noise.")
    private long seed;

    @Option(
            names = "--out",
            paramLabel = "FILE",
            description = "The page of images, FILE.png or FILE.svg. Default: samples.png, in the run's folder.")
    private @Nullable Path out;

    @Override
    public Integer call() throws IOException {
        TrainedRun trained = run.open();
        var options = new SamplingOptions(count, steps, eta, guidance, label, seed, run.best, trained.folder(), out);
        RecipeTask task = run.task(spec, trained, o -> {});
        if (!(task instanceof SamplingTask sampling)) {
            throw new ParameterException(
                    spec.commandLine(),
                    "%s is a run of %s, which generates no images"
                            .formatted(trained.folder(), trained.recipe().name()));
        }
        Layer net = run.network(spec, trained, task);
        PrintWriter print = spec.commandLine().getOut();
        sampling.sample(net, options).forEach(print::println);
        print.flush();
        return 0;
    }
}
