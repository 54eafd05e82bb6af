package fathom.book.run;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Map;
import jdk.jshell.execution.LocalExecutionControl;
import jdk.jshell.spi.ExecutionControl;
import jdk.jshell.spi.ExecutionControlProvider;
import jdk.jshell.spi.ExecutionEnv;

/**
 * Runs pieces of cells in this JVM, each on a thread of its own.
 *
 * <p>JShell's own control waits for all threads that it finds in the piece's group just after the start. On a busy
 * machine the piece may have begun by then, and a pool that it created, whose threads never end, would be waited for
 * without end. Here a piece begins when JShell waits for its thread alone.
 */
final class CellExecution extends LocalExecutionControl {
    private static final Method BEGIN = begin();

    /** The piece that begins next, and who waits for it; one runs at a time. */
    private static volatile Piece next = new Piece(BEGIN, Thread.currentThread());

    private record Piece(Method code, Thread caller) {}

    private static Method begin() {
        try {
            Method begin = CellExecution.class.getDeclaredMethod("runWhenAwaited");
            begin.setAccessible(true); // it is called by JShell
            return begin;
        } catch (NoSuchMethodException e) {
            throw new IllegalStateException(e);
        }
    }

    static ExecutionControlProvider provider() {
        return new ExecutionControlProvider() {
            @Override
            public String name() {
                return "cells";
            }

            @Override
            public ExecutionControl generate(ExecutionEnv env, Map<String, String> parameters) {
                return new CellExecution();
            }
        };
    }

    @Override
    protected String invoke(Method code) throws Exception {
        next = new Piece(code, Thread.currentThread());
        return super.invoke(BEGIN);
    }

    /** On the piece's thread. */
    static Object runWhenAwaited() throws Throwable {
        Piece piece = next;
        while (piece.caller.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
            Thread.yield();
        }
        try {
            return piece.code.invoke(null);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }
}
