package fathom.data;

import java.util.Iterator;
import java.util.NoSuchElementException;

/** Batches assembled on demand in the calling thread. */
final class DirectBatches implements Batches {
    private final Iterator<long[]> indices;
    private final BatchAssembler assembler;
    private long number;
    private boolean closed;

    DirectBatches(Iterator<long[]> indices, BatchAssembler assembler, long first) {
        this.indices = indices;
        this.assembler = assembler;
        this.number = first;
    }

    @Override
    public boolean hasNext() {
        return !closed && indices.hasNext();
    }

    @Override
    public Batch next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        return assembler.assemble(number++, indices.next());
    }

    @Override
    public void close() {
        closed = true;
        assembler.close();
    }
}
