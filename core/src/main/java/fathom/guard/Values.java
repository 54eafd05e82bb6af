package fathom.guard;

import fathom.Captured;
import fathom.Device;
import fathom.Shape;
import java.lang.reflect.Modifier;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;
import org.jspecify.annotations.Nullable;

/** Classification of Java objects for comparison from call to call. */
final class Values {
    /** Larger collections are assumed mutable without a search. */
    private static final int MAX_ELEMENTS = 4096;

    private static final ClassValue<Boolean> STATELESS =
            new ClassValue<>() {
                @Override
                protected Boolean computeValue(Class<?> type) {
                    for (Class<?> c = type; c != null && c != Object.class; c = c.getSuperclass()) {
                        for (var f : c.getDeclaredFields()) {
                            if (!Modifier.isStatic(f.getModifiers())) {
                                return false;
                            }
                        }
                    }
                    return !type.isArray();
                }
            };

    private Values() {}

    /** {@return whether the object never changes, so that equal objects are interchangeable} */
    static boolean isImmutable(@Nullable Object v) {
        return switch (v) {
            case null -> true;
            case Boolean _, Character _, Byte _, Short _, Integer _, Long _, Float _, Double _, String _ -> true;
            case Enum<?> _, Class<?> _, Shape _, Device _ -> true;
            case OptionalInt _, OptionalLong _, OptionalDouble _ -> true;
            case Optional<?> o -> isImmutable(o.orElse(null));
            case Record r -> isImmutableRecord(r);
            case Collection<?> c when isImmutableCollection(v) ->
                    c.size() <= MAX_ELEMENTS && c.stream().allMatch(Values::isImmutable);
            case Map<?, ?> m when isImmutableCollection(v) ->
                    m.size() <= MAX_ELEMENTS
                            && m.entrySet().stream()
                                    .allMatch(e -> isImmutable(e.getKey()) && isImmutable(e.getValue()));
            default -> isImmutableType(v.getClass()) || v instanceof java.nio.file.Path || STATELESS.get(v.getClass());
        };
    }

    private static boolean isImmutableType(Class<?> type) {
        String name = type.getName();
        return type.getPackageName().startsWith("java.time")
                || name.startsWith("java.math.Big")
                || switch (name) {
                    case "java.util.UUID",
                            "java.util.Locale",
                            "java.net.URI",
                            "java.io.File",
                            "java.util.regex.Pattern" ->
                            true;
                    default -> false;
                };
    }

    private static boolean isImmutableCollection(Object v) {
        return v.getClass().getName().startsWith("java.util.ImmutableCollections$");
    }

    private static boolean isImmutableRecord(Record r) {
        for (Slot s : Slot.ofInstances(r.getClass(), Record.class)) {
            if (!s.isReadable() || s.object() != null && !isImmutable(s.object(r))) {
                return false;
            }
        }
        return true;
    }

    /** {@return whether the object cannot influence the step, whatever its state} */
    static boolean isIrrelevant(Object v) {
        return v instanceof System.Logger
                || v instanceof Lock
                || v instanceof ReadWriteLock
                || v instanceof ClassLoader
                || v instanceof Captured
                || v.getClass().getName().startsWith("java.util.logging.");
    }

    /** {@return whether the class belongs to the JDK, whose fields cannot be read} */
    static boolean isPlatformType(Class<?> type) {
        String name = type.getPackageName();
        return name.startsWith("java.")
                || name.startsWith("javax.")
                || name.startsWith("jdk.")
                || name.startsWith("sun.")
                || name.startsWith("com.sun.");
    }

    /** {@return whether a value is unchanged} */
    static boolean same(@Nullable Object before, boolean immutable, @Nullable Object now) {
        return before == now || immutable && before != null && before.equals(now);
    }
}
