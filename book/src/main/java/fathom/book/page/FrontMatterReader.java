package fathom.book.page;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;

/** Reads front matter. Works on the nodes of YAML, which know their lines, and takes scalars as they are written. */
final class FrontMatterReader {
    private static final Set<String> KNOWN =
            Set.of("section", "title", "can", "prints", "differs", "seconds", "checked");

    private final String file;

    FrontMatterReader(String file) {
        this.file = file;
    }

    FrontMatter read(String yaml) {
        Node node;
        try {
            var options = new LoaderOptions();
            options.setAllowDuplicateKeys(false);
            node = new Yaml(new SafeConstructor(options)).compose(new java.io.StringReader(yaml));
        } catch (MarkedYAMLException e) {
            int line = e.getProblemMark() == null ? 0 : e.getProblemMark().getLine();
            throw new PageException(file, line + 2, "front matter: " + e.getProblem());
        } catch (YAMLException e) {
            throw new PageException(file, 1, "front matter: " + e.getMessage());
        }
        if (!(node instanceof MappingNode mapping)) {
            throw new PageException(file, 1, "front matter: names with values are wanted, as section: 2.3");
        }
        Map<String, Node> entries = entries(mapping);
        for (var entry : entries.entrySet()) {
            if (!KNOWN.contains(entry.getKey())) {
                throw wrong(entry.getValue(), "there is no \"%s\"".formatted(entry.getKey()));
            }
        }
        String section = text(wanted(entries, "section"));
        if (!section.matches("\\d+\\.\\d+")) {
            throw wrong(entries.get("section"), "section: a number as 2.3 is wanted, not " + section);
        }
        return new FrontMatter(
                section,
                both(wanted(entries, "title"), "title"),
                both(wanted(entries, "can"), "can"),
                list(entries.get("prints")),
                Optional.ofNullable(entries.get("differs")).map(n -> both(n, "differs")),
                number(wanted(entries, "seconds"), "seconds"),
                texts(entries.get("checked")));
    }

    private Node wanted(Map<String, Node> entries, String name) {
        Node node = entries.get(name);
        if (node == null) {
            throw new PageException(file, 1, "front matter: %s is missing".formatted(name));
        }
        return node;
    }

    private Map<String, Node> entries(MappingNode mapping) {
        var entries = new LinkedHashMap<String, Node>();
        for (NodeTuple tuple : mapping.getValue()) {
            if (entries.put(text(tuple.getKeyNode()), tuple.getValueNode()) != null) {
                throw wrong(tuple.getKeyNode(), "%s is given twice".formatted(text(tuple.getKeyNode())));
            }
        }
        return entries;
    }

    private String text(Node node) {
        if (node instanceof ScalarNode scalar) {
            return scalar.getValue();
        }
        throw wrong(node, "a text is wanted here");
    }

    private int number(Node node, String name) {
        String text = text(node);
        if (!text.matches("[1-9]\\d{0,5}")) {
            throw wrong(node, "%s: a positive whole number is wanted, not %s".formatted(name, text));
        }
        return Integer.parseInt(text);
    }

    private Both<String> both(Node node, String name) {
        if (node instanceof MappingNode mapping) {
            Map<String, Node> entries = entries(mapping);
            Node en = entries.get("en");
            Node zh = entries.get("zh");
            if (entries.size() == 2 && en != null && zh != null) {
                return new Both<>(text(en), text(zh));
            }
        }
        throw wrong(
                node,
                "%s: both languages are wanted, as { zh: \"...\", en: \"...\" }; a text with a comma needs its quotes"
                        .formatted(name));
    }

    private List<String> list(@Nullable Node node) {
        List<String> texts = new ArrayList<>();
        if (node instanceof SequenceNode sequence) {
            sequence.getValue().forEach(n -> texts.add(text(n)));
        } else if (node != null) {
            throw wrong(node, "a list is wanted here, as [\"a\", \"b\"]");
        }
        return List.copyOf(texts);
    }

    private Map<String, String> texts(@Nullable Node node) {
        var texts = new LinkedHashMap<String, String>();
        if (node instanceof MappingNode mapping) {
            entries(mapping).forEach((k, v) -> texts.put(k, text(v)));
        } else if (node != null) {
            throw wrong(node, "checked: names with values are wanted, as { epochs: 1 }");
        }
        return texts;
    }

    /** The first line of the text is that after the opening one of the file. */
    private PageException wrong(@Nullable Node node, String problem) {
        int line = node == null ? 1 : node.getStartMark().getLine() + 2;
        return new PageException(file, line, "front matter: " + problem);
    }
}
