package fathom.parquet;

import fathom.FathomException;
import fathom.data.Table;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

/**
 * Reads a file on a thread of its own, and gives up when no row comes any more.
 *
 * @param patience the time to wait for a further row
 */
record Watched(Path file, Duration patience) {
    /**
     * {@return the table}
     *
     * @param read reads it, and counts the rows
     */
    Table run(Function<AtomicLong, Table> read) {
        var rows = new AtomicLong();
        var task = new FutureTask<>(() -> read.apply(rows));
        Thread thread = Thread.ofPlatform().daemon().name("fathom-parquet").start(task);
        long seen = 0;
        while (true) {
            try {
                return task.get(patience.toMillis(), TimeUnit.MILLISECONDS);
            } catch (TimeoutException _) {
                if (rows.get() == seen) {
                    thread.interrupt();
                    throw ParquetTable.damaged(
                            file, new IllegalStateException("no row came for %s".formatted(patience)));
                }
                seen = rows.get();
            } catch (InterruptedException e) {
                thread.interrupt();
                Thread.currentThread().interrupt();
                throw new FathomException("interrupted while reading " + file, e);
            } catch (ExecutionException e) {
                switch (e.getCause()) {
                    case RuntimeException r -> throw r;
                    case Error error -> throw error;
                    case null, default -> throw new FathomException("%s: cannot be read".formatted(file), e);
                }
            }
        }
    }
}
