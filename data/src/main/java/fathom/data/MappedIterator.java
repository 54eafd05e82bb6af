package fathom.data;

import java.util.Iterator;
import java.util.function.UnaryOperator;

/** The examples of another iterator, changed by a function. */
record MappedIterator(Iterator<Example> source, UnaryOperator<Example> f) implements Iterator<Example>, AutoCloseable {
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
