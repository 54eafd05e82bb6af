package fathom.guard;

import java.lang.reflect.Field;
import java.util.Collection;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A family of objects that take part in steps with state of their own: blocks, optimisers. */
public interface Kind {
    /** {@return the class that all of them extend, whose own fields need no look} */
    Class<?> base();

    /** Makes a field accessible in the name of the module that users' packages are open to. */
    boolean open(Field field);

    /** {@return whether the class is of this project and has transient fields that are state, such as children} */
    boolean isOurs(Class<?> type);

    /** {@return whether fields of the class are to be read} */
    boolean readsFields(Class<?> type);

    /** {@return what the object itself says that it depends on, in place of its fields; null where it says nothing} */
    @Nullable Object declared(Object of);

    /** {@return objects of this kind that hold the object} */
    Collection<?> above(Object of);

    /** {@return asks for the objects below, where they are not found in fields; null where they are} */
    @Nullable Supplier<List<?>> below(Object of);
}
