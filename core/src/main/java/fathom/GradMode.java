package fathom;

import fathom.dispatch.ThreadSetting;

/** Whether operations on this thread are put on the tape. */
final class GradMode {
    private static final ThreadSetting<Boolean> ENABLED = new ThreadSetting<>("noGrad, enableGrad", () -> true);

    private GradMode() {}

    static boolean isEnabled() {
        return ENABLED.get();
    }

    /** Sets the mode and returns what restores the one before. */
    static Autograd.Setting set(boolean enabled) {
        return ENABLED.set(enabled);
    }
}
