package fathom.cli;

import fathom.text.sentences.MarkdownPassages;
import fathom.text.sentences.Passage;
import fathom.text.sentences.PassageIndex;
import fathom.text.sentences.SentenceEncoder;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
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

/** Finds passages of pages by their meaning. */
@Command(
        name = "search",
        description = {
            "Find the passages of Markdown pages whose meaning is nearest to a question.",
            "Each is printed with its cosine, file, line and headings."
        },
        showDefaultValues = true)
final class SearchCommand implements Callable<Integer> {
    private static final int EXCERPT = 200;

    @Spec private CommandSpec spec;

    @Mixin private Common common;

    @Mixin private EncoderParameters encoder;

    @Parameters(index = "1", paramLabel = "FOLDER", description = "A folder with pages *.md, or one page.")
    private Path folder;

    @Parameters(index = "2..*", arity = "1..*", paramLabel = "QUESTION", description = "What to look for.")
    private List<String> questions;

    @Option(
            names = "--top",
            paramLabel = "N",
            defaultValue = "5",
            description = "The number of passages for each question.")
    private int top;

    @Option(
            names = "--passage-tokens",
            paramLabel = "N",
            defaultValue = "160",
            description = "The maximum size of a passage in the model's tokens.")
    private int size;

    @Option(
            names = "--index",
            paramLabel = "FILE",
            description =
                    "A .safetensors file that keeps the vectors; only new and changed passages are embedded again.")
    private @Nullable Path index;

    @Option(
            names = "--prompt",
            paramLabel = "TEXT",
            description = "What precedes the question. Default: what the model was trained with.")
    private @Nullable String prompt;

    @Override
    public Integer call() throws IOException {
        EncoderParameters.atLeast(spec, "--top", top, 1);
        EncoderParameters.atLeast(spec, "--passage-tokens", size, 8);
        if (index != null && !index.toString().endsWith(".safetensors")) {
            throw new ParameterException(spec.commandLine(), "--index: %s must end in .safetensors".formatted(index));
        }
        if (!Files.exists(folder)) {
            throw new ParameterException(
                    spec.commandLine(),
                    folder + ": there is no such folder or page; the order is MODEL FOLDER QUESTION");
        }
        SentenceEncoder model = encoder.open(spec);
        List<Passage> passages = MarkdownPassages.splitAll(folder, model::tokens, Math.min(size, model.maxLength()));
        if (passages.isEmpty()) {
            throw new ParameterException(spec.commandLine(), folder + ": there are no pages *.md with text");
        }
        PassageIndex found = index(model, passages);
        PrintWriter print = spec.commandLine().getOut();
        for (String question : questions) {
            if (questions.size() > 1) {
                print.println(question);
            }
            var vector = prompt == null ? model.encodeQuery(question) : model.encode(prompt + question);
            for (PassageIndex.Hit hit : found.search(vector, top)) {
                print(print, hit);
            }
        }
        print.flush();
        return 0;
    }

    private PassageIndex index(SentenceEncoder model, List<Passage> passages) throws IOException {
        if (index == null) {
            return PassageIndex.build(model, passages);
        }
        PassageIndex now;
        if (Files.exists(index)) {
            PassageIndex before = PassageIndex.load(index);
            try {
                now = before.update(model, passages);
            } catch (IllegalArgumentException e) {
                throw new ParameterException(
                        spec.commandLine(),
                        "--index: %s is of another model, %s; delete it or name another file"
                                .formatted(index, before.model()),
                        e);
            }
        } else {
            now = PassageIndex.build(model, passages);
        }
        now.save(index);
        return now;
    }

    private static void print(PrintWriter to, PassageIndex.Hit hit) {
        Passage p = hit.passage();
        to.println(
                String.format(Locale.ROOT, "%.3f  %s:%d  %s", hit.score(), p.source(), p.line(), p.heading())
                        .stripTrailing());
        String text = p.text().replaceAll("\\s+", " ");
        int end = text.offsetByCodePoints(0, Math.min(EXCERPT, text.codePointCount(0, text.length())));
        to.println("       " + text.substring(0, end) + (end < text.length() ? " ..." : ""));
    }
}
