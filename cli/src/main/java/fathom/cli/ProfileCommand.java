package fathom.cli;

import fathom.Captured;
import fathom.Scope;
import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.CrossEntropyLoss;
import fathom.nn.Layer;
import fathom.nn.Loss;
import fathom.optim.Optimizer;
import fathom.profile.Profiler;
import fathom.vision.models.Models;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.function.BinaryOperator;
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
    /** Steps and time before the steps that count: kernels are being compiled then. */
    private static final int LEAST_WARM_STEPS = 6;

    private static final int MOST_WARM_STEPS = 60;
    private static final long WARM_NANOS = 3_000_000_000L;

    @Spec private CommandSpec spec;

    @Mixin private Common common;

    @Parameters(
            index = "0",
            paramLabel = "MODEL",
            completionCandidates = SummaryCommand.ModelNames.class,
            description = "One of ${COMPLETION-CANDIDATES}.")
    private String model;

    @Option(names = "--steps", paramLabel = "N", defaultValue = "20", description = "Steps that are counted.")
    private int steps;

    @Option(names = "--batch-size", paramLabel = "N", description = "Examples per step; the model's own unless given.")
    private @Nullable Integer batchSize;

    @Option(names = "--trace", paramLabel = "FILE", description = "Write a trace for chrome://tracing or Perfetto.")
    private @Nullable Path trace;

    @Option(names = "--eager", description = "Do not capture the step.")
    private boolean eager;

    @Override
    public Integer call() throws IOException {
        atLeastOne("--steps", steps);
        Recipe recipe = Recipe.find(model);
        if (recipe == null && !Models.names().contains(model)) {
            throw new ParameterException(
                    spec.commandLine(),
                    "there is no model %s; there are %s"
                            .formatted(model, String.join(", ", new SummaryCommand.ModelNames())));
        }
        Integer given = batchSize;
        int batch = given != null ? given : recipe != null ? recipe.batchSize() : 16;
        atLeastOne("--batch-size", batch);
        long[] shape = recipe != null ? recipe.inputShape().clone() : batched(Models.inputShape(model));
        shape[0] = batch;
        PrintWriter out = spec.commandLine().getOut();
        profile(recipe, shape, out);
        return 0;
    }

    private void profile(@Nullable Recipe recipe, long[] shape, PrintWriter out) throws IOException {
        Layer net = recipe != null ? recipe.maker().get() : Models.create(model);
        Loss loss = recipe != null ? recipe.loss().get() : new CrossEntropyLoss();
        String rule = recipe != null ? recipe.optimizer() : "sgd";
        double lr = recipe != null ? recipe.lr() : 0.01;
        var maker = java.util.Objects.requireNonNull(Optimizers.ALL.get(rule));
        Optimizer optimizer = maker.apply(net.parameters(), lr);
        Tensor x = Tensors.randn(shape);
        Tensor y = target(net, loss, x);
        BinaryOperator<Tensor> step =
                (input, target) -> {
                    optimizer.zeroGrad();
                    Tensor l = loss.forward(net.forward(input), target);
                    l.backward();
                    optimizer.step();
                    return l;
                };
        Captured captured = eager ? null : Captured.of(step);
        Runnable run =
                () -> {
                    try (var scope = Scope.open()) {
                        if (captured == null) {
                            var _ = step.apply(x, y);
                        } else {
                            captured.call(x, y);
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
            out.println("%s: %d training steps of %d examples, %s".formatted(model, steps, shape[0], how(captured)));
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
        String refusal = captured.refusal();
        return refusal == null ? "captured" : "eager, since " + refusal;
    }

    /** Classes where the network's results are scores, else numbers of the results' shape. */
    private static Tensor target(Layer net, Loss loss, Tensor x) {
        try (var off = fathom.Autograd.noGrad();
                var scope = Scope.open()) {
            Tensor y = net.forward(x);
            return loss instanceof CrossEntropyLoss
                    ? Tensors.randint(y.size(1), y.size(0)).keep()
                    : Tensors.randn(y.shape().dims()).keep();
        }
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
            throw new ParameterException(spec.commandLine(), "%s: must be at least 1, is %d".formatted(option, value));
        }
    }

    private static long[] batched(long... shape) {
        var out = new long[shape.length + 1];
        System.arraycopy(shape, 0, out, 1, shape.length);
        return out;
    }
}
