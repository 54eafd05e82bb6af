package fathom.cli;

import picocli.CommandLine.Option;

/** Options that every command has. */
final class Common {
    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help and exit.")
    boolean help;

    @Option(names = "--verbose", description = "Show where a failure came from.")
    boolean verbose;
}
