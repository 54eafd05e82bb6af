package fathom.train;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Handlers for operating-system signals, through {@code sun.misc.Signal}, since Java has no supported API for handling
 * Ctrl-C without exiting. It is used by reflection, because the compiler warns of every reference to it and the warning
 * cannot be suppressed.
 */
final class Signals {
    private Signals() {}

    /** A signal with a custom handler. */
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

        /** Restores the previous handler. */
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
     * Installs {@code action} as the handler of a signal.
     *
     * @return null if that is not possible: the JVM was started not to handle signals, or the platform lacks the signal
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
            return null; // a JVM without this class
        }
    }
}
