package fathom;

import fathom.dispatch.ThreadSetting;

/** Whether autograd records operations on this thread. */
final class GradMode {
    private static final ThreadSetting<Boolean> ENABLED = new ThreadSetting<>("noGrad, enableGrad", () -> true);

    private GradMode() {}

    static boolean isEnabled() {
        return ENABLED.get();
    }

    /** Sets the mode; {@return the setting that restores the previous one} */
    static Autograd.Setting set(boolean enabled) {
        return ENABLED.set(enabled);
    }
}
