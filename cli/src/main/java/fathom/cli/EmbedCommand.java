package fathom.cli;

import fathom.Tensor;
import fathom.files.AtomicFiles;
import fathom.files.InputFiles;
import fathom.io.Npy;
import fathom.text.sentences.SentenceEncoder;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
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

/** Writes vectors of texts. */
@Command(
        name = "embed",
        description = {
            "Turn texts into vectors, such that texts of similar meaning have vectors with a small angle.",
            "Printed is a line of JSON for each text, {\"text\": ..., \"vector\": [...]}; --out writes CSV, JSON lines or .npy."
        },
        showDefaultValues = true)
final class EmbedCommand implements Callable<Integer> {
    @Spec private CommandSpec spec;

    @Mixin private Common common;

    @Mixin private EncoderParameters encoder;

    @Parameters(index = "1..*", paramLabel = "TEXT", description = "Texts to embed.")
    private List<String> texts = new ArrayList<>();

    @Option(names = "--file", paramLabel = "FILE", description = "A text file (UTF-8); each line is a text.")
    private @Nullable Path file;

    @Option(
            names = "--out",
            paramLabel = "FILE",
            description =
                    "The file to write: .csv (a row for each vector), .jsonl, or .npy (float32 [texts, dimension]).")
    private @Nullable Path out;

    @Override
    public Integer call() throws IOException {
        var all = new ArrayList<>(texts);
        if (file != null) {
            InputFiles.text(file).lines().forEach(all::add);
        }
        if (all.isEmpty()) {
            throw new ParameterException(spec.commandLine(), "which texts? Give them as arguments, or by --file");
        }
        String ending = out == null ? "jsonl" : ending(out);
        if (!List.of("csv", "jsonl", "npy").contains(ending)) {
            throw new ParameterException(
                    spec.commandLine(), "--out: %s must end in .csv, .jsonl or .npy".formatted(out));
        }
        SentenceEncoder model = encoder.open(spec);
        Tensor vectors = model.encode(all);
        PrintWriter print = spec.commandLine().getOut();
        if (out == null) {
            write(print, ending, all, vectors);
            print.flush();
            return 0;
        }
        if (ending.equals("npy")) {
            Npy.save(vectors, out);
        } else {
            var text = new StringWriter();
            write(new PrintWriter(text), ending, all, vectors);
            AtomicFiles.write(out, text.toString().getBytes(StandardCharsets.UTF_8));
        }
        print.println(
                String.format(Locale.ROOT, "wrote %s: %,d vectors of %,d numbers", out, all.size(), model.dimension()));
        print.flush();
        return 0;
    }

    private static String ending(Path file) {
        String name = file.getFileName().toString();
        return name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
    }

    private static void write(PrintWriter to, String ending, List<String> texts, Tensor vectors) {
        int width = (int) vectors.size(1);
        float[] values = vectors.reshape(-1).toFloatArray();
        for (int i = 0; i < texts.size(); i++) {
            var numbers = new StringBuilder();
            for (int k = 0; k < width; k++) {
                numbers.append(k == 0 ? "" : ",").append(values[i * width + k]);
            }
            to.print(
                    ending.equals("csv")
                            ? numbers + "\n"
                            : "{\"text\": %s, \"vector\": [%s]}\n".formatted(quoted(texts.get(i)), numbers));
        }
        to.flush();
    }

    /** {@return a string of JSON} */
    private static String quoted(String text) {
        var out = new StringBuilder("\"");
        text.chars()
                .forEach(c -> {
                    if (c == '"' || c == '\\') {
                        out.append('\\').append((char) c);
                    } else if (c < ' ' || Character.isSurrogate((char) c)) {
                        out.append(String.format(Locale.ROOT, "\\u%04x", c));
                    } else {
                        out.append((char) c);
                    }
                });
        return out.append('"').toString();
    }
}
