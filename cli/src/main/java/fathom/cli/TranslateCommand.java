package fathom.cli;

import fathom.nn.Layer;
import fathom.train.recipe.RecipeTask;
import fathom.train.recipe.TrainedRun;
import fathom.train.recipe.TranslatorTask;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Translates sentences with a trained model. */
@Command(
        name = "translate",
        description = {
            "Translate sentences, by a model trained by train seq2seq, bahdanau or transformer.",
            "Where the data has a translation, the line ends with its BLEU."
        },
        showDefaultValues = true)
final class TranslateCommand implements Callable<Integer> {
    @Spec private CommandSpec spec;

    @Mixin private Common common;

    @Mixin private RunParameters run;

    @Parameters(index = "1..*", arity = "1..*", paramLabel = "SENTENCE", description = "Sentences to translate.")
    private List<String> sentences;

    @Option(
            names = "--beams",
            paramLabel = "N",
            defaultValue = "1",
            description = "Width of beam search; 1 for greedy decoding.")
    private int beams;

    @Option(
            names = "--length-penalty",
            paramLabel = "X",
            defaultValue = "0.75",
            description = "Exponent of the length by which beam search divides the logarithm of probabilities.")
    private double lengthPenalty;

    @Option(
            names = "--attention",
            paramLabel = "FILE",
            description = "Draw the attention weights of the last sentence into FILE.png or FILE.svg.")
    private @Nullable Path attention;

    @Override
    public Integer call() throws IOException {
        TrainedRun trained = run.open();
        var options = new TranslatorTask.Options().beams(beams).lengthPenalty(lengthPenalty).attention(attention);
        RecipeTask task = run.task(spec, trained, o -> {});
        if (!(task instanceof TranslatorTask translator)) {
            throw new ParameterException(
                    spec.commandLine(),
                    "%s is a run of %s, which translates nothing; fathom predict shows its predictions"
                            .formatted(trained.folder(), trained.recipe().name()));
        }
        Layer net = run.network(spec, trained, task);
        PrintWriter out = spec.commandLine().getOut();
        translator.translate(net, sentences, options).forEach(out::println);
        out.flush();
        return 0;
    }
}
