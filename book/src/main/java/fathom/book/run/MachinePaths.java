package fathom.book.run;

import java.io.File;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Paths of the machine that ran a page, as its readers see them: relative to the working directory, below {@code ~}, or
 * in the case of temporary files without their folder and the digits that make them unique.
 */
final class MachinePaths {
    private static final Pattern SEPARATORS = Pattern.compile("[/\\\\]+$");

    private final Pattern temporary;
    private final String work;
    private final String home;

    MachinePaths(String temporary, String work, String home) {
        this.temporary =
                Pattern.compile(Pattern.quote(folder(temporary)) + "[/\\\\]([^\\W\\d][\\w.-]*?)?(\\d{6,20})(?!\\d)");
        this.work = folder(work);
        this.home = folder(home);
    }

    /** {@return the paths of this process} */
    static MachinePaths ofThisMachine() {
        return new MachinePaths(
                System.getProperty("java.io.tmpdir"), System.getProperty("user.dir"), System.getProperty("user.home"));
    }

    private static String folder(String path) {
        return SEPARATORS.matcher(path).replaceFirst("");
    }

    /** {@return a text that a cell shows, without paths of this machine} */
    String hidden(String text) {
        String shown =
                temporary
                        .matcher(text)
                        .replaceAll(m -> {
                            String name = m.group(1);
                            return Matcher.quoteReplacement(name == null ? m.group(2) : name);
                        });
        shown = below(shown, work, "");
        return below(shown, home, "~" + File.separator);
    }

    private static String below(String text, String folder, String instead) {
        return folder.isEmpty() ? text : text.replace(folder + File.separator, instead);
    }
}
