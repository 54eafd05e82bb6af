package fathom.cli;

import fathom.Captured;
import fathom.Scope;
import fathom.profile.Profiler;
import fathom.train.recipe.Recipe;
import fathom.train.recipe.Recipes;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
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

/** Shows where the time of a model's training step goes. */
@Command(
        name = "profile",
        description = "Show where the time of a model's training steps goes, kernel by kernel.",
        showDefaultValues = true)
final class ProfileCommand implements Callable<Integer> {
    /** The number of warm-up steps and their time, in which kernels are compiled. */
    private static final int LEAST_WARM_STEPS = 6;

    private static final int MOST_WARM_STEPS = 60;
    private static final long WARM_NANOS = 3_000_000_000L;

    @Spec private CommandSpec spec;

    @Mixin private Common common;

    @Mixin private DeviceOption device;

    @Parameters(
            index = "0",
            paramLabel = "MODEL",
            completionCandidates = RecipeNames.class,
            description = {
                "One of ${COMPLETION-CANDIDATES};",
                "or a layer of yours: its class on the --class-path, with a constructor without parameters."
            })
    private String model;

    @Mixin private OwnLayer own;

    @Option(names = "--steps", paramLabel = "N", defaultValue = "20", description = "Number of measured steps.")
    private int steps;

    @Option(names = "--batch-size", paramLabel = "N", description = "Examples per step; default: the model's, or 32.")
    private @Nullable Integer batchSize;

    @Option(names = "--trace", paramLabel = "FILE", description = "Write a trace for chrome://tracing or Perfetto.")
    private @Nullable Path trace;

    @Option(names = "--eager", description = "Do not capture the step.")
    private boolean eager;

    @Override
    public Integer call() throws IOException {
        atLeastOne("--steps", steps);
        Recipe recipe = own.isNamed(spec, model) ? null : Recipes.get(model);
        int batch = batchSize != null ? batchSize : recipe == null ? 32 : recipe.hyperParameters().batchSize();
        atLeastOne("--batch-size", batch);
        try (var _ = device.device(spec).open()) {
            ProfiledStep step =
                    recipe == null
                            ? ProfiledStep.of(OwnLayer.create(spec, model), own.batch(spec, batch))
                            : ProfiledStep.of(recipe, batch);
            profile(step, spec.commandLine().getOut());
        }
        return 0;
    }

    private void profile(ProfiledStep step, PrintWriter out) throws IOException {
        Captured captured = eager ? null : Captured.of(step::run).guarding(step.net(), step.loss(), step.optimizer());
        Runnable run =
                () -> {
                    try (var scope = Scope.open()) {
                        if (captured == null) {
                            var _ = step.run(step.x(), step.y());
                        } else {
                            captured.call(step.x(), step.y());
                        }
                    }
                };
        warm(run);
        try (var profiler = Profiler.start()) {
            for (int i = 0; i < steps; i++) {
                try (var section = profiler.section("step " + i)) {
                    run.run();
                }
            }
            profiler.stop();
            out.println(
                    String.format(
                            Locale.ROOT,
                            "%s: %d training steps of %d examples, %s",
                            model,
                            steps,
                            step.x().size(0),
                            how(captured)));
            out.print(profiler.table());
            Path file = trace;
            if (file != null) {
                profiler.writeTrace(file);
                out.println();
                out.println("Trace: %s (open in chrome://tracing or ui.perfetto.dev)".formatted(file));
            }
            out.flush();
        }
    }

    private static String how(@Nullable Captured captured) {
        if (captured == null) {
            return "eager";
        }
        String reason = captured.eagerReason();
        return reason == null ? "captured" : "eager, since " + reason;
    }

    private static void warm(Runnable step) {
        long start = System.nanoTime();
        for (int i = 0; i < MOST_WARM_STEPS; i++) {
            if (i >= LEAST_WARM_STEPS && System.nanoTime() - start > WARM_NANOS) {
                return;
            }
            step.run();
        }
    }

    private void atLeastOne(String option, int value) {
        if (value < 1) {
            throw new ParameterException(
                    spec.commandLine(), String.format(Locale.ROOT, "%s: must be at least 1, is %d", option, value));
        }
    }
}
