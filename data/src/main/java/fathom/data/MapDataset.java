package fathom.data;

import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** A data set whose examples or batches are transformed when they are fetched, for instance augmented. */
public final class MapDataset implements Dataset {
    private final Dataset dataset;
    private final UnaryOperator<Example> example;
    private final @Nullable UnaryOperator<Batch> batch;

    private MapDataset(Dataset dataset, UnaryOperator<Example> example, @Nullable UnaryOperator<Batch> batch) {
        this.dataset = dataset;
        this.example = example;
        this.batch = batch;
    }

    /** {@return a data set with {@code f} applied to each example} */
    public static MapDataset ofExamples(Dataset dataset, UnaryOperator<Example> f) {
        return new MapDataset(dataset, f, null);
    }

    /** {@return a data set with {@code f} applied to each batch; a single example is passed as a batch of one} */
    public static MapDataset ofBatches(Dataset dataset, UnaryOperator<Batch> f) {
        UnaryOperator<Example> single =
                e -> {
                    Batch one = f.apply(Collate.stack(List.of(e)));
                    return new Example(one.tensors().stream().map(t -> t.select(0, 0)).toList());
                };
        return new MapDataset(dataset, single, f);
    }

    @Override
    public long size() {
        return dataset.size();
    }

    @Override
    public Example get(long index) {
        return example.apply(dataset.get(index));
    }

    @Override
    public Batch batch(long[] indices) {
        return batch == null ? Dataset.super.batch(indices) : batch.apply(dataset.batch(indices));
    }

    @Override
    public String toString() {
        return "MapDataset(%s)".formatted(dataset);
    }
}
