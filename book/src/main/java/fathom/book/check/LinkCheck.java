package fathom.book.check;

import fathom.book.Book;
import fathom.book.page.Language;
import fathom.book.page.Page;
import fathom.book.page.PageException;
import fathom.book.page.Part;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.commonmark.node.AbstractVisitor;
import org.commonmark.node.Image;
import org.commonmark.node.Link;
import org.commonmark.node.Node;
import org.commonmark.parser.IncludeSourceSpans;
import org.commonmark.parser.Parser;

/** Checks that every link lands: on a page that is written, and a heading that it has. */
final class LinkCheck {
    private static final Parser PARSER =
            Parser.builder().includeSourceSpans(IncludeSourceSpans.BLOCKS_AND_INLINES).build();

    private final Book book;
    private final Map<String, Set<String>> anchors = new HashMap<>();

    LinkCheck(Book book) {
        this.book = book;
    }

    List<Problem> of(Page page) {
        List<Problem> problems = new ArrayList<>();
        for (Part part : page.parts()) {
            for (Language language : Language.values()) {
                switch (part) {
                    case Part.Prose prose -> text(page, prose.text().in(language), problems);
                    case Part.Exercises exercises ->
                            exercises
                                    .exercises()
                                    .in(language)
                                    .forEach(e -> {
                                        String all =
                                                e.question()
                                                        + "\n\n"
                                                        + e.hint().orElse("")
                                                        + "\n\n"
                                                        + e.answer().orElse("");
                                        text(page, new Part.Text(e.line(), all), problems);
                                    });
                    default -> {
                        // no links
                    }
                }
            }
        }
        return problems;
    }

    private void text(Page page, Part.Text text, List<Problem> problems) {
        PARSER.parse(text.markdown())
                .accept(
                        new AbstractVisitor() {
                            @Override
                            public void visit(Link link) {
                                check(link, link.getDestination());
                                visitChildren(link);
                            }

                            @Override
                            public void visit(Image image) {
                                check(image, image.getDestination());
                            }

                            private void check(Node node, String address) {
                                String wrong = wrong(page, address);
                                if (wrong != null) {
                                    int line =
                                            node.getSourceSpans().isEmpty()
                                                    ? 0
                                                    : node.getSourceSpans().getFirst().getLineIndex();
                                    problems.add(
                                            new Problem(
                                                    page.file(),
                                                    text.line() + line,
                                                    "the link to %s: %s".formatted(address, wrong)));
                                }
                            }
                        });
    }

    private @org.jspecify.annotations.Nullable String wrong(Page page, String address) {
        if (address.matches("https?://[^\\s]+\\.[^\\s]+")) {
            return null; // not followed: nothing leaves the machine
        }
        int hash = address.indexOf('#');
        String file = hash < 0 ? address : address.substring(0, hash);
        String anchor = hash < 0 ? "" : address.substring(hash + 1);
        String path = page.path();
        if (!file.isEmpty()) {
            if (!file.endsWith(".md")) {
                return "pages are named by their files, as ndarray.md or ../linear-networks/linear-regression.md#anchor";
            }
            Path target = Path.of(page.path()).resolveSibling(file).normalize();
            path = target.toString().replace('\\', '/').replaceFirst("\\.md$", "");
        }
        var section = book.contents().section(path);
        if (section.isEmpty()) {
            return "the course has no such section";
        }
        if (!Files.exists(book.source(section.get()))) {
            return "its page is not written yet";
        }
        return anchor.isEmpty() || anchors(path, page).contains(anchor) ? null : "that page has no such heading";
    }

    private Set<String> anchors(String path, Page from) {
        return anchors.computeIfAbsent(
                path,
                p -> {
                    try {
                        Page target =
                                p.equals(from.path()) ? from : book.page(book.contents().section(p).orElseThrow());
                        return target.parts(Part.Heading.class).map(Part.Heading::anchor).collect(Collectors.toSet());
                    } catch (IOException | PageException e) {
                        return Set.of(); // reported with that page
                    }
                });
    }
}
