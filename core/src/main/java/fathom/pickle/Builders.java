package fathom.pickle;

import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The callables and objects that a pickle may reference beyond numbers, texts, lists, tuples and dictionaries. A pickle
 * is a program that names functions and calls them; here it can reach those returned by this interface, and no others.
 */
public interface Builders {
    /** Constructs an object from a function's or class's arguments. */
    @FunctionalInterface
    interface Builder {
        /** {@return the object} */
        @Nullable Object build(List<@Nullable Object> arguments) throws IOException;
    }

    /**
     * {@return the object for a global name: a {@link Builder} if it is to be called, else any object}
     *
     * @param name module and name, as {@code collections.OrderedDict}
     * @throws IOException if the name is not allowed
     */
    Object global(String name) throws IOException;

    /** {@return the object for a persistent identifier, defined by the writer of the file} */
    Object persistent(@Nullable Object identifier) throws IOException;
}
