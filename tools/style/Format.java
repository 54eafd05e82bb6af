import module java.base;

import com.google.googlejavaformat.java.Formatter;
import com.google.googlejavaformat.java.FormatterException;
import com.google.googlejavaformat.java.ImportOrderer;
import com.google.googlejavaformat.java.JavaFormatterOptions;
import com.google.googlejavaformat.java.RemoveUnusedImports;

/// Formats every Java source under the working directory: four spaces, 120 columns.
///
/// `check` names the files that are not in the format and exits with 1; `mend` rewrites them.
void main(String[] args) throws IOException {
    var mend = List.of(args).equals(List.of("mend"));
    List<Path> sources;
    try (var paths = Files.walk(Path.of(""))) {
        sources =
                paths.filter(p -> p.toString().endsWith(".java"))
                        .filter(p ->
                                StreamSupport.stream(p.spliterator(), false)
                                        .noneMatch(part -> Set.of("target", ".dev", ".git").contains(part.toString())))
                        .sorted()
                        .toList();
    }
    var complaints = sources.parallelStream().map(p -> visit(p, mend)).flatMap(Optional::stream).toList();
    complaints.forEach(IO::println);
    if (!complaints.isEmpty() && !mend) {
        IO.println("To mend them: mvn -pl tools/style -Dformat process-sources");
        System.exit(1);
    }
}

/// What is wrong with the file at `path`, if anything; a mended file is named too.
Optional<String> visit(Path path, boolean mend) {
    try {
        var before = Files.readString(path);
        var after = format(before);
        if (after.equals(before)) {
            return Optional.empty();
        }
        if (mend) {
            Files.writeString(path, after);
        }
        return Optional.of((mend ? "formatted: " : "not formatted: ") + path);
    } catch (FormatterException e) {
        return Optional.of("not Java: " + path + ": " + e.getMessage());
    } catch (IOException e) {
        throw new UncheckedIOException(e);
    }
}

String format(String source) throws FormatterException {
    var style = JavaFormatterOptions.Style.AOSP.toBuilder().maxLineLength(120).build();
    var options = JavaFormatterOptions.builder().style(style).build();
    var tidy = ImportOrderer.reorderImports(RemoveUnusedImports.removeUnusedImports(source), style);
    return new Formatter(options).formatSource(tidy);
}
