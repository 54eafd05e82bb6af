package fathom.pickle;

import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a pickle may ask for beyond numbers, texts, lists, tuples and dictionaries. A pickle is a program that names
 * functions and calls them; here it gets those that this gives, and no others.
 */
public interface Builders {
    /** Makes an object of a function's or class's arguments. */
    @FunctionalInterface
    interface Builder {
        /** {@return the object} */
        @Nullable Object build(List<@Nullable Object> arguments) throws IOException;
    }

    /**
     * {@return what stands for a name: a {@link Builder} where it is to be called, else any object}
     *
     * @param name module and name, as {@code collections.OrderedDict}
     * @throws IOException if the name is none that may be asked for
     */
    Object global(String name) throws IOException;

    /** {@return the object that an identifier, made by whoever wrote the file, stands for} */
    Object persistent(@Nullable Object identifier) throws IOException;
}
