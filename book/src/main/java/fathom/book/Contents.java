package fathom.book;

import fathom.book.page.Both;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.YAMLException;

/**
 * The contents of the book: all sections of the course, whether or not their pages are written.
 *
 * @param chapters in order
 */
public record Contents(List<Chapter> chapters) {
    /**
     * A chapter.
     *
     * @param name the folder of its pages
     */
    public record Chapter(int number, String name, Both<String> title, List<Section> sections) {}

    /**
     * A section.
     *
     * @param number as {@code 2.3}
     * @param path where its page stands: chapter and name, as {@code preliminaries/linear-algebra}
     */
    public record Section(String number, String path, Both<String> title) {}

    /**
     * {@return the contents that a file lists}
     *
     * @throws IOException if it cannot be read, or lists something else
     */
    public static Contents read(Path file) throws IOException {
        try {
            Object root = new Yaml(new SafeConstructor(new LoaderOptions())).load(Files.readString(file));
            List<Chapter> chapters = new ArrayList<>();
            for (Object c : list(map(root), "chapters")) {
                Map<?, ?> chapter = map(c);
                String name = text(chapter, "name");
                List<Section> sections = new ArrayList<>();
                for (Object s : list(chapter, "sections")) {
                    Map<?, ?> section = map(s);
                    sections.add(
                            new Section(text(section, "number"), name + "/" + text(section, "name"), both(section)));
                }
                chapters.add(
                        new Chapter(
                                Integer.parseInt(text(chapter, "number")), name, both(chapter), List.copyOf(sections)));
            }
            return new Contents(List.copyOf(chapters));
        } catch (YAMLException | IllegalArgumentException e) {
            throw new IOException("%s: %s".formatted(file, e.getMessage()), e);
        }
    }

    /** {@return all sections, in order} */
    public List<Section> sections() {
        return chapters.stream().flatMap(c -> c.sections().stream()).toList();
    }

    /** {@return the section with a number, as {@code 2.3}, or a path} */
    public Optional<Section> section(String numberOrPath) {
        return sections().stream()
                .filter(s -> s.number().equals(numberOrPath) || s.path().equals(numberOrPath))
                .findFirst();
    }

    private static Map<?, ?> map(@Nullable Object value) {
        if (value instanceof Map<?, ?> map) {
            return map;
        }
        throw new IllegalArgumentException("names with values are wanted, not " + value);
    }

    private static List<?> list(Map<?, ?> map, String name) {
        if (map.get(name) instanceof List<?> list) {
            return list;
        }
        throw new IllegalArgumentException("%s: a list is wanted".formatted(name));
    }

    private static String text(Map<?, ?> map, String name) {
        Object value = map.get(name);
        if (value == null) {
            throw new IllegalArgumentException("%s is missing in %s".formatted(name, map));
        }
        return value.toString();
    }

    private static Both<String> both(Map<?, ?> map) {
        Map<?, ?> title = map(map.get("title"));
        return new Both<>(text(title, "en"), text(title, "zh"));
    }
}
