package fathom.nn;

import fathom.FathomException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Names the block in whose {@code forward} an exception was thrown. It is one of the exception's suppressed exceptions;
 * enclosing blocks that catch the exception complete the path.
 */
public final class FailedLayer extends Exception {
    private static final long serialVersionUID = 1;

    private final transient Block block;
    private final @Nullable String said;
    private String where;

    private FailedLayer(Block block, @Nullable String said) {
        super(null, null, false, false);
        this.block = block;
        this.said = said;
        this.where = "in " + block.reprName();
    }

    /**
     * {@return the exception that {@code forward} of {@code here} throws instead of {@code e}: {@code e} itself where
     * no descendant failed, else an exception of the same class with the same stack trace, whose message names the
     * layer by its path from {@code here}}. Exceptions of users' own classes are not replaced; their suppressed
     * exception has the path.
     */
    public static RuntimeException in(Block here, RuntimeException e) {
        FailedLayer failed = of(e);
        if (failed == null) {
            e.addSuppressed(new FailedLayer(here, e.getMessage()));
            return e;
        }
        String path = path(here, failed.block);
        if (path.isEmpty()) {
            return e;
        }
        failed.where = "in layer %s (%s)".formatted(path, failed.block.reprName());
        RuntimeException complete =
                FathomException.withMessage(e, failed.said == null ? failed.where : failed.said + "; " + failed.where);
        return complete == null ? e : complete;
    }

    private static @Nullable FailedLayer of(Throwable e) {
        for (Throwable t : e.getSuppressed()) {
            if (t instanceof FailedLayer f) {
                return f;
            }
        }
        return null;
    }

    private static String path(Block from, Block to) {
        try {
            for (Map.Entry<String, Block> e : from.namedBlocks().entrySet()) {
                if (e.getValue() == to) {
                    return e.getKey();
                }
            }
        } catch (RuntimeException e) {
            // a tree that cannot be walked has no paths; the original exception matters more
        }
        return "";
    }

    @Override
    public String getMessage() {
        return where;
    }
}
