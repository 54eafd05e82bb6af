package fathom.cpu.memory;

import fathom.DType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.constant.ConstantDescs;
import java.lang.invoke.MethodHandles;

/**
 * Vector code that is written once for several element types. A template is a class whose loops use only the type
 * {@code Vector}, and whose element type is a constant, {@link #type}. It is defined once for each type as a hidden
 * class with its own constants and profile, so C2 sees a single vector class in it and eliminates the branches of other
 * types. (In one class for all types the call sites would be megamorphic, and every vector would be boxed.)
 */
public final class VectorTemplate {
    private VectorTemplate() {}

    /**
     * {@return an instance of a template, defined for an element type}
     *
     * @param lookup a lookup of a class in the template's package
     * @param contract the interface that the template implements
     * @param template a class with a no-argument constructor; it is not initialised itself
     * @param type the element type, the value of {@link #type} in the new class
     */
    public static <T> T define(
            MethodHandles.Lookup lookup, Class<T> contract, Class<? extends T> template, DType type) {
        return HiddenClasses.instantiate(
                lookup, contract, classFile(template), type, template.getName() + " for " + type);
    }

    /** {@return the element type for which the lookup's class was defined} */
    public static DType type(MethodHandles.Lookup lookup) {
        try {
            var type = MethodHandles.classData(lookup, ConstantDescs.DEFAULT_NAME, DType.class);
            if (type == null) {
                throw new IllegalStateException(lookup.lookupClass() + " is a template: define it for a type");
            }
            return type;
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] classFile(Class<?> template) {
        String name = template.getName();
        try (var in = template.getResourceAsStream(name.substring(name.lastIndexOf('.') + 1) + ".class")) {
            if (in == null) {
                throw new IllegalStateException("the class file of " + name + " cannot be read");
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
