package fathom.book.write;

import fathom.book.Book;
import fathom.book.Contents;
import fathom.book.page.Language;
import fathom.book.page.Page;
import fathom.book.run.PageOutputs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * Writes the sources of the site for VitePress: pages of both languages with outputs, figures, notebooks and programs,
 * and the contents that the site's settings read.
 */
public final class SiteWriter {
    private static final JsonMapper JSON = JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    private final Book book;
    private final Path folder;

    private SiteWriter(Book book, Path folder) {
        this.book = book;
        this.folder = folder;
    }

    /**
     * Writes the sources of the site, in place of what is there.
     *
     * @param outputs the outputs of each page that is written, by its path
     * @throws IOException if a file cannot be read or written
     */
    public static void write(Book book, Map<String, PageOutputs> outputs, Path folder) throws IOException {
        new SiteWriter(book, folder).write(outputs);
    }

    private void write(Map<String, PageOutputs> outputs) throws IOException {
        clear();
        for (Contents.Section section : book.written()) {
            PageOutputs shown = outputs.get(section.path());
            if (shown == null) {
                continue;
            }
            Page page = book.page(section);
            for (Language language : Language.values()) {
                String text = PageMarkdown.write(page, shown, language, figures(page));
                put(prefix(language) + section.path() + ".md", text);
                put(
                        "public/notebooks/%s/%s.ipynb".formatted(language.key(), section.path()),
                        NotebookWriter.write(page, shown, language));
            }
            put(
                    "public/programs/%s/%s.java".formatted(chapter(section), ProgramWriter.name(page)),
                    ProgramWriter.write(page, shown));
        }
        for (Language language : Language.values()) {
            put(prefix(language) + "index.md", ContentsMarkdown.write(book, outputs.keySet(), language));
        }
        put("contents.json", JSON.writeValueAsString(contents(outputs)));
    }

    /** English is at the root of the site. */
    static String prefix(Language language) {
        return language == Language.EN ? "" : language.key() + "/";
    }

    static String chapter(Contents.Section section) {
        return section.path().substring(0, section.path().indexOf('/'));
    }

    /** Writes the figures of a page; their addresses by cell and output. */
    private PageMarkdown.Figures figures(Page page) {
        return (cell, output, figure) -> {
            String name = "/figures/%s-%s-%s".formatted(page.path(), cell, output);
            put("public" + name + "-light.svg", figure.light());
            put("public" + name + "-dark.svg", figure.dark());
            return name;
        };
    }

    /** {@return a title without the marks of code, which the list beside the page would show} */
    private static String plain(String title) {
        return title.replace("`", "");
    }

    private Map<String, Object> contents(Map<String, PageOutputs> outputs) {
        List<Object> chapters = new ArrayList<>();
        for (Contents.Chapter chapter : book.contents().chapters()) {
            List<Object> sections = new ArrayList<>();
            for (Contents.Section section : chapter.sections()) {
                var s = new LinkedHashMap<String, Object>();
                s.put("number", section.number());
                s.put("path", section.path());
                s.put("en", plain(section.title().en()));
                s.put("zh", plain(section.title().zh()));
                s.put("written", outputs.containsKey(section.path()));
                sections.add(s);
            }
            var c = new LinkedHashMap<String, Object>();
            c.put("number", chapter.number());
            c.put("en", plain(chapter.title().en()));
            c.put("zh", plain(chapter.title().zh()));
            c.put("sections", sections);
            chapters.add(c);
        }
        return Map.of("chapters", chapters);
    }

    private void put(String name, String text) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    private void clear() throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        if (!Files.exists(folder.resolve("contents.json"))) {
            try (Stream<Path> inside = Files.list(folder)) {
                if (inside.findAny().isPresent()) {
                    throw new IOException(folder + " holds something else than the book; name an empty folder");
                }
            }
        }
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
