package fathom.nn;

import fathom.guard.StatefulFamily;
import java.lang.reflect.Field;
import java.util.Collection;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** How captured steps read the state of blocks. */
final class BlockFamily implements StatefulFamily {
    /** Whether a class finds children otherwise than in its fields. */
    private static final ClassValue<Boolean> NAMES_CHILDREN =
            new ClassValue<>() {
                @Override
                protected Boolean computeValue(Class<?> type) {
                    try {
                        Class<?> by = type.getMethod("namedChildren").getDeclaringClass();
                        return by != Block.class && !by.isAnnotationPresent(WholeState.class);
                    } catch (NoSuchMethodException e) {
                        throw new AssertionError(e);
                    }
                }
            };

    @Override
    public Class<?> base() {
        return Block.class;
    }

    @Override
    public boolean open(Field field) {
        return field.trySetAccessible();
    }

    @Override
    public boolean isOurs(Class<?> type) {
        return type.isAnnotationPresent(WholeState.class);
    }

    @Override
    public boolean readsFields(Class<?> type) {
        return true;
    }

    @Override
    public @Nullable Object declared(Object of) {
        return ((Block) of).guard();
    }

    @Override
    public Collection<?> above(Object of) {
        return ((Block) of).parents();
    }

    @Override
    public @Nullable Supplier<List<?>> below(Object of) {
        return NAMES_CHILDREN.get(of.getClass()) ? ((Block) of)::directChildren : null;
    }
}
