package fathom.train;

import fathom.Fathom;
import fathom.files.AtomicFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Locale;

/**
 * The progress within epochs, appended to {@code steps.csv} in the run's folder: what a live display of a run shows
 * between two epochs. A row covers the batches since the row before.
 *
 * <p>Rows are written four times a second at first, and less often the longer the run is, so that the file of a run of
 * days has some ten thousand rows. A row that cannot be written is lost without an error: the next checkpoint reports
 * what is wrong with the disk.
 */
final class StepLog {
    /** The name of the file. */
    static final String NAME = "steps.csv";

    /**
     * The columns: seconds of training, without evaluation; epochs passed, with their fraction; updates of the weights;
     * the mean loss of the row's batches; the learning rate after the last; examples per second; bytes of tensors and
     * of the Java heap in use; the id of the run.
     */
    static final String COLUMNS = "seconds,epoch,step,loss,lr,examples_per_second,memory,heap";

    private static final String HEADER = COLUMNS + "," + RunFolder.RUN + "\n";

    private static final int SECONDS = 0;
    private static final int STEP = 2;

    private static final System.Logger LOG = System.getLogger(StepLog.class.getName());

    private static final double FIRST_INTERVAL = 0.25;

    /** The interval doubles after each such number of rows. */
    private static final int ROWS_PER_INTERVAL = 1000;

    private final Path file;
    private final String run;
    private double seconds;
    private int rows;
    private double interval;

    // ---- since the last row
    private double lossSum;
    private long examples;
    private double elapsed;
    private double lastEpoch;
    private long lastStep;
    private double lastLr;

    private StepLog(Path file, String run) {
        this.file = file;
        this.run = run;
    }

    /** {@return the log of a new run; a file left by an earlier one is deleted} */
    static StepLog create(Path folder, String run) throws IOException {
        var log = new StepLog(folder.resolve(NAME), run);
        Files.deleteIfExists(log.file);
        return log;
    }

    /**
     * {@return the log of a run that continues from a checkpoint}
     *
     * @param run the id of the run
     * @param step the checkpoint's number of updates; rows beyond it are deleted, since those updates are repeated
     */
    static StepLog resume(Path folder, String run, long step) throws IOException {
        var log = new StepLog(folder.resolve(NAME), run);
        NumberTable table = NumberTable.read(log.file);
        if (!String.join(",", table.columns()).equals(COLUMNS)) {
            return create(folder, run); // none, damaged, or of another version
        }
        var kept = new StringBuilder(HEADER);
        for (double[] row : table.rows()) {
            if (row[STEP] <= step) {
                log.append(kept, row);
                log.seconds = row[SECONDS];
                log.rows++;
            }
        }
        log.setInterval();
        AtomicFiles.write(log.file, kept.toString().getBytes(StandardCharsets.US_ASCII));
        return log;
    }

    /**
     * Adds a batch.
     *
     * @param epoch the number of epochs passed, with their fraction
     * @param step the number of updates of the weights
     * @param loss the mean loss of the batch
     * @param size the number of its examples
     * @param took the seconds that it took, with loading
     */
    void batch(double epoch, long step, double loss, double lr, long size, double took) {
        lastEpoch = epoch;
        lastStep = step;
        lastLr = lr;
        lossSum += loss * size;
        examples += size;
        elapsed += took;
        if (elapsed >= interval) {
            write();
        }
    }

    /** Writes the last row, at the end of a run. */
    void end() {
        if (examples > 0) {
            write();
        }
    }

    private void write() {
        seconds += elapsed;
        Fathom.Memory memory = Fathom.memory();
        Runtime java = Runtime.getRuntime();
        var line = new StringBuilder();
        append(
                line,
                seconds,
                lastEpoch,
                lastStep,
                lossSum / examples,
                lastLr,
                examples / Math.max(elapsed, 1e-9),
                memory.inUse() + memory.scratch(),
                java.totalMemory() - java.freeMemory());
        try (var channel =
                FileChannel.open(
                        file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND)) {
            String text = channel.size() == 0 ? HEADER + line : line.toString();
            // one call, so that readers seldom see half a row
            int _ = channel.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII)));
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "a row of {0} is lost: {1}", file, e);
        }
        rows++;
        setInterval();
        lossSum = 0;
        examples = 0;
        elapsed = 0;
    }

    private void setInterval() {
        interval = FIRST_INTERVAL * (1L << Math.min(rows / ROWS_PER_INTERVAL, 30));
    }

    private void append(StringBuilder out, double... row) {
        for (int i = 0; i < row.length; i++) {
            double v = row[i];
            String text =
                    v == Math.rint(v) && Math.abs(v) < 1e15
                            ? Long.toString((long) v)
                            : i < STEP ? String.format(Locale.ROOT, "%.4f", v) : Float.toString((float) v);
            out.append(i == 0 ? "" : ",").append(text);
        }
        out.append(',').append(run).append('\n');
    }
}
