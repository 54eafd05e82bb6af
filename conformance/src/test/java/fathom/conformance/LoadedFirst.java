package fathom.conformance;

import java.lang.reflect.InvocationTargetException;
import java.util.Arrays;

/**
 * Runs a program after loading {@code Tensors}. With a stack of 256 kB, of which the JVM reserves almost half, there is
 * no room deep within a test engine for loading a class with that many superclasses; whatever follows has room.
 * Separate programs do not need this (see {@link SmallStacksTest}).
 */
final class LoadedFirst {
    private LoadedFirst() {}

    /**
     * Runs it.
     *
     * @param args the name of the program's class, then its arguments
     */
    public static void main(String[] args) throws ReflectiveOperationException {
        Class.forName("fathom.Tensors");
        var main = Class.forName(args[0]).getMethod("main", String[].class);
        try {
            main.invoke(null, (Object) Arrays.copyOfRange(args, 1, args.length));
        } catch (InvocationTargetException e) {
            throw new IllegalStateException(args[0] + " failed", e.getCause());
        }
    }
}
