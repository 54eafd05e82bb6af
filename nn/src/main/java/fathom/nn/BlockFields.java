package fathom.nn;

import fathom.Tensor;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The fields of a class of blocks or of a record that may hold tensors or blocks, with names in PyTorch's spelling. */
final class BlockFields {
    /** A field and its name: {@code runningMean} is {@code running_mean}. */
    record Named(String name, Field field) {
        @Nullable Object read(Object of) {
            try {
                return field.get(of);
            } catch (IllegalAccessException e) {
                throw new IllegalStateException(unreadable(field), e);
            }
        }

        /**
         * Assigns the field.
         *
         * @throws IllegalArgumentException if it is final or has another type
         */
        void write(Object of, Object value) {
            String what =
                    "replace: the field %s.%s".formatted(field.getDeclaringClass().getSimpleName(), field.getName());
            if (Modifier.isFinal(field.getModifiers())) {
                throw new IllegalArgumentException(what + " is final");
            }
            if (!field.getType().isInstance(value)) {
                throw new IllegalArgumentException(
                        "%s holds a %s, not a %s"
                                .formatted(what, field.getType().getSimpleName(), value.getClass().getSimpleName()));
            }
            try {
                field.set(of, value);
            } catch (IllegalAccessException e) {
                throw new IllegalStateException(unreadable(field), e);
            }
        }
    }

    private static final ClassValue<List<Named>> OF_CLASS =
            new ClassValue<>() {
                @Override
                protected List<Named> computeValue(Class<?> type) {
                    var fields = new ArrayList<Named>();
                    Class<?> above = type.getSuperclass();
                    if (above != null && above != Object.class) {
                        fields.addAll(OF_CLASS.get(above));
                    }
                    if (type != Block.class) {
                        for (Field f : type.getDeclaredFields()) {
                            if (mayHold(f) && isReadable(f)) {
                                fields.add(new Named(snakeCase(f.getName()), f));
                            }
                        }
                    }
                    return List.copyOf(fields);
                }
            };

    private BlockFields() {}

    /** {@return the fields, those of superclasses first, each class's in order} */
    static List<Named> of(Class<?> type) {
        return OF_CLASS.get(type);
    }

    /** {@return whether a field can be read; components of records that cannot are ignored unless they hold blocks} */
    private static boolean isReadable(Field f) {
        if (f.trySetAccessible()) {
            return true;
        }
        if (!f.getDeclaringClass().isRecord() || Block.class.isAssignableFrom(f.getType())) {
            throw new IllegalStateException(unreadable(f));
        }
        return false;
    }

    private static boolean mayHold(Field f) {
        Class<?> t = f.getType();
        return !Modifier.isStatic(f.getModifiers())
                && !Modifier.isTransient(f.getModifiers())
                && !f.isSynthetic()
                && (t == Tensor.class
                        || Block.class.isAssignableFrom(t)
                        || t.isInterface() && !t.getName().startsWith("java.util.function.")
                        || t == Object.class
                        || t.isRecord()
                        || Collection.class.isAssignableFrom(t)
                        || Map.class.isAssignableFrom(t)
                        || t.isArray() && mayHold(t.getComponentType()));
    }

    private static boolean mayHold(Class<?> component) {
        return component == Tensor.class
                || Block.class.isAssignableFrom(component)
                || component.isInterface()
                || component.isRecord()
                || component.isArray() && mayHold(component.getComponentType());
    }

    private static String unreadable(Field f) {
        Class<?> owner = f.getDeclaringClass();
        return "%s: field %s cannot be read; module %s must open its package to the layers: add \"opens %s to fathom.nn;\" to its module-info.java"
                .formatted(owner.getName(), f.getName(), owner.getModule().getName(), owner.getPackageName());
    }

    /** {@return {@code weightIh} as {@code weight_ih}; names that begin with a capital are kept} */
    static String snakeCase(String name) {
        if (name.isEmpty() || Character.isUpperCase(name.charAt(0))) {
            return name;
        }
        var out = new StringBuilder(name.length() + 4);
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (Character.isUpperCase(c)) {
                if (out.charAt(out.length() - 1) != '_' && !Character.isUpperCase(name.charAt(i - 1))) {
                    out.append('_');
                }
                out.append(Character.toLowerCase(c));
            } else {
                out.append(c);
            }
        }
        return out.toString();
    }

    /** {@return the elements of a list or array; an empty list for anything else} */
    static List<?> elements(@Nullable Object value) {
        return switch (value) {
            case List<?> list -> list;
            case Object[] array -> Arrays.asList(array);
            case null, default -> List.of();
        };
    }
}
