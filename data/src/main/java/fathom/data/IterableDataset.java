package fathom.data;

import java.util.Iterator;
import java.util.function.LongFunction;
import java.util.function.UnaryOperator;

/**
 * Examples that come one after another, without indices: from files too large for memory, a network or a generator.
 *
 * {@snippet :
 * var lines = IterableDataset.of(1_000_000, epoch -> Files.lines(file).map(line -> example(line)).iterator());
 * for (var batch : DataLoader.of(lines, 256).shuffle(true).shuffleBuffer(50_000).workers(1)) {
 *     train(batch.x(), batch.y());
 * }
 * }
 */
public interface IterableDataset {
    /** {@return the number of examples in an epoch; of an endless stream, as many as an epoch shall have} */
    long size();

    /**
     * {@return the examples of an epoch, in the same order whenever it is called for that epoch}
     *
     * <p>An iterator that is {@link AutoCloseable} is closed when the epoch ends or is abandoned.
     *
     * @param epoch the index of the epoch, from 0
     */
    Iterator<Example> examples(long epoch);

    /** {@return a data set of the given number of examples per epoch} */
    static IterableDataset of(long size, LongFunction<? extends Iterator<Example>> examples) {
        return new IterableDataset() {
            @Override
            public long size() {
                return size;
            }

            @Override
            public Iterator<Example> examples(long epoch) {
                return examples.apply(epoch);
            }
        };
    }

    /** {@return this data set with {@code f} applied to each example when it is fetched} */
    default IterableDataset map(UnaryOperator<Example> f) {
        IterableDataset source = this;
        return of(size(), epoch -> new StreamDataset.Mapped(source.examples(epoch), f));
    }
}
