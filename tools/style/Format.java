import com.google.googlejavaformat.java.Formatter;
import com.google.googlejavaformat.java.FormatterException;
import com.google.googlejavaformat.java.ImportOrderer;
import com.google.googlejavaformat.java.JavaFormatterOptions;
import com.google.googlejavaformat.java.JavaFormatterOptions.Style;
import com.google.googlejavaformat.java.RemoveUnusedImports;

/// Google's style with four spaces and 120 columns.
final Style STYLE = Style.GOOGLE.toBuilder().indentationMultiplier(2).maxLineLength(120).build();

/// Formats the Java sources named, or all under the working directory.
///
/// `check` names those that are not in the format and exits with 1; `mend` rewrites them.
void main(String[] args) throws IOException {
    var mend = args[0].equals("mend");
    var sources = args.length > 1 ? Arrays.stream(args).skip(1).map(Path::of).toList() : sources();
    var complaints = sources.parallelStream().map(p -> visit(p, mend)).flatMap(Optional::stream).toList();
    complaints.forEach(IO::println);
    if (!complaints.isEmpty() && !mend) {
        IO.println("To mend them: mvn -pl tools/style -Dformat process-sources");
        System.exit(1);
    }
}

List<Path> sources() throws IOException {
    var sources = new ArrayList<Path>();
    Files.walkFileTree(
            Path.of(""),
            new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
                    var name = folder.getFileName().toString();
                    // programs align what they print in comments of a form of their own
                    return name.equals("target") || name.equals("programs") || name.startsWith(".")
                            ? FileVisitResult.SKIP_SUBTREE
                            : FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                    if (file.toString().endsWith(".java")) {
                        sources.add(file);
                    }
                    return FileVisitResult.CONTINUE;
                }
            });
    Collections.sort(sources);
    return sources;
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
    var options = JavaFormatterOptions.builder().style(STYLE).build();
    var tidy = ImportOrderer.reorderImports(RemoveUnusedImports.removeUnusedImports(source), STYLE);
    return new Formatter(options).formatSource(tidy);
}
