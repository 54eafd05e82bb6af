package fathom.cli;

import fathom.vision.FashionMnist;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** Where the pictures come from. */
final class DataOption {
    static final String SAMPLE = "sample";

    @Option(
            names = "--data",
            paramLabel = "FOLDER",
            description = {
                "Folder with the four IDX files of Fashion-MNIST, or \"sample\" for the 7,000 pictures that come with Fathom.",
                "Default: the cache folder, then /usr/share/datasets/fashion-mnist, then a download."
            })
    @Nullable String folder;

    /** {@return the data set} */
    FashionMnist load(CommandSpec spec, @Nullable String otherwise) {
        String from = folder == null ? otherwise : folder;
        if (from == null) {
            return FashionMnist.load((fathom.vision.Transform) null, line -> spec.commandLine().getErr().println(line));
        }
        if (from.equals(SAMPLE)) {
            return FashionMnist.sample();
        }
        if (!Files.isDirectory(Path.of(from))) {
            throw new ParameterException(spec.commandLine(), "--data: there is no folder " + from);
        }
        return FashionMnist.load(Path.of(from));
    }
}
