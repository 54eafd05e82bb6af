package fathom.cli;

import fathom.train.recipe.TrainedRun;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The option {@code --data}. */
final class DataOption {
    @Option(
            names = "--data",
            paramLabel = "DATA",
            description = "The data, such as a folder or a file; \"fathom models MODEL\" shows a model's values.")
    @Nullable String data;

    /** Sets the data of a run's task, if the option is given. */
    void applyTo(TrainedRun.Options options) {
        if (data != null) {
            options.data(data);
        }
    }
}
