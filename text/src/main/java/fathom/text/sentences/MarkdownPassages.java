package fathom.text.sentences;

import fathom.files.InputFiles;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.ToIntFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Splits Markdown pages into passages: paragraphs, lists and tables below the same heading are joined until they reach
 * a size, longer ones are divided between sentences. Front matter, comments and pictures are left out, links are
 * replaced by their texts, and of fenced code the comments remain, which say what it is about.
 */
public final class MarkdownPassages {
    private static final int DEPTH = 6;
    private static final Pattern HEADING = Pattern.compile(" {0,3}(#{1,6})\\s+(.*?)\\s*#*\\s*");
    private static final Pattern FENCE = Pattern.compile("\\s*(`{3,}|~{3,}).*");
    private static final Pattern RULE = Pattern.compile("\\s*([-*_=]\\s*){3,}|\\s*\\|?[\\s:|-]*-{3,}[\\s:|-]*");
    private static final Pattern CODE_COMMENT = Pattern.compile(".*?(?://|^\\s*#)\\s*(\\S.*)");

    /** Ends of sentences; Chinese ones need no space behind them. */
    private static final Pattern SENTENCE = Pattern.compile("(?<=[.!?;])\\s+|(?<=[。！？；])|\\n");

    private static final Set<String> SKIPPED = Set.of("node_modules", "target", "build");

    private final ToIntFunction<String> size;
    private final int most;
    private final List<Passage> passages = new ArrayList<>();

    private MarkdownPassages(ToIntFunction<String> size, int most) {
        this.size = size;
        this.most = most;
    }

    /**
     * {@return the passages of a page}
     *
     * @param source its name
     * @param page its text
     * @param size the size of a text, such as {@code encoder::tokens}
     * @param most the maximum size of a passage with its heading; a single sentence may be larger
     * @throws IllegalArgumentException if the maximum is below 1
     */
    public static List<Passage> split(String source, String page, ToIntFunction<String> size, int most) {
        if (most < 1) {
            throw new IllegalArgumentException(
                    String.format(Locale.ROOT, "MarkdownPassages: the maximum size must be at least 1, got %d", most));
        }
        var splitter = new MarkdownPassages(size, most);
        splitter.read(source, page);
        return List.copyOf(splitter.passages);
    }

    /**
     * {@return the passages of all pages {@code *.md} in a folder and its folders, in the order of their names; hidden
     * folders, {@code node_modules}, {@code target} and {@code build} are left out}
     *
     * @param path a folder, or one page
     * @throws IOException if it cannot be read
     */
    public static List<Passage> splitAll(Path path, ToIntFunction<String> size, int most) throws IOException {
        var all = new ArrayList<Passage>();
        for (Path page : pages(path)) {
            String name = page.equals(path) ? page.getFileName().toString() : path.relativize(page).toString();
            all.addAll(split(name.replace('\\', '/'), InputFiles.text(page), size, most));
        }
        return List.copyOf(all);
    }

    private static List<Path> pages(Path path) throws IOException {
        if (!Files.isDirectory(path)) {
            InputFiles.check(path);
            return List.of(path);
        }
        var pages = new ArrayList<Path>();
        Files.walkFileTree(
                path,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
                        String name = String.valueOf(folder.getFileName());
                        boolean isSkipped = name.startsWith(".") && name.length() > 1 || SKIPPED.contains(name);
                        return isSkipped && !folder.equals(path)
                                ? FileVisitResult.SKIP_SUBTREE
                                : FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                        if (file.getFileName().toString().toLowerCase(Locale.ROOT).endsWith(".md")) {
                            pages.add(file);
                        }
                        return FileVisitResult.CONTINUE;
                    }
                });
        pages.sort(null);
        return pages;
    }

    // ---- one page -------------------------------------------------------------------------------------------------

    /** Lines of one block: a paragraph, a list, a table. */
    private record Chunk(int line, String text) {}

    private void read(String source, String page) {
        List<String> lines = page.lines().toList();
        var headings = new @Nullable String[DEPTH + 1];
        var section = new ArrayList<Chunk>();
        var block = new StringBuilder();
        int blockLine = 1;
        String fence = null;
        boolean inComment = false;
        for (int i = frontMatter(lines); i < lines.size(); i++) {
            String line = lines.get(i);
            if (block.isEmpty()) {
                blockLine = i + 1;
            }
            Matcher fenced = FENCE.matcher(line);
            if (fence != null) {
                if (fenced.matches()
                        && line.strip().startsWith(fence)
                        && line.strip().replaceAll("[`~]", "").isEmpty()) {
                    fence = null;
                } else {
                    Matcher comment = CODE_COMMENT.matcher(line);
                    if (comment.matches()) {
                        block.append(comment.group(1)).append('\n');
                    }
                }
                continue;
            }
            if (fenced.matches()) {
                fence = fenced.group(1);
                continue;
            }
            if (inComment || line.contains("<!--")) {
                inComment = !line.contains("-->");
                line = line.replaceAll("<!--.*", "").replaceAll("^.*-->", "");
                if (inComment && line.isBlank()) {
                    continue;
                }
            }
            Matcher heading = HEADING.matcher(line);
            if (heading.matches()) {
                end(block, blockLine, section);
                flush(source, headings, section);
                int level = heading.group(1).length();
                for (int below = level; below <= DEPTH; below++) {
                    headings[below] = null;
                }
                headings[level] = plain(heading.group(2));
            } else if (line.isBlank()) {
                end(block, blockLine, section);
            } else if (!RULE.matcher(line).matches()) {
                String text = plain(line);
                if (!text.isEmpty()) {
                    block.append(text).append('\n');
                }
            }
        }
        end(block, blockLine, section);
        flush(source, headings, section);
    }

    /** {@return the number of lines of the front matter} */
    private static int frontMatter(List<String> lines) {
        if (!lines.isEmpty() && lines.getFirst().strip().equals("---")) {
            for (int i = 1; i < lines.size(); i++) {
                if (lines.get(i).strip().equals("---")) {
                    return i + 1;
                }
            }
        }
        return 0;
    }

    /** {@return a line without the marks of Markdown} */
    private static String plain(String line) {
        return line.replaceAll("!\\[[^\\]]*\\]\\([^)]*\\)", "")
                .replaceAll("\\[([^\\]]*)\\]\\([^)]*\\)", "$1")
                .replaceAll("</?[a-zA-Z][^>]*>", "")
                .replaceAll("\\*\\*|__|`", "")
                .replaceAll("^\\s*(?:[-*+]|>+)\\s+", "")
                .replaceAll("\\s*\\|\\s*", " | ")
                .replaceAll("^ \\| | \\| $", "")
                .strip();
    }

    private static void end(StringBuilder block, int line, List<Chunk> section) {
        if (!block.isEmpty()) {
            section.add(new Chunk(line, block.toString().strip()));
            block.setLength(0);
        }
    }

    private void flush(String source, @Nullable String[] headings, List<Chunk> section) {
        String heading =
                java.util.Arrays.stream(headings)
                        .filter(h -> h != null && !h.isEmpty())
                        .collect(Collectors.joining(" > "));
        int room = Math.max(1, most - (heading.isEmpty() ? 0 : size.applyAsInt(heading)));
        var text = new StringBuilder();
        int begin = 1;
        for (Chunk piece : section.stream().flatMap(c -> divided(c, room).stream()).toList()) {
            if (!text.isEmpty() && size.applyAsInt(text + "\n" + piece.text()) > room) {
                passages.add(new Passage(source, begin, heading, text.toString()));
                text.setLength(0);
            }
            if (text.isEmpty()) {
                begin = piece.line();
            } else {
                text.append('\n');
            }
            text.append(piece.text());
        }
        if (!text.isEmpty()) {
            passages.add(new Passage(source, begin, heading, text.toString()));
        }
        section.clear();
    }

    /** {@return a block, divided between sentences where it is too large} */
    private List<Chunk> divided(Chunk block, int room) {
        if (size.applyAsInt(block.text()) <= room) {
            return List.of(block);
        }
        var parts = new ArrayList<Chunk>();
        var text = new StringBuilder();
        int line = block.line();
        int begin = line;
        int from = 0;
        Matcher ends = SENTENCE.matcher(block.text());
        while (from < block.text().length()) {
            boolean found = ends.find();
            int to = found ? ends.end() : block.text().length();
            String sentence = block.text().substring(from, to);
            if (!text.isEmpty() && size.applyAsInt(text + sentence) > room) {
                parts.add(new Chunk(begin, text.toString().strip()));
                text.setLength(0);
            }
            if (text.isEmpty()) {
                begin = line;
            }
            text.append(sentence);
            line += (int) sentence.chars().filter(c -> c == '\n').count();
            from = to;
        }
        if (!text.toString().isBlank()) {
            parts.add(new Chunk(begin, text.toString().strip()));
        }
        return parts;
    }
}
