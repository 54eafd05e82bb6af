package fathom.capture;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Finds out which line of the user's code is running, for messages; it walks the stack, so it is for refusals only. */
final class UserCode {
    private static final StackWalker WALKER = StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE);

    /** The rooms of this project's libraries below {@code fathom}. */
    private static final Set<String> ROOMS =
            Set.of(
                    "capture",
                    "cpu",
                    "data",
                    "files",
                    "guard",
                    "ir",
                    "linalg",
                    "memory",
                    "nn",
                    "onednn",
                    "optim",
                    "pickle",
                    "primitive",
                    "probe",
                    "profile",
                    "recurrent",
                    "text",
                    "train",
                    "vision");

    private UserCode() {}

    /**
     * {@return the operation that the user called and where, as {@code item at Net.forward(Net.java:42)}; null where
     * only this project's own code is on the stack}
     */
    static @Nullable String call() {
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

    static boolean isLibrary(Class<?> type) {
        String name = type.getPackageName();
        if (name.equals("fathom")) {
            return true;
        }
        if (!name.startsWith("fathom.")) {
            return false;
        }
        int end = name.indexOf('.', 7);
        return ROOMS.contains(end < 0 ? name.substring(7) : name.substring(7, end));
    }

    private static boolean isPlatform(Class<?> type) {
        String name = type.getPackageName();
        return name.startsWith("java.") || name.startsWith("jdk.") || name.startsWith("sun.");
    }
}
