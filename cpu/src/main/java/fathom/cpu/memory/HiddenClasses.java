package fathom.cpu.memory;

import fathom.memory.Failures;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import org.jspecify.annotations.Nullable;

/** Instances of classes that are defined at run time. */
public final class HiddenClasses {
    private HiddenClasses() {}

    /**
     * {@return an instance of a new hidden class, created by its no-argument constructor}
     *
     * @param lookup of a class in the same package, with full access
     * @param type a supertype of the class
     * @param classData the class data, see {@link MethodHandles#classData}; null for none
     * @param what a description of the class, for the message
     * @throws IllegalStateException if it cannot be defined
     */
    public static <T> T instantiate(
            MethodHandles.Lookup lookup, Class<T> type, byte[] classFile, @Nullable Object classData, String what) {
        try {
            var defined =
                    classData == null
                            ? lookup.defineHiddenClass(classFile, true)
                            : lookup.defineHiddenClassWithClassData(classFile, classData, true);
            var constructor = defined.findConstructor(defined.lookupClass(), MethodType.methodType(void.class));
            return type.cast(constructor.invoke());
        } catch (Exception | LinkageError e) {
            throw new IllegalStateException("cannot define " + what, e);
        } catch (Throwable e) {
            throw Failures.unchecked(e);
        }
    }
}
