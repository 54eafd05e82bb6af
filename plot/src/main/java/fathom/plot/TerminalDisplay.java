package fathom.plot;

import java.io.PrintStream;
import org.jspecify.annotations.Nullable;

/** A display that draws on a terminal, over the figure before. */
final class TerminalDisplay implements LiveDisplay {
    /** The display set by {@link LiveDisplay#use}, or null. */
    static volatile @Nullable LiveDisplay chosen;

    private static final int COLUMNS = 80;
    private static final int ROWS = 20;

    private final PrintStream out;
    private final boolean color;
    private int drawn;

    TerminalDisplay(PrintStream out) {
        this.out = out;
        // https://no-color.org
        String no = System.getenv("NO_COLOR");
        this.color = no == null || no.isEmpty();
    }

    @SuppressWarnings("SystemConsoleNull") // null if it is not a terminal, unless jdk.internal.le is present
    static boolean isAvailable() {
        return System.console() != null && System.console().isTerminal() && !"dumb".equals(System.getenv("TERM"));
    }

    private static int columns() {
        String columns = System.getenv("COLUMNS");
        return columns != null && columns.matches("[1-9]\\d{1,3}")
                ? Math.clamp(Integer.parseInt(columns) - 1, 20, 120)
                : COLUMNS - 1;
    }

    @Override
    public synchronized void show(Plot plot) {
        String text = plot.text(columns(), ROWS, color);
        var frame = new StringBuilder();
        if (drawn > 0) {
            frame.append("\033[").append(drawn).append('A');
        }
        // clears each line to its end, since the previous one may be longer
        frame.append(text.replace("\n", "\033[K\n"));
        drawn = (int) text.chars().filter(c -> c == '\n').count();
        out.print(frame);
        out.flush();
    }
}
