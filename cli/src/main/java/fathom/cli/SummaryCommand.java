package fathom.cli;

import fathom.Device;
import fathom.nn.Layer;
import fathom.nn.Summary;
import fathom.vision.models.Models;
import java.io.PrintWriter;
import java.util.Iterator;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Shows what a model is made of. */
@Command(
        name = "summary",
        description = "Show a model's layers, output shapes, parameters and multiply-adds.",
        showDefaultValues = true)
final class SummaryCommand implements Callable<Integer> {
    /** What can be trained, by the names it has there, and what else there is. */
    static final class ModelNames implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            var names = new TreeSet<>(Recipe.ALL.keySet());
            Models.names().stream().filter(n -> Recipe.find(n) == null).forEach(names::add);
            return names.iterator();
        }
    }

    @Spec private CommandSpec spec;

    @Mixin private Common common;

    @Parameters(
            index = "0",
            paramLabel = "MODEL",
            completionCandidates = ModelNames.class,
            description = "One of ${COMPLETION-CANDIDATES}.")
    private String model;

    @Option(
            names = "--batch-size",
            paramLabel = "N",
            defaultValue = "1",
            description = "Examples in the batch that is shown.")
    private int batchSize;

    @Override
    public Integer call() {
        if (batchSize < 1) {
            throw new ParameterException(spec.commandLine(), "--batch-size: must be at least 1, is " + batchSize);
        }
        Recipe recipe = Recipe.find(model);
        if (recipe == null && !Models.names().contains(model)) {
            throw new ParameterException(
                    spec.commandLine(),
                    "there is no model %s; there are %s".formatted(model, String.join(", ", new ModelNames())));
        }
        long[] shape = recipe != null ? recipe.inputShape().clone() : batched(Models.inputShape(model));
        shape[0] = batchSize;
        Summary summary;
        try (var meta = Device.META.open()) { // its weights are not needed
            Layer net = recipe != null ? recipe.maker().get() : Models.create(model);
            summary = Summary.of(net, shape);
        }
        PrintWriter out = spec.commandLine().getOut();
        if (recipe != null) {
            out.println("%s: %s".formatted(recipe.name(), recipe.description()));
        }
        out.println(summary);
        out.flush();
        return 0;
    }

    private static long[] batched(long... shape) {
        var out = new long[shape.length + 1];
        System.arraycopy(shape, 0, out, 1, shape.length);
        return out;
    }
}
