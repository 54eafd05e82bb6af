package fathom.guard;

import java.lang.reflect.Field;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** The registry of families. */
public final class StatefulFamilies {
    private static final List<StatefulFamily> ALL = new CopyOnWriteArrayList<>();

    private StatefulFamilies() {}

    /** Registers a family. */
    public static void add(StatefulFamily family) {
        ALL.add(family);
    }

    /** {@return the family of a class; null if it belongs to none} */
    public static @Nullable StatefulFamily of(Class<?> type) {
        for (StatefulFamily k : ALL) {
            if (k.base().isAssignableFrom(type)) {
                return k;
            }
        }
        return null;
    }

    /** Makes a field accessible, if this module or that of a family may. */
    static boolean open(Field field) {
        if (field.trySetAccessible()) {
            return true;
        }
        for (StatefulFamily k : ALL) {
            if (k.open(field)) {
                return true;
            }
        }
        return false;
    }
}
