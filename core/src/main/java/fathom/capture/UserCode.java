package fathom.capture;

import java.net.URL;
import java.security.CodeSource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Finds the line of user code that is running, for messages; it walks the stack, so it is for error paths only. */
public final class UserCode {
    private static final StackWalker WALKER = StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE);

    /** One class of each of this project's modules. */
    private static final List<String> LIBRARIES =
            List.of(
                    "fathom.Tensor",
                    "fathom.cpu.CpuBackend",
                    "fathom.onednn.OneDnnBackend",
                    "fathom.nn.Block",
                    "fathom.optim.Optimizer",
                    "fathom.data.DataLoader",
                    "fathom.vision.models.Models",
                    "fathom.text.Vocabulary",
                    "fathom.train.Trainer",
                    "fathom.distributed.ProcessGroup");

    private static final ClassValue<Boolean> OURS =
            new ClassValue<>() {
                @Override
                protected Boolean computeValue(Class<?> type) {
                    String name = type.getPackageName();
                    if (!name.equals("fathom") && !name.startsWith("fathom.")) {
                        return false;
                    }
                    URL from = location(type);
                    return type.getModule().isNamed()
                            ? LIBRARIES.stream().anyMatch(l -> type.getModule() == moduleOf(l, type))
                            : LIBRARIES.stream().anyMatch(l -> from != null && from.equals(location(l, type)));
                }
            };

    private UserCode() {}

    /**
     * {@return the operation called by the user and its location, as {@code item at Net.forward(Net.java:42)}; null if
     * only this project's code is on the stack}
     */
    public static @Nullable String call() {
        return WALKER.walk(frames -> {
            var operation = "";
            for (var i = frames.iterator(); i.hasNext(); ) {
                StackWalker.StackFrame f = i.next();
                Class<?> type = f.getDeclaringClass();
                if (isLibrary(type)) {
                    if (!f.getMethodName().startsWith("lambda$") && !f.getMethodName().startsWith("access$")) {
                        operation =
                                f.getMethodName().equals("<init>") ? "new " + type.getSimpleName() : f.getMethodName();
                    }
                } else if (!isPlatform(type)) {
                    return "%s at %s"
                            .formatted(operation, f.toStackTraceElement().toString().replaceFirst("^.*//?", ""));
                }
            }
            return null;
        });
    }

    /** {@return whether the class belongs to one of this project's libraries; tests and programs do not} */
    public static boolean isLibrary(Class<?> type) {
        return OURS.get(type);
    }

    private static @Nullable URL location(Class<?> type) {
        CodeSource source = type.getProtectionDomain().getCodeSource();
        return source == null ? null : source.getLocation();
    }

    private static @Nullable Class<?> found(String name, Class<?> beside) {
        try {
            return Class.forName(name, false, beside.getClassLoader());
        } catch (ClassNotFoundException | LinkageError e) {
            return null; // the library is absent
        }
    }

    private static @Nullable URL location(String name, Class<?> beside) {
        Class<?> type = found(name, beside);
        return type == null ? null : location(type);
    }

    private static @Nullable Module moduleOf(String name, Class<?> beside) {
        Class<?> type = found(name, beside);
        return type == null ? null : type.getModule();
    }

    private static boolean isPlatform(Class<?> type) {
        String name = type.getPackageName();
        return name.startsWith("java.") || name.startsWith("jdk.") || name.startsWith("sun.");
    }
}
