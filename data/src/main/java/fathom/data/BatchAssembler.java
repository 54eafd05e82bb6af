package fathom.data;

import fathom.Autograd;
import fathom.Device;
import fathom.FathomException;
import fathom.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.CancellationException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Assembles the batches of one epoch, each with its own random generator, so that results do not depend on the thread.
 *
 * @param open the device on which factories create tensors meanwhile
 * @param target the device that batches are copied to; null for no copy
 */
record BatchAssembler(
        Dataset dataset,
        @Nullable Function<List<Example>, Batch> collate,
        long epochSeed,
        Device open,
        @Nullable Device target) {

    /** {@return batch {@code number}, of the examples with these indices} */
    Batch assemble(long number, long[] indices) {
        long seed = new SplittableRandom(epochSeed + number).nextLong();
        try (var off = Autograd.noGrad()) {
            Batch batch = Tensors.withSeed(seed, () -> open.with(() -> fetch(indices)));
            return target == null ? batch : batch.to(target);
        }
    }

    /** Ends the epoch of a stream. */
    void close() {
        if (dataset instanceof StreamDataset stream) {
            stream.close();
        }
    }

    private Batch fetch(long[] indices) {
        if (collate == null) {
            return dataset.batch(indices);
        }
        return collate.apply(examples(dataset, indices));
    }

    /** {@return the examples with these indices; an exception names the example that it was thrown for} */
    static List<Example> examples(Dataset dataset, long[] indices) {
        var examples = new ArrayList<Example>(indices.length);
        for (long i : indices) {
            PrefetchedBatches.checkOpen();
            try {
                examples.add(dataset.get(i));
            } catch (CancellationException e) {
                throw e;
            } catch (Throwable e) {
                throw at(i, e);
            }
        }
        return examples;
    }

    private static RuntimeException at(long index, Throwable e) {
        String where = String.format(Locale.ROOT, "example %d of the data set", index);
        String said = e.getMessage();
        RuntimeException located =
                e instanceof RuntimeException r
                        ? FathomException.withMessage(r, said == null ? where : said + "; " + where)
                        : null;
        if (located != null) {
            return located;
        }
        e.addSuppressed(new FathomException(where));
        return PrefetchedBatches.<RuntimeException>as(e);
    }
}
