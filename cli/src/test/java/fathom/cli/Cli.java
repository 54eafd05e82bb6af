package fathom.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Arrays;

/** Runs the command line in this process. */
record Cli(int exitCode, String out, String err) {
    /** {@return what the program said and did; an argument may be anything that prints itself} */
    static Cli run(Object... args) {
        var out = new StringWriter();
        var err = new StringWriter();
        String[] arguments = Arrays.stream(args).map(Object::toString).toArray(String[]::new);
        int code =
                Main.commandLine(arguments)
                        .setOut(new PrintWriter(out, true))
                        .setErr(new PrintWriter(err, true))
                        .execute(arguments);
        return new Cli(code, out.toString(), err.toString());
    }

    /** {@return the lines on standard output} */
    java.util.List<String> lines() {
        return out.lines().toList();
    }
}
