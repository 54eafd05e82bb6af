package fathom.cli;

import picocli.CommandLine.Option;

/** Options common to all commands. */
final class Common {
    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help and exit.")
    boolean help;

    @Option(names = "--verbose", description = "Print stack traces of failures.")
    boolean verbose;
}
