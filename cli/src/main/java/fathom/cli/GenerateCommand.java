package fathom.cli;

import fathom.nn.Layer;
import fathom.text.decoder.CausalLM;
import fathom.text.generation.GenerationOptions;
import fathom.text.generation.TextGenerator;
import fathom.text.pretrained.PretrainedFolder;
import fathom.text.tokenizers.Tokenizer;
import fathom.train.recipe.RecipeTask;
import fathom.train.recipe.TextTask;
import fathom.train.recipe.TrainedRun;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Generates text with a trained language model. */
@Command(
        name = "generate",
        description = {
            "Continue a text with a trained language model: that of a run, or a folder in Hugging Face's layout (Llama,",
            "Mistral, Qwen2, Qwen3, GPT-2), with config.json, weights and tokenizer.json.",
            "By default the most probable token is taken; recurrent models have no other options than the length."
        },
        showDefaultValues = true)
final class GenerateCommand implements Callable<Integer> {
    @Spec private CommandSpec spec;

    @Mixin private Common common;

    @Mixin private RunParameters run;

    @Option(names = "--prompt", paramLabel = "TEXT", required = true, description = "The beginning of the text.")
    private String prompt;

    @Option(
            names = "--length",
            paramLabel = "N",
            defaultValue = "50",
            description = "Number of tokens to generate at most.")
    private int length;

    @Option(
            names = "--temperature",
            paramLabel = "X",
            description = "Divisor of logits: draw tokens; 0 for the most probable one.")
    private @Nullable Double temperature;

    @Option(names = "--top-k", paramLabel = "K", description = "Draw from the K most probable tokens.")
    private @Nullable Integer topK;

    @Option(
            names = "--top-p",
            paramLabel = "P",
            description = "Draw from the most probable tokens that together have this probability.")
    private @Nullable Double topP;

    @Option(
            names = "--min-p",
            paramLabel = "P",
            description = "Draw from tokens of at least this probability, relative to the most probable one.")
    private @Nullable Double minP;

    @Option(
            names = "--repetition-penalty",
            paramLabel = "X",
            description = "Factor by which tokens that occurred become less probable.")
    private @Nullable Double repetitionPenalty;

    @Option(names = "--beams", paramLabel = "N", description = "Width of beam search.")
    private @Nullable Integer beams;

    @Option(names = "--seed", paramLabel = "N", description = "Seed of drawing; 0 unless given.")
    private @Nullable Long seed;

    @Option(
            names = "--stop",
            paramLabel = "TEXT",
            description = "Text before which the generated text ends; may be repeated.")
    private @Nullable List<String> stop;

    @Override
    public Integer call() throws IOException {
        var options =
                new TextTask.Options()
                        .length(length)
                        .temperature(temperature)
                        .topK(topK)
                        .topP(topP)
                        .minP(minP)
                        .repetitionPenalty(repetitionPenalty)
                        .beams(beams)
                        .stop(stop == null ? List.of() : stop);
        boolean draws = temperature != null || topK != null || topP != null || minP != null;
        if (seed != null || draws) {
            options.seed(seed == null ? 0 : seed);
        }
        if (isPretrained()) {
            pretrained(options);
        } else {
            ofRun(options);
        }
        return 0;
    }

    /** {@return whether the folder has a model in Hugging Face's layout: runs have a config of another kind} */
    private boolean isPretrained() {
        if (!Files.isRegularFile(run.run.resolve("config.json"))) {
            return false;
        }
        try {
            return PretrainedFolder.open(run.run).config().has("model_type");
        } catch (UncheckedIOException e) {
            return false; // reported as a damaged run
        }
    }

    private void pretrained(TextTask.Options options) {
        PrintWriter out = spec.commandLine().getOut();
        try {
            CausalLM net = CausalLM.fromPretrained(run.run);
            net.to(run.device(spec));
            var generator = new TextGenerator(net, Tokenizer.load(run.run));
            out.print(prompt);
            out.flush();
            options.onText(piece -> {
                out.print(piece);
                out.flush();
            });
            String text = generator.generate(prompt, GenerationOptions.of(options)).text();
            // beam search has no pieces
            out.println(options.beams() != null && options.beams() > 1 ? text : "");
            out.flush();
        } catch (UncheckedIOException | IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
    }

    private void ofRun(TextTask.Options options) throws IOException {
        TrainedRun trained = run.open();
        RecipeTask task = run.task(spec, trained, o -> {});
        if (!(task instanceof TextTask text)) {
            throw new ParameterException(
                    spec.commandLine(),
                    "%s is a run of %s, which generates no text; fathom predict shows its predictions"
                            .formatted(trained.folder(), trained.recipe().name()));
        }
        Layer net = run.network(spec, trained, task);
        PrintWriter out = spec.commandLine().getOut();
        out.println(text.generate(net, prompt, options));
        out.flush();
    }
}
