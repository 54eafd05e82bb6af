package fathom.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which data to use. */
final class DataOption {
    @Option(
            names = "--data",
            paramLabel = "DATA",
            description = "The data, such as a folder or a file; \"fathom models MODEL\" tells what a model takes.")
    @Nullable String data;
}
