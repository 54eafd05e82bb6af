package fathom.cli;

import fathom.data.hub.DataHub;
import fathom.data.hub.DatasetCard;
import fathom.data.hub.FileDigest;
import fathom.data.hub.RemoteFile;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Lists, downloads and finds the data sets of the course. */
@Command(
        name = "data",
        synopsisSubcommandLabel = "(list | get NAME | where NAME)",
        description = {
            "List, download and find the data sets of the course.",
            "Files are searched for in the folder FATHOM_DATA, the cache and Debian's packages, then downloaded."
        },
        subcommands = {DataCommand.ListCommand.class, DataCommand.GetCommand.class, DataCommand.WhereCommand.class})
final class DataCommand implements Runnable {
    @Spec private CommandSpec spec;

    @Mixin private Common common;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "list, get NAME or where NAME?");
    }

    /** The names of all data sets, for completion. */
    static final class Names implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return DataHub.standard().cards().stream().map(DatasetCard::name).iterator();
        }
    }

    private static DatasetCard card(DataHub hub, String name, CommandSpec spec) {
        try {
            return hub.card(name);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }

    /** Lists the data sets. */
    @Command(
            name = "list",
            description = "List the data sets: size, sections of the course, whether they are here, and licence.")
    static final class ListCommand implements Callable<Integer> {
        @Spec private CommandSpec spec;

        @Mixin private Common common;

        @Override
        public Integer call() {
            DataHub hub = DataHub.standard();
            PrintWriter out = spec.commandLine().getOut();
            var lines = new TextTable("Name", ">Size", "Here", "Sections", "Licence", "Description");
            for (DatasetCard card : hub.cards()) {
                lines.add(
                        card.name(),
                        size(card, hub),
                        place(card, hub),
                        card.sections().isEmpty() ? "-" : String.join(", ", card.sections()),
                        card.licence(),
                        card.title());
            }
            lines.print(out);
            out.flush();
            return 0;
        }

        /** {@return the size of the files that are here, else the published one} */
        private static String size(DatasetCard card, DataHub hub) {
            if (card.bytes() >= 0) {
                return bytes(card.bytes());
            }
            Optional<Path> here = hub.find(card.name()).filter(Files::isRegularFile);
            try {
                return here.isPresent() ? bytes(Files.size(here.get())) : "?";
            } catch (IOException e) {
                return "?";
            }
        }

        private static String bytes(long n) {
            return n < 100_000
                    ? String.format(Locale.ROOT, "%.0f KB", Math.ceil(n / 1e3))
                    : String.format(Locale.ROOT, "%,.1f MB", n / 1e6);
        }

        private static String place(DatasetCard card, DataHub hub) {
            return hub.find(card.name())
                    .map(path -> {
                        if (hub.dataFolder().filter(path::startsWith).isPresent()) {
                            return "FATHOM_DATA";
                        }
                        return path.startsWith(hub.cacheFolder(card.name())) ? "cache" : "system";
                    })
                    .orElse("no");
        }
    }

    /** Downloads data sets. */
    @Command(name = "get", description = "Download data sets, unless they are here; prints their paths.")
    static final class GetCommand implements Callable<Integer> {
        @Spec private CommandSpec spec;

        @Mixin private Common common;

        @Parameters(
                arity = "1..*",
                paramLabel = "NAME",
                completionCandidates = Names.class,
                description = "Data sets of the list.")
        private List<String> names;

        @Override
        public Integer call() {
            DataHub hub = DataHub.standard();
            names.forEach(name -> card(hub, name, spec));
            for (String name : names) {
                spec.commandLine().getOut().println(hub.get(name));
                spec.commandLine().getOut().flush();
            }
            return 0;
        }
    }

    /** Finds a data set and verifies it. */
    @Command(
            name = "where",
            description = {
                "Print where a data set is, and verify its files.",
                "If it is not here, print where it is searched for and where it comes from, and exit with 1."
            })
    static final class WhereCommand implements Callable<Integer> {
        @Spec private CommandSpec spec;

        @Mixin private Common common;

        @Parameters(
                index = "0",
                paramLabel = "NAME",
                completionCandidates = Names.class,
                description = "A data set of the list.")
        private String name;

        @Override
        public Integer call() throws IOException {
            DataHub hub = DataHub.standard();
            DatasetCard card = card(hub, name, spec);
            PrintWriter out = spec.commandLine().getOut();
            Path found = hub.find(card.name()).orElse(null);
            if (found == null) {
                spec.commandLine().getErr().println("%s is not here".formatted(card.name()));
                hub.folders(card.name()).forEach(folder -> out.println("searched  " + folder));
                for (RemoteFile file : card.files()) {
                    file.addresses().forEach(address -> out.println("from      " + address));
                }
            } else {
                out.println(found);
                for (RemoteFile file : card.files()) {
                    String verdict = verdict(file, Files.isDirectory(found) ? found.resolve(file.name()) : found);
                    if (verdict != null) {
                        out.println(verdict);
                    }
                }
            }
            out.flush();
            return found == null ? 1 : 0;
        }

        private static @Nullable String verdict(RemoteFile file, Path path) throws IOException {
            FileDigest expected = file.digest();
            if (expected == null || !Files.isRegularFile(path)) {
                return null; // unpacked by the user
            }
            FileDigest actual = FileDigest.of(path, expected.algorithm());
            return actual.equals(expected)
                    ? "%s: %s as published".formatted(file.name(), actual)
                    : "%s: %s, which is not the published %s".formatted(file.name(), actual, expected.hex());
        }
    }
}
