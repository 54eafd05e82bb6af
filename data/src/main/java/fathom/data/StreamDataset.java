package fathom.data;

import fathom.FathomException;
import fathom.Tensor;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.CancellationException;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * An epoch of an {@link IterableDataset} as a loader's data set: whatever indices a batch has, it gets the examples
 * that come next. Random order comes from a buffer, of which a random example is taken and replaced by the next one.
 */
final class StreamDataset implements Dataset {
    private final IterableDataset stream;
    private final long epoch;
    private final int buffered;
    private final SplittableRandom random;
    private final List<Example> buffer = new ArrayList<>();
    private long skip;
    private long fetched;
    private @Nullable Iterator<Example> examples;
    private volatile boolean closed;

    /**
     * @param buffered the number of examples to choose from; 1 for the stream's order
     * @param skip the number of examples to skip
     */
    StreamDataset(IterableDataset stream, long epoch, int buffered, long seed, long skip) {
        this.stream = stream;
        this.epoch = epoch;
        this.buffered = buffered;
        this.skip = skip;
        random = new SplittableRandom(seed);
    }

    @Override
    public long size() {
        return stream.size();
    }

    @Override
    public Example get(long index) {
        throw new UnsupportedOperationException("an IterableDataset has no indices; iterate over a DataLoader of it");
    }

    @Override
    public synchronized Batch batch(long[] indices) {
        for (; skip > 0; skip--) {
            next();
        }
        var batch = new ArrayList<Example>(indices.length);
        for (int i = 0; i < indices.length; i++) {
            DataLoader.checkOpen();
            batch.add(next());
        }
        if (fetched == size() && buffer.isEmpty()) {
            close();
        }
        return Collate.stack(batch);
    }

    private Example next() {
        if (examples == null) {
            examples = stream.examples(epoch);
        }
        while (buffer.size() < buffered && fetched < size()) {
            if (closed) {
                throw new CancellationException("the batches were closed");
            }
            if (!examples.hasNext()) {
                throw new FathomException(
                        String.format(
                                Locale.ROOT,
                                "the stream ended after %,d examples; its size() is %,d",
                                fetched,
                                size()));
            }
            Example next = examples.next();
            next.tensors().forEach(Tensor::keep); // they may outlive the scope of a batch
            buffer.add(next);
            fetched++;
        }
        int last = buffer.size() - 1;
        int at = last == 0 ? 0 : random.nextInt(buffer.size());
        Example taken = buffer.get(at);
        buffer.set(at, buffer.get(last));
        buffer.removeLast();
        return taken;
    }

    /** Ends the epoch; the iterator of the examples is closed if it can be. */
    void close() {
        closed = true;
        if (examples instanceof AutoCloseable c) {
            try {
                c.close();
            } catch (Exception e) {
                throw new FathomException("the stream could not be closed: " + e.getMessage(), e);
            }
        }
    }

    /** The examples of another iterator, changed by a function. */
    record Mapped(Iterator<Example> source, UnaryOperator<Example> f) implements Iterator<Example>, AutoCloseable {
        @Override
        public boolean hasNext() {
            return source.hasNext();
        }

        @Override
        public Example next() {
            return f.apply(source.next());
        }

        @Override
        public void close() throws Exception {
            if (source instanceof AutoCloseable c) {
                c.close();
            }
        }
    }
}
