package fathom.cli;

import fathom.Tensor;
import fathom.Tensors;
import fathom.data.DataLoader;
import fathom.files.InputFiles;
import fathom.optim.SGD;
import fathom.text.GRULanguageModel;
import fathom.text.Sequences;
import fathom.text.StatefulLanguageModel;
import fathom.text.TimeMachine;
import fathom.text.Tokens;
import fathom.text.Vocabulary;
import fathom.train.EpochResult;
import fathom.train.Epochs;
import fathom.train.Run;
import fathom.train.Trainer;
import fathom.train.TrainingCallback;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
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
 * @param isRateNew whether a run that goes on is to have this rate rather than its own
 * @param seed where all chance comes from
 * @param folder where the run is kept
 * @param resume whether to go on from the checkpoint there
 * @param overwrite whether to delete a run there
 * @param eager whether steps are not captured
 * @param quiet whether only the last two lines are shown
 */
record LanguageModelRun(
        CommandSpec spec,
        @Nullable String data,
        int epochs,
        int batchSize,
        double lr,
        boolean isRateNew,
        long seed,
        Path folder,
        boolean resume,
        boolean overwrite,
        boolean eager,
        boolean quiet) {
    static final String NAME = "gru-lm";
    static final int EPOCHS = 500;
    static final int BATCH_SIZE = 32;
    static final double LR = 1;
    static final double CLIP_NORM = 1;
    private static final int STEPS = 35;
    private static final int HIDDEN = 256;

    /** The course learns from the first ones only. */
    private static final int MOST_TOKENS = 10_000;

    private static final int CONTINUED = 50;
    private static final int REPORTS = 10;

    /** Trains; what it has to say in the end is on standard output. */
    Run call() {
        List<String> tokens = Tokens.CHARACTERS.of(text());
        if (tokens.size() > MOST_TOKENS) {
            tokens = tokens.subList(0, MOST_TOKENS);
        }
        if (tokens.size() <= (long) batchSize * STEPS) {
            throw new ParameterException(
                    spec.commandLine(),
                    String.format(
                            Locale.ROOT,
                            "--data: %d letters are too few for a batch of %d sequences of %d",
                            tokens.size(),
                            batchSize,
                            STEPS));
        }
        Tensors.manualSeed(seed);
        var vocabulary = Vocabulary.of(tokens);
        var model = new GRULanguageModel(vocabulary.size(), HIDDEN);
        PrintWriter err = spec.commandLine().getErr();
        if (!quiet) {
            err.println(
                    String.format(
                            Locale.ROOT,
                            "%s on %,d characters, %d different ones, from %s, into %s",
                            NAME,
                            tokens.size(),
                            vocabulary.size(),
                            data == null ? "The Time Machine" : data,
                            folder));
        }
        List<String> prefix = data == null ? Tokens.CHARACTERS.of("time traveller") : tokens.subList(0, 10);
        DataLoader batches = Sequences.sequentialPartition(vocabulary.indices(tokens), batchSize, STEPS);
        Run run =
                fit(
                        new StatefulLanguageModel(model, batchSize),
                        batches,
                        e -> {
                            if (!quiet && e.epoch() % Math.max(1, epochs / REPORTS) == 0) {
                                err.println(
                                        String.format(
                                                Locale.ROOT,
                                                "epoch %d: perplexity %.2f, %s",
                                                e.epoch(),
                                                Math.exp(e.loss()),
                                                model.generate(prefix, CONTINUED, vocabulary)));
                                err.flush();
                            }
                        });
        if (run.ending() == Run.Ending.FINISHED) {
            PrintWriter out = spec.commandLine().getOut();
            out.println(
                    String.format(
                            Locale.ROOT,
                            "perplexity %.1f, %,.0f tokens/s",
                            Math.exp(run.last().loss()),
                            run.examplesPerSecond() * STEPS));
            out.println(model.generate(prefix, CONTINUED, vocabulary));
            out.flush();
        }
        return run;
    }

    @FunctionalInterface
    private interface Report {
        void of(EpochResult result);
    }

    private Run fit(StatefulLanguageModel reader, DataLoader batches, Report report) {
        var callback =
                new TrainingCallback() {
                    @Override
                    public void onEpochStart(Progress progress) {
                        reader.resetState();
                    }

                    @Override
                    public void onEpoch(Progress progress, EpochResult result) {
                        report.of(result);
                    }
                };
        return new Trainer(
                        reader,
                        t -> {
                            t.loss(GRULanguageModel::loss)
                                    .optimizer(p -> new SGD(p, lr))
                                    .clipNorm(CLIP_NORM)
                                    .metrics()
                                    .checkpoints(folder)
                                    .resume(resume)
                                    .overwrite(overwrite)
                                    .progress(false)
                                    .eager(eager)
                                    .callbacks(callback)
                                    .note("model", NAME)
                                    .note("lr", lr)
                                    .note("seed", seed);
                            if (isRateNew) {
                                t.lr(lr);
                            }
                            if (data != null) {
                                t.note("data", data);
                            }
                        })
                .fit(batches, Epochs.of(epochs));
    }

    /** What a step works on: as much as one of The Time Machine, but random letters. */
    static ProfiledStep step(int batchSize) {
        int vocabulary = 28;
        var reader = new StatefulLanguageModel(new GRULanguageModel(vocabulary, HIDDEN), batchSize);
        return new ProfiledStep(
                reader,
                GRULanguageModel::loss,
                new SGD(reader.parameters(), LR),
                CLIP_NORM,
                letters(vocabulary, batchSize),
                letters(vocabulary, batchSize));
    }

    private static Tensor letters(int vocabulary, int batchSize) {
        return Tensors.randint(0, vocabulary, batchSize, STEPS);
    }

    private String text() {
        String from = data;
        if (from == null) {
            return TimeMachine.text();
        }
        try {
            return InputFiles.text(Path.of(from));
        } catch (IOException e) {
            throw new ParameterException(spec.commandLine(), "--data: " + e.getMessage(), e);
        }
    }
}
