package fathom.train;

import fathom.data.Batch;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.util.HashMap;
import java.util.Map;

/** Finds the type of a task's batches in its class. */
final class BatchType {
    private BatchType() {}

    /**
     * {@return the B of the {@code Task<B>} that a task extends; {@link Batch} if it extends the raw class}
     *
     * @throws IllegalArgumentException if it is neither {@link Batch} nor a record, or not known
     */
    @SuppressWarnings("unchecked") // it is the type argument
    static <B> Class<B> of(Task<B> task) {
        Map<Type, Type> known = new HashMap<>();
        Class<?> c = task.getClass();
        while (c != null && c != Task.class) {
            if (c.getGenericSuperclass() instanceof ParameterizedType p) {
                TypeVariable<?>[] variables = c.getSuperclass().getTypeParameters();
                for (int i = 0; i < variables.length; i++) {
                    Type argument = p.getActualTypeArguments()[i];
                    known.put(variables[i], known.getOrDefault(argument, argument));
                }
            }
            c = c.getSuperclass();
        }
        Type type = known.getOrDefault(Task.class.getTypeParameters()[0], Batch.class);
        return (Class<B>) checked(raw(type, task));
    }

    private static Class<?> raw(Type type, Task<?> task) {
        return switch (type) {
            case Class<?> c -> c;
            case ParameterizedType p when p.getRawType() instanceof Class<?> c -> c;
            default ->
                    throw new IllegalArgumentException(
                            "%s: the type of its batches is not known, since it is a type variable; pass the class to the constructor: super(Pair.class, net)"
                                    .formatted(task.getClass().getName()));
        };
    }

    /** {@return the type, if batches can be of it} */
    static <B> Class<B> checked(Class<B> type) {
        if (type != Batch.class && !type.isRecord()) {
            throw new IllegalArgumentException(
                    "Task<%s>: a task's batches are of type Batch, or a record of tensors"
                            .formatted(type.getSimpleName()));
        }
        return type;
    }
}
