package fathom.text;

import fathom.DType;
import fathom.Tensor;
import fathom.data.Batch;
import fathom.data.Dataset;
import fathom.data.Example;
import java.util.Objects;

/** All subsequences of one length of a corpus, by start offset, each with its next tokens. */
final class Windows implements Dataset {
    private final Tensor rows;
    private final int numSteps;

    /** For a corpus {@code [n]} of more than {@code numSteps} tokens. */
    Windows(Tensor corpus, int numSteps) {
        // a view: each row is a sequence and the token after it
        this.rows = corpus.keep().unfold(0, numSteps + 1L, 1);
        this.numSteps = numSteps;
    }

    @Override
    public long size() {
        return rows.size(0);
    }

    @Override
    public Example get(long index) {
        Tensor row = rows.select(0, Objects.checkIndex(index, size()));
        return Example.of(row.narrow(0, 0, numSteps), row.narrow(0, 1, numSteps));
    }

    @Override
    public Batch batch(long[] indices) {
        for (long i : indices) {
            Objects.checkIndex(i, size());
        }
        Tensor picked = rows.indexSelect(0, rows.newTensor(indices, DType.INT64));
        return Batch.of(picked.narrow(1, 0, numSteps), picked.narrow(1, 1, numSteps));
    }
}
