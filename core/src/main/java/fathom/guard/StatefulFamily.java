package fathom.guard;

import java.lang.reflect.Field;
import java.util.Collection;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A family of stateful objects that take part in steps: blocks, optimisers. */
public interface StatefulFamily {
    /** {@return the common superclass, whose own fields are not read} */
    Class<?> base();

    /** Makes a field accessible on behalf of the module to which users open their packages. */
    boolean open(Field field);

    /** {@return whether the class is part of this project and has transient fields that are state, such as children} */
    boolean isOurs(Class<?> type);

    /** {@return whether to read fields of the class} */
    boolean readsFields(Class<?> type);

    /** {@return the dependencies that the object itself declares, instead of its fields; null if it declares none} */
    @Nullable Object declared(Object of);

    /** {@return the objects of this family that contain the object} */
    Collection<?> above(Object of);

    /** {@return a supplier of the contained objects, if they are not found in fields; else null} */
    @Nullable Supplier<List<?>> below(Object of);
}
