package fathom.optim;

import fathom.guard.StatefulFamily;
import java.lang.reflect.Field;
import java.util.Collection;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** How captured steps guard the state of optimisers; those of this package guard their own. */
final class OptimizerFamily implements StatefulFamily {
    @Override
    public Class<?> base() {
        return Optimizer.class;
    }

    @Override
    public boolean open(Field field) {
        return field.trySetAccessible();
    }

    @Override
    public boolean isOurs(Class<?> type) {
        return false;
    }

    @Override
    public boolean readsFields(Class<?> type) {
        // the rules of this package are guarded by kernelKey(); those of users may have any fields
        boolean guardsItself =
                FusedOptimizer.class.isAssignableFrom(type) || LayerwiseOptimizer.class.isAssignableFrom(type);
        return !guardsItself || !type.getPackageName().equals(FusedOptimizer.class.getPackageName());
    }

    @Override
    public @Nullable Object declared(Object of) {
        return ((Optimizer) of).guard();
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
