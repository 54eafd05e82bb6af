package fathom.cli;

import fathom.Device;
import fathom.nn.Layer;
import fathom.train.recipe.RecipeTask;
import fathom.train.recipe.TrainedRun;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Consumer;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The parameters of commands that use a trained model: the run, which of its weights, and the device. */
final class RunParameters {
    @Parameters(index = "0", paramLabel = "RUN", description = "The folder of a run, created by fathom train.")
    Path run;

    @Option(names = "--best", description = "Use the weights of the best epoch rather than the last.")
    boolean best;

    @Mixin private DeviceOption device;

    /** {@return the run} */
    TrainedRun open() {
        return TrainedRun.open(run);
    }

    /**
     * {@return the task of the run, whose notices are printed on standard error}
     *
     * @param options further options
     */
    RecipeTask task(CommandSpec spec, TrainedRun trained, Consumer<TrainedRun.Options> options) {
        return trained.task(o -> {
            o.notice(line -> spec.commandLine().getErr().println(line));
            options.accept(o);
        });
    }

    /** {@return the trained network on the device} */
    Layer network(CommandSpec spec, TrainedRun trained, RecipeTask task) throws IOException {
        return trained.network(task, best).to(device.device(spec));
    }

    /** {@return the device to compute on} */
    Device device(CommandSpec spec) {
        return device.device(spec);
    }
}
