package fathom;

/** Whether operations on this thread are put on the tape. */
final class GradMode {
    private static final ThreadLocal<boolean[]> ENABLED = ThreadLocal.withInitial(() -> new boolean[] {true});

    private GradMode() {}

    static boolean isEnabled() {
        return ENABLED.get()[0];
    }

    /** Sets the mode and returns what restores the one before. */
    static Autograd.Setting set(boolean enabled) {
        boolean[] mode = ENABLED.get();
        boolean before = mode[0];
        mode[0] = enabled;
        return () -> mode[0] = before;
    }
}
