package fathom.cpu.memory;

import fathom.DType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.constant.ConstantDescs;
import java.lang.invoke.MethodHandles;

/**
 * Vector code that is written once and serves several element types. A template is a class that names no type of vector
 * but {@code Vector} in its loops, and whose type is a constant, {@link #type}. It is defined anew for each type, as a
 * hidden class: each of them has constants and a profile of its own, so the compiler sees one class of vectors in it
 * and drops the branches of other types. (In one class for all types it would find several classes at each call, and
 * make an object of each vector.)
 */
public final class VectorTemplate {
    private VectorTemplate() {}

    /**
     * {@return an instance of a template, defined for an element type}
     *
     * @param lookup of a class in the template's package
     * @param face what the template implements
     * @param template has a constructor without parameters; is not initialised itself
     * @param type what {@link #type} is to say
     */
    public static <T> T define(MethodHandles.Lookup lookup, Class<T> face, Class<? extends T> template, DType type) {
        return HiddenClasses.instantiate(lookup, face, classFile(template), type, template.getName() + " for " + type);
    }

    /** {@return the element type that the class of the lookup was defined for} */
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
