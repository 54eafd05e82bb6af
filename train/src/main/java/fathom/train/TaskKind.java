package fathom.train;

import fathom.guard.Kind;
import java.lang.reflect.Field;
import java.util.Collection;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** How captured steps guard the state of users' tasks; those of this package record what they use. */
final class TaskKind implements Kind {
    @Override
    public Class<?> base() {
        return Task.class;
    }

    @Override
    public boolean open(Field field) {
        return field.trySetAccessible();
    }

    @Override
    public boolean isOurs(Class<?> type) {
        return type == SupervisedTask.class || type == PhasedTask.class;
    }

    @Override
    public boolean readsFields(Class<?> type) {
        return !isOurs(type);
    }

    @Override
    public @Nullable Object declared(Object of) {
        return ((Task<?>) of).guard();
    }

    @Override
    public Collection<?> above(Object of) {
        return List.of();
    }

    @Override
    public @Nullable Supplier<List<?>> below(Object of) {
        return null;
    }
}
