package fathom.cli;

import fathom.FathomException;
import fathom.io.StateDict;
import fathom.nn.Layer;
import fathom.train.recipe.Explainable;
import fathom.train.recipe.ExplanationOptions;
import fathom.train.recipe.Recipe;
import fathom.train.recipe.RecipeException;
import fathom.train.recipe.RecipeTask;
import fathom.train.recipe.Recipes;
import fathom.train.recipe.TrainedRun;
import fathom.vision.recipe.OnnxClassifier;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
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

/** Shows which pixels a trained classifier's predictions depend on. */
@Command(
        name = "explain",
        description = {
            "Show which pixels of an image a trained classifier's prediction depends on: a map drawn over the image.",
            "Without images some test data is used. With --weights, RUN is the name of one of torchvision's models.",
            "RUN may also be an ONNX model, FILE.onnx."
        },
        showDefaultValues = true)
final class ExplainCommand implements Callable<Integer> {
    @Spec private CommandSpec spec;

    @Mixin private Common common;

    @Mixin private DataOption data;

    @Mixin private RunParameters run;

    @Parameters(index = "1..*", paramLabel = "IMAGE", description = "Image files or folders of them.")
    private List<String> inputs = new ArrayList<>();

    @Option(
            names = "--method",
            paramLabel = "METHOD",
            defaultValue = "grad-cam",
            description =
                    "grad-cam (class activation map), saliency (gradient), smooth-grad, integrated-gradients,"
                            + " occlusion, or for vision transformers attention-rollout.")
    private String method;

    @Option(
            names = "--class",
            paramLabel = "CLASS",
            description = "The class to explain, by name or index. Default: the predicted one.")
    private @Nullable String label;

    @Option(
            names = "--layer",
            paramLabel = "LAYER",
            description =
                    "The inner layer that grad-cam looks at, such as layer4. Default: the last convolutional one.")
    private @Nullable String layer;

    @Option(
            names = "--weights",
            paramLabel = "FILE",
            description = "Weights of one of torchvision's models (.pth or .safetensors), instead of a run.")
    private @Nullable Path weights;

    @Option(
            names = "--count",
            paramLabel = "N",
            defaultValue = "5",
            description = "Without images: the number of test examples.")
    private int count;

    @Option(
            names = "--out",
            paramLabel = "FILE",
            description =
                    "The page of pictures, FILE.png or FILE.svg. Default: explanations.png, in the run's folder, or with"
                            + " --weights and for an ONNX model in the current one.")
    private @Nullable Path out;

    @Override
    public Integer call() throws IOException {
        var failures = new AtomicInteger();
        List<String> lines =
                weights != null ? ofModel(weights, failures) : isOnnx() ? ofOnnx(failures) : ofRun(failures);
        PrintWriter print = spec.commandLine().getOut();
        lines.forEach(print::println);
        print.flush();
        return failures.get() == 0 ? 0 : 1;
    }

    private ExplanationOptions options(Path folder, AtomicInteger failures) {
        return new ExplanationOptions(
                inputs,
                count,
                method,
                label,
                layer,
                folder,
                out,
                line -> {
                    spec.commandLine().getErr().println("fathom explain: " + line);
                    failures.incrementAndGet();
                });
    }

    private boolean isOnnx() {
        return run.run.toString().toLowerCase(Locale.ROOT).endsWith(".onnx");
    }

    private List<String> ofOnnx(AtomicInteger failures) throws IOException {
        var classifier = OnnxClassifier.load(run.run);
        return classifier.explain(classifier.model().to(run.device(spec)), options(Path.of(""), failures));
    }

    private List<String> ofRun(AtomicInteger failures) throws IOException {
        TrainedRun trained = run.open();
        ExplanationOptions options = options(trained.folder(), failures);
        RecipeTask task = run.task(spec, trained, data::applyTo);
        if (!(task instanceof Explainable explainable)) {
            throw new ParameterException(
                    spec.commandLine(),
                    "%s is a run of %s, which is no classifier of images"
                            .formatted(trained.folder(), trained.recipe().name()));
        }
        return explainable.explain(run.network(spec, trained, task), options);
    }

    private List<String> ofModel(Path file, AtomicInteger failures) throws IOException {
        String name = run.run.toString();
        Recipe recipe = Recipes.find(name).orElseThrow(() -> new RecipeException("there is no model " + name));
        if (!(recipe instanceof Explainable explainable)) {
            throw new RecipeException(
                    "weights", name + " is none of torchvision's models; without --weights, name the folder of a run");
        }
        ExplanationOptions options = options(Path.of(""), failures);
        Layer net = recipe.network();
        try {
            net.loadStateDict(StateDict.load(file));
        } catch (FathomException | IllegalArgumentException e) {
            throw new RecipeException("weights", String.valueOf(e.getMessage()));
        }
        return explainable.explain(net.eval().to(run.device(spec)), options);
    }
}
