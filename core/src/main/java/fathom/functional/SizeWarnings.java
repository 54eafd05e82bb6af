package fathom.functional;

import fathom.Tensor;
import fathom.primitive.Broadcasting;
import fathom.primitive.Ops;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Warns, as PyTorch does, about losses between tensors of different shapes: {@code [N, 1]} with {@code [N]} broadcasts
 * to {@code [N, N]}, the most common mistake in regression. One warning per line of a program and pair of shapes.
 */
final class SizeWarnings {
    private static final System.Logger LOG = System.getLogger(SizeWarnings.class.getName());

    /** The maximum number of warnings: a program with more mistakes has been warned enough. */
    private static final int MAX_WARNINGS = 1000;

    private static final Set<String> GIVEN = ConcurrentHashMap.newKeySet();

    private SizeWarnings() {}

    static void check(String loss, Tensor input, Tensor target) {
        if (Arrays.equals(Ops.shape(input), Ops.shape(target)) || GIVEN.size() >= MAX_WARNINGS) {
            return;
        }
        Broadcasting.pair(loss, Ops.shape(input), Ops.shape(target)); // rejects shapes that do not even broadcast
        String text =
                "%s: the target's shape %s differs from the input's %s; they broadcast, which probably yields wrong results: make both the same (%s)"
                        .formatted(loss, target.shape(), input.shape(), callSite());
        if (GIVEN.add(text)) {
            LOG.log(System.Logger.Level.WARNING, text);
        }
    }

    /** {@return the line of user code that called the library} */
    private static String callSite() {
        return StackWalker.getInstance()
                .walk(frames ->
                        frames.filter(f -> !isLibrary(f.getClassName()))
                                .findFirst()
                                .map(f -> f.toStackTraceElement().toString())
                                .orElse("unknown caller"));
    }

    private static boolean isLibrary(String className) {
        String name = className.substring(0, Math.max(0, className.lastIndexOf('.')));
        return name.equals("fathom")
                || name.startsWith("fathom.functional")
                || name.startsWith("fathom.nn")
                || name.equals("fathom.train");
    }
}
