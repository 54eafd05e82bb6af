package fathom.cli;

import fathom.Tensor;
import fathom.text.GRULanguageModel;
import fathom.text.LanguageModelTraining;
import fathom.text.Sequences;
import fathom.text.TimeMachine;
import fathom.text.Tokens;
import fathom.text.Vocabulary;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/**
 * {@code fathom train gru-lm}: the course's language model of characters (chapter 9.1).
 *
 * @param data a text file; null for The Time Machine
 * @param epochs passes over the text
 * @param batchSize sequences per update
 * @param lr the learning rate
 * @param folder where the weights are kept; null for nowhere
 * @param quiet whether only the last two lines are shown
 */
record LanguageModelRun(
        CommandSpec spec,
        @Nullable String data,
        int epochs,
        int batchSize,
        double lr,
        @Nullable Path folder,
        boolean quiet) {
    static final String NAME = "gru-lm";
    static final int EPOCHS = 500;
    static final int BATCH_SIZE = 32;
    private static final int STEPS = 35;
    private static final int HIDDEN = 256;

    /** The course learns from the first ones only. */
    private static final int MOST_TOKENS = 10_000;

    private static final int CONTINUED = 50;
    private static final int REPORTS = 10;

    Integer call() {
        List<String> tokens = Tokens.CHARACTERS.of(text());
        if (tokens.size() > MOST_TOKENS) {
            tokens = tokens.subList(0, MOST_TOKENS);
        }
        if (tokens.size() <= (long) batchSize * STEPS) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--data: %d letters are too few for a batch of %d sequences of %d"
                            .formatted(tokens.size(), batchSize, STEPS));
        }
        var vocabulary = Vocabulary.of(tokens);
        Tensor corpus = vocabulary.numbers(tokens).keep();
        var model = new GRULanguageModel(vocabulary.size(), HIDDEN);
        var training = new LanguageModelTraining(model, lr);
        PrintWriter err = spec.commandLine().getErr();
        if (!quiet) {
            err.println(
                    "%s on %,d characters, %d different ones, from %s"
                            .formatted(
                                    NAME, tokens.size(), vocabulary.size(), data == null ? "The Time Machine" : data));
        }
        List<String> prefix = data == null ? Tokens.CHARACTERS.of("time traveller") : tokens.subList(0, 10);
        LanguageModelTraining.Epoch last = null;
        for (int i = 1; i <= epochs; i++) {
            last = training.epoch(Sequences.sequential(corpus, batchSize, STEPS), true);
            if (!quiet && i % Math.max(1, epochs / REPORTS) == 0) {
                err.println(
                        "epoch %d: perplexity %.2f, %s"
                                .formatted(i, last.perplexity(), model.continued(prefix, CONTINUED, vocabulary)));
                err.flush();
            }
        }
        save(model);
        PrintWriter out = spec.commandLine().getOut();
        if (last != null) {
            out.println("perplexity %.1f, %,.0f tokens/s".formatted(last.perplexity(), last.speed()));
        }
        out.println(model.continued(prefix, CONTINUED, vocabulary));
        out.flush();
        return 0;
    }

    private String text() {
        String from = data;
        if (from == null) {
            return TimeMachine.text();
        }
        try {
            return Files.readString(Path.of(from));
        } catch (CharacterCodingException e) {
            throw new ParameterException(spec.commandLine(), "--data: %s is not text in UTF-8".formatted(from), e);
        } catch (IOException e) {
            throw new ParameterException(spec.commandLine(), "--data: there is no file " + from, e);
        }
    }

    private void save(GRULanguageModel model) {
        Path to = folder;
        if (to == null) {
            return;
        }
        try {
            Files.createDirectories(to);
            model.stateDict().save(to.resolve("model.safetensors"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
