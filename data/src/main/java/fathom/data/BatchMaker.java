package fathom.data;

import fathom.Autograd;
import fathom.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Makes the batches of one epoch, each with a generator of its own, so that it does not matter which thread does it.
 */
record BatchMaker(Dataset dataset, @Nullable Function<List<Example>, Batch> collate, long epochSeed) {

    /** {@return batch number {@code number} of these examples} */
    Batch make(long number, long[] indices) {
        long seed = new SplittableRandom(epochSeed + number).nextLong();
        try (var off = Autograd.noGrad()) {
            return Tensors.withSeed(seed, () -> fetch(indices));
        }
    }

    private Batch fetch(long[] indices) {
        if (collate == null) {
            return dataset.batch(indices);
        }
        var examples = new ArrayList<Example>(indices.length);
        for (long i : indices) {
            PrefetchedBatches.checkOpen();
            examples.add(dataset.get(i));
        }
        return collate.apply(examples);
    }
}
