package fathom.cli;

import fathom.Device;
import fathom.nn.Layer;
import fathom.nn.Summary;
import fathom.train.recipe.Recipe;
import fathom.train.recipe.RecipeExample;
import fathom.train.recipe.Recipes;
import java.io.PrintWriter;
import java.lang.reflect.InvocationTargetException;
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

/** Shows a model's layers and their sizes. */
@Command(
        name = "summary",
        description = "Show a model's layers, output shapes, parameters and multiply-adds.",
        showDefaultValues = true)
final class SummaryCommand implements Callable<Integer> {
    @Spec private CommandSpec spec;

    @Mixin private Common common;

    @Parameters(
            index = "0",
            paramLabel = "MODEL",
            completionCandidates = RecipeNames.class,
            description = {
                "One of ${COMPLETION-CANDIDATES};",
                "or a layer of yours: its class on the --class-path, with a constructor without parameters."
            })
    private String model;

    @Option(
            names = "--input",
            paramLabel = "SHAPE",
            split = ",",
            description = "Of a layer of yours: the shape of one example of float32, such as 3,224,224.")
    private long @Nullable [] input;

    @Option(
            names = "--batch-size",
            paramLabel = "N",
            defaultValue = "1",
            description = "Batch size of the shown shapes.")
    private int batchSize;

    @Override
    public Integer call() {
        if (batchSize < 1) {
            throw new ParameterException(
                    spec.commandLine(),
                    String.format(Locale.ROOT, "--batch-size: must be at least 1, is %d", batchSize));
        }
        String title = model;
        Summary summary;
        try (var _ = Device.META.open()) { // its weights are not needed
            if (input != null) {
                summary = Summary.of(layer(), batch(input));
            } else {
                Recipe recipe = Recipes.get(model);
                title = "%s: %s".formatted(recipe.name(), recipe.card().description());
                RecipeExample example = recipe.example(batchSize);
                summary = Summary.of(example.net(), example.x());
            }
        }
        PrintWriter out = spec.commandLine().getOut();
        out.println(title);
        out.println(summary);
        out.flush();
        return 0;
    }

    private long[] batch(long... example) {
        var shape = new long[example.length + 1];
        shape[0] = batchSize;
        for (int i = 0; i < example.length; i++) {
            if (example[i] < 1) {
                throw wrong(String.format(Locale.ROOT, "--input: extents must be at least 1, one is %d", example[i]));
            }
            shape[i + 1] = example[i];
        }
        return shape;
    }

    /** A new layer of the user's class. */
    private Layer layer() {
        try {
            Class<?> type = Class.forName(model, true, ClassLoader.getSystemClassLoader());
            if (Layer.class.isAssignableFrom(type)) {
                return (Layer) type.getConstructor().newInstance();
            }
            throw wrong(model + " is no Layer");
        } catch (ClassNotFoundException e) {
            throw wrong("there is no class %s on the class path (./fathom --class-path CLASSES ...)".formatted(model));
        } catch (InvocationTargetException e) {
            throw wrong("the constructor of %s failed: %s".formatted(model, e.getCause()));
        } catch (ReflectiveOperationException e) {
            throw wrong("%s has no public constructor without parameters".formatted(model));
        }
    }

    private ParameterException wrong(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
