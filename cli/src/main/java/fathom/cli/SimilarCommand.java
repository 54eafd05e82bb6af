package fathom.cli;

import fathom.Tensor;
import fathom.files.InputFiles;
import fathom.text.sentences.SentenceEncoder;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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

/** Prints the similarities of texts. */
@Command(
        name = "similar",
        description = "Print how similar texts are: the cosine of their vectors, 1 for the same meaning.",
        showDefaultValues = true)
final class SimilarCommand implements Callable<Integer> {
    /** More columns do not fit on a line. */
    private static final int MOST = 100;

    @Spec private CommandSpec spec;

    @Mixin private Common common;

    @Mixin private EncoderParameters encoder;

    @Parameters(index = "1..*", paramLabel = "TEXT", description = "Two texts or more.")
    private List<String> texts = new ArrayList<>();

    @Option(names = "--file", paramLabel = "FILE", description = "A text file (UTF-8); each line is a text.")
    private @Nullable Path file;

    @Override
    public Integer call() throws IOException {
        var all = new ArrayList<>(texts);
        if (file != null) {
            InputFiles.text(file).lines().forEach(all::add);
        }
        if (all.size() < 2 || all.size() > MOST) {
            throw new ParameterException(
                    spec.commandLine(),
                    "expected 2 to %s texts, got %s%s"
                            .formatted(MOST, all.size(), all.size() < 2 ? "" : "; fathom embed --out writes vectors"));
        }
        SentenceEncoder model = encoder.open(spec);
        Tensor vectors = model.encode(all);
        Tensor cosines = SentenceEncoder.similarity(vectors, vectors);
        var titles = new ArrayList<String>(List.of(">"));
        for (int i = 1; i <= all.size(); i++) {
            titles.add(">" + i);
        }
        titles.add("text");
        var table = new TextTable(titles.toArray(String[]::new));
        for (int i = 0; i < all.size(); i++) {
            var line = new ArrayList<String>();
            line.add(Integer.toString(i + 1));
            for (int k = 0; k < all.size(); k++) {
                line.add(String.format(Locale.ROOT, "%.3f", cosines.get(i, k).item()));
            }
            line.add(all.get(i).replaceAll("\\s+", " "));
            table.add(line.toArray(String[]::new));
        }
        PrintWriter print = spec.commandLine().getOut();
        table.print(print);
        print.flush();
        return 0;
    }
}
