package fathom.train;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Signals of the operating system, through {@code sun.misc.Signal}: Java has no other way to outlive Ctrl-C. It is
 * reached by reflection, because the compiler warns of every mention of it and cannot be told not to.
 */
final class Signals {
    private Signals() {}

    /** A signal that is handled in another way than usual. */
    static final class Handling {
        private final Object signal;
        private final Method handle;
        private final Method raise;
        private @Nullable Object before;

        private Handling(String name, Consumer<Handling> action) throws ReflectiveOperationException {
            Class<?> type = Class.forName("sun.misc.Signal");
            Class<?> handlerType = Class.forName("sun.misc.SignalHandler");
            signal = type.getConstructor(String.class).newInstance(name);
            handle = type.getMethod("handle", type, handlerType);
            raise = type.getMethod("raise", type);
            InvocationHandler invoked =
                    (proxy, method, arguments) ->
                            switch (method.getName()) {
                                case "handle" -> {
                                    action.accept(this);
                                    yield null;
                                }
                                case "equals" -> proxy == arguments[0];
                                case "hashCode" -> System.identityHashCode(proxy);
                                default -> "handler of " + name;
                            };
            before =
                    handle.invoke(
                            null,
                            signal,
                            Proxy.newProxyInstance(
                                    handlerType.getClassLoader(), new Class<?>[] {handlerType}, invoked));
        }

        /** Has the signal do what it did before. */
        void restore() {
            Object handler = before;
            if (handler != null) {
                before = null;
                call(handle, signal, handler);
            }
        }

        /** Sends the signal to this process. */
        void raise() {
            call(raise, signal);
        }

        private static void call(Method method, Object... arguments) {
            try {
                method.invoke(null, arguments);
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /**
     * Has a signal call {@code action} from now on.
     *
     * @return null where that cannot be: the JVM was told to leave signals alone, or there is no such signal here
     */
    static @Nullable Handling handle(String name, Consumer<Handling> action) {
        try {
            return new Handling(name, action);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof IllegalArgumentException) {
                return null;
            }
            throw new IllegalStateException(e.getCause());
        } catch (ReflectiveOperationException e) {
            return null; // a Java without this class
        }
    }
}
