package fathom.book;

import fathom.book.page.Page;
import fathom.book.page.PageException;
import fathom.book.page.PageParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The sources of the book: a folder with {@code contents.yaml}, {@code pages}, {@code outputs} and {@code site}. */
public final class Book {
    private final Path folder;
    private final Contents contents;

    private Book(Path folder, Contents contents) {
        this.folder = folder;
        this.contents = contents;
    }

    /**
     * {@return the book of a folder}
     *
     * @throws IOException if there is none
     */
    public static Book open(Path folder) throws IOException {
        Path list = folder.resolve("contents.yaml");
        if (!Files.exists(list)) {
            throw new NoSuchFileException(list.toString());
        }
        return new Book(folder.toAbsolutePath().normalize(), Contents.read(list));
    }

    /** {@return the folder} */
    public Path folder() {
        return folder;
    }

    /** {@return the sections of the course} */
    public Contents contents() {
        return contents;
    }

    /** {@return the source of a section's page, whether or not it exists} */
    public Path source(Contents.Section section) {
        return folder.resolve("pages").resolve(section.path() + ".md");
    }

    /** {@return the committed outputs of a section's page, whether or not they exist} */
    public Path outputs(Contents.Section section) {
        return folder.resolve("outputs").resolve(section.path() + ".json");
    }

    /** {@return the sections whose pages are written, in order} */
    public List<Contents.Section> written() {
        return contents.sections().stream().filter(s -> Files.exists(source(s))).toList();
    }

    /** {@return the sections whose pages are not written yet, in order} */
    public List<Contents.Section> missing() {
        return contents.sections().stream().filter(s -> !Files.exists(source(s))).toList();
    }

    /**
     * {@return the page of a section}
     *
     * @throws PageException if its source has a mistake
     * @throws IOException if it cannot be read
     */
    public Page page(Contents.Section section) throws IOException {
        Path source = source(section);
        String name = folder.relativize(source).toString();
        Page page = PageParser.parse(name, section.path(), Files.readString(source));
        if (!page.front().section().equals(section.number())) {
            throw new PageException(
                    name,
                    1,
                    "front matter: section is %s, but contents.yaml has this page as %s"
                            .formatted(page.front().section(), section.number()));
        }
        return page;
    }

    /**
     * {@return the section that somebody names: by its number, its path, its name, or the file of its page}
     *
     * @throws IllegalArgumentException if there is none, or its page is not written
     */
    public Contents.Section find(String name) {
        String plain = name.endsWith(".md") ? name.substring(0, name.length() - ".md".length()) : name;
        Optional<Contents.Section> found =
                contents.sections().stream()
                        .filter(s ->
                                s.number().equals(plain)
                                        || plain.equals(s.path())
                                        || plain.endsWith("/" + s.path())
                                        || s.path().endsWith("/" + plain))
                        .findFirst();
        if (found.isEmpty()) {
            throw new IllegalArgumentException("the course has no section %s".formatted(name));
        }
        if (!Files.exists(source(found.get()))) {
            throw new IllegalArgumentException(
                    "the page of section %s is not written yet; there are %s"
                            .formatted(
                                    found.get().number(),
                                    String.join(", ", written().stream().map(Contents.Section::number).toList())));
        }
        return found.get();
    }

    /**
     * {@return sources that belong to no section of the contents}
     *
     * @throws IOException if the folder cannot be read
     */
    public List<String> strangers() throws IOException {
        Path pages = folder.resolve("pages");
        List<String> strangers = new ArrayList<>();
        try (Stream<Path> files = Files.walk(pages)) {
            files.filter(f -> f.toString().endsWith(".md"))
                    .map(f -> pages.relativize(f).toString().replace('\\', '/'))
                    .filter(f -> contents.section(f.substring(0, f.length() - ".md".length())).isEmpty())
                    .sorted()
                    .forEach(strangers::add);
        }
        return strangers;
    }
}
