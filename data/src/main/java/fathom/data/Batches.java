package fathom.data;

import java.util.Iterator;

/**
 * The batches of one epoch. Background workers end with the last batch, when this iterator is closed, or when it
 * becomes unreachable: a loop that is left early needs no closing.
 */
public interface Batches extends Iterator<Batch>, AutoCloseable {
    /** Ends the iteration and its workers; there are no batches afterwards. */
    @Override
    void close();
}
