package fathom.cuda;

import java.io.IOException;

/** Whether this machine has a C++ compiler. */
public final class HostCompilers {
    private static final boolean IS_HERE = find();

    private HostCompilers() {}

    /** {@return whether there is one} */
    public static boolean isHere() {
        return IS_HERE;
    }

    private static boolean find() {
        try {
            return new ProcessBuilder("c++", "--version").redirectErrorStream(true).start().waitFor() == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
