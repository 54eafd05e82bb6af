package fathom.data;

import fathom.Tensor;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Converts between tensors and records of tensors, by the order of the components. */
final class TensorRecords {
    /** How to construct and read the records of a class. */
    private record Shape(Constructor<?> constructor, List<Method> accessors, List<String> names) {}

    private static final ClassValue<Shape> OF_CLASS =
            new ClassValue<>() {
                @Override
                protected Shape computeValue(Class<?> type) {
                    return shape(type);
                }
            };

    private TensorRecords() {}

    private static Shape shape(Class<?> type) {
        RecordComponent[] components = type.getRecordComponents();
        if (components == null || components.length == 0) {
            throw new IllegalArgumentException(type.getName() + ": expected a record whose components are tensors");
        }
        for (RecordComponent c : components) {
            if (c.getType() != Tensor.class) {
                throw new IllegalArgumentException(
                        "%s: component %s is of type %s; expected a record whose components are tensors"
                                .formatted(type.getName(), c.getName(), c.getType().getSimpleName()));
            }
        }
        try {
            Class<?>[] types = Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
            Constructor<?> constructor = type.getDeclaredConstructor(types);
            List<Method> accessors = Arrays.stream(components).map(RecordComponent::getAccessor).toList();
            if (!constructor.trySetAccessible() || !accessors.stream().allMatch(Method::trySetAccessible)) {
                throw new IllegalStateException(
                        "%s: the record cannot be read; make it public in an exported package, or let module %s open its package: add \"opens %s to fathom.data;\" to its module-info.java"
                                .formatted(type.getName(), type.getModule().getName(), type.getPackageName()));
            }
            return new Shape(constructor, accessors, Arrays.stream(components).map(RecordComponent::getName).toList());
        } catch (NoSuchMethodException e) {
            throw new AssertionError(e); // every record has this constructor
        }
    }

    /**
     * {@return the record of some tensors}
     *
     * @param what names the tensors in messages: a batch, an example
     * @throws IllegalArgumentException if the class is not a record of tensors, or there are more or fewer tensors than
     *     components
     */
    static <R> R make(Class<R> type, List<Tensor> tensors, String what) {
        Shape shape = OF_CLASS.get(type);
        if (tensors.size() != shape.names.size()) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "%s has %d tensor%s, but the record %s has %d component%s (%s)",
                            what,
                            tensors.size(),
                            tensors.size() == 1 ? "" : "s",
                            type.getSimpleName(),
                            shape.names.size(),
                            shape.names.size() == 1 ? "" : "s",
                            String.join(", ", shape.names)));
        }
        return type.cast(Objects.requireNonNull(invoke(type, () -> shape.constructor.newInstance(tensors.toArray()))));
    }

    /**
     * {@return the components of a record, in order}
     *
     * @throws IllegalArgumentException if it is not a record of tensors, or a component is null
     */
    static List<Tensor> tensors(Record of) {
        Shape shape = OF_CLASS.get(of.getClass());
        var tensors = new ArrayList<Tensor>();
        for (int i = 0; i < shape.names.size(); i++) {
            Method accessor = shape.accessors.get(i);
            if (!(invoke(of.getClass(), () -> accessor.invoke(of)) instanceof Tensor t)) {
                throw new IllegalArgumentException(
                        "%s: component %s is null; expected a tensor"
                                .formatted(of.getClass().getSimpleName(), shape.names.get(i)));
            }
            tensors.add(t);
        }
        return tensors;
    }

    @FunctionalInterface
    private interface Call {
        @Nullable Object run() throws ReflectiveOperationException;
    }

    private static @Nullable Object invoke(Class<?> type, Call call) {
        try {
            return call.run();
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof RuntimeException r) {
                throw r; // the record's own constructor refuses the tensors
            }
            throw new IllegalStateException(type.getName() + ": " + e.getCause(), e);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(type.getName() + ": " + e, e);
        }
    }
}
