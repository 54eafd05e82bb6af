package fathom.cli;

import fathom.book.Book;
import fathom.book.Contents;
import fathom.book.check.BookCheck;
import fathom.book.page.Language;
import fathom.book.page.Page;
import fathom.book.page.PageException;
import fathom.book.run.OutputsFile;
import fathom.book.run.PageOutputs;
import fathom.book.run.PageRunner;
import fathom.book.run.Speed;
import fathom.book.serve.BookServer;
import fathom.book.write.FiguresMarkdown;
import fathom.book.write.NotebookWriter;
import fathom.book.write.ProgramWriter;
import fathom.book.write.SiteBuilder;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Shows the book in a browser; checks, runs and exports its pages. */
@Command(
        name = "book",
        synopsisSubcommandLabel = "[check | run | figures | export]",
        description = {
            "Open the book: the course in Chinese and English, with cells that run on this machine.",
            "The site is built first where that is needed, by Node.js; only this machine can open it. Ctrl-C ends it."
        },
        subcommands = {
            BookCommand.CheckCommand.class,
            BookCommand.RunCommand.class,
            BookCommand.FiguresCommand.class,
            BookCommand.ExportCommand.class
        })
final class BookCommand implements Callable<Integer> {
    /** Set by the launcher, which knows where the project is. */
    private static final String FOLDER = "FATHOM_BOOK";

    @Spec private CommandSpec spec;

    @Mixin private Common common;

    @Option(
            names = "--port",
            paramLabel = "N",
            description = "Port of the site; 0 for any. Default: 7117, or one of the next if it is in use.")
    private @Nullable Integer port;

    @Option(names = "--build", description = "Only build the site, and print its folder.")
    private boolean build;

    private static Book open() throws IOException {
        String named = System.getenv(FOLDER);
        Path folder = Path.of(named == null || named.isBlank() ? "book" : named);
        try {
            return Book.open(folder);
        } catch (NoSuchFileException e) {
            throw new IOException(
                    "the sources of the book are not here: %s; use ./fathom at the root of the project"
                            .formatted(e.getFile()),
                    e);
        }
    }

    private static List<Contents.Section> sections(CommandSpec spec, Book book, List<String> names) {
        if (names.isEmpty()) {
            return book.written();
        }
        try {
            return names.stream().map(book::find).toList();
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (port != null && (port < 0 || port > 65535)) {
            throw new ParameterException(
                    spec.commandLine(), String.format(Locale.ROOT, "--port: must be from 0 to 65535, is %d", port));
        }
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        Book book = open();
        var builder = new SiteBuilder(book, line -> err.println("fathom book: " + line));
        if (build || !builder.isCurrent()) {
            builder.build();
        }
        if (build) {
            out.println(builder.built());
            return 0;
        }
        try (BookServer server = BookServer.start(book, builder.built(), port == null ? -1 : port)) {
            out.println(server.address());
            out.flush();
            new CountDownLatch(1).await(); // until the program is ended
        }
        return 0;
    }

    /** {@code fathom book check}. */
    @Command(
            name = "check",
            description = {
                "Check pages: both languages, formulas, links; run their cells, and look for all that they must print.",
                "Sections without a page are listed."
            })
    static final class CheckCommand implements Callable<Integer> {
        @Spec private CommandSpec spec;

        @Mixin private Common common;

        @Option(names = "--no-run", description = "Run no cells; look at the outputs that are committed.")
        private boolean noRun;

        @Parameters(
                paramLabel = "PAGE",
                arity = "0..*",
                description = "Sections, as 2.3 or linear-algebra. Default: all that are written.")
        private List<String> pages = new ArrayList<>();

        @Override
        public Integer call() throws IOException {
            PrintWriter out = spec.commandLine().getOut();
            Book book = open();
            List<Contents.Section> sections = sections(spec, book, pages);
            BookCheck check =
                    BookCheck.of(
                            book,
                            sections,
                            !noRun,
                            line -> {
                                out.println(line);
                                out.flush();
                            });
            check.problems().forEach(out::println);
            List<Contents.Section> missing = book.missing();
            if (pages.isEmpty() && !missing.isEmpty()) {
                out.println(
                        "without a page: " + String.join(" ", missing.stream().map(Contents.Section::number).toList()));
            }
            out.println(
                    String.format(
                            Locale.ROOT,
                            "%d pages checked, %d problems; %d of %d sections are written",
                            sections.size(),
                            check.problems().size(),
                            book.written().size(),
                            book.contents().sections().size()));
            return check.problems().isEmpty() ? 0 : 1;
        }
    }

    /** {@code fathom book run}. */
    @Command(
            name = "run",
            description = {
                "Run pages and keep their outputs, which the site shows.",
                "By default with all of their training; --checked makes it as short as a check does."
            })
    static final class RunCommand implements Callable<Integer> {
        @Spec private CommandSpec spec;

        @Mixin private Common common;

        @Option(names = "--checked", description = "A shortened training, where a page has one.")
        private boolean checked;

        @Parameters(paramLabel = "PAGE", arity = "1..*", description = "Sections, as 2.3 or linear-algebra.")
        private List<String> pages = new ArrayList<>();

        @Override
        public Integer call() throws IOException {
            PrintWriter out = spec.commandLine().getOut();
            Book book = open();
            for (Contents.Section section : sections(spec, book, pages)) {
                Page page = page(book, section);
                PageOutputs outputs = PageRunner.run(page, checked ? Speed.CHECKED : Speed.FULL);
                OutputsFile.write(outputs, book.outputs(section));
                out.println(
                        "%s: %s s, %s".formatted(section.number(), outputs.made().seconds(), book.outputs(section)));
                out.flush();
            }
            return 0;
        }
    }

    /** {@code fathom book figures}. */
    @Command(
            name = "figures",
            description = "Print a table of all sections: the figures that their pages print, and why some differ.")
    static final class FiguresCommand implements Callable<Integer> {
        @Spec private CommandSpec spec;

        @Mixin private Common common;

        @Override
        public Integer call() throws IOException {
            PrintWriter out = spec.commandLine().getOut();
            try {
                out.print(FiguresMarkdown.write(open()));
            } catch (PageException e) {
                throw new IOException(e.getMessage(), e);
            }
            out.flush();
            return 0;
        }
    }

    /** {@code fathom book export}. */
    @Command(
            name = "export",
            description = "Write all pages as notebooks in both languages, and as programs for \"fathom run\".")
    static final class ExportCommand implements Callable<Integer> {
        @Spec private CommandSpec spec;

        @Mixin private Common common;

        @Parameters(
                index = "0",
                arity = "0..1",
                paramLabel = "FOLDER",
                description = "Where to write. Default: book-export.")
        private Path folder = Path.of("book-export");

        @Override
        public Integer call() throws IOException {
            PrintWriter out = spec.commandLine().getOut();
            PrintWriter err = spec.commandLine().getErr();
            Book book = open();
            var outputs = new SiteBuilder(book, line -> err.println("fathom book: " + line)).outputs();
            int pages = 0;
            for (Contents.Section section : book.written()) {
                Page page = page(book, section);
                PageOutputs shown = outputs.get(section.path());
                if (shown == null) {
                    continue;
                }
                for (Language language : Language.values()) {
                    write(
                            folder.resolve("notebooks").resolve(language.key()).resolve(section.path() + ".ipynb"),
                            NotebookWriter.write(page, shown, language));
                }
                write(
                        folder.resolve("programs").resolve(ProgramWriter.name(page) + ".java"),
                        ProgramWriter.write(page, shown));
                pages++;
            }
            out.println(String.format(Locale.ROOT, "%s: %d pages, each two notebooks and a program", folder, pages));
            return 0;
        }

        private static void write(Path file, String text) throws IOException {
            Files.createDirectories(file.toAbsolutePath().getParent());
            Files.writeString(file, text);
        }
    }

    /** {@return the page of a section; a mistake in its source is a message of one line} */
    private static Page page(Book book, Contents.Section section) throws IOException {
        try {
            return book.page(section);
        } catch (PageException e) {
            throw new IOException(e.getMessage(), e);
        }
    }
}
