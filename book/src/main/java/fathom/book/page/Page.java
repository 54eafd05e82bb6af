package fathom.book.page;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * A page of the book: one section, in both languages, with its code once.
 *
 * @param file the source's name, for messages
 * @param path where it stands in the book: chapter and name, as {@code preliminaries/linear-algebra}
 * @param front what it says of itself
 * @param parts what it consists of, in order
 */
public record Page(String file, String path, FrontMatter front, List<Part> parts) {
    /** {@return the parts of one kind, in order} */
    public <P extends Part> Stream<P> parts(Class<P> kind) {
        return parts.stream().filter(kind::isInstance).map(kind::cast);
    }

    /** {@return the cells, in order} */
    public List<Part.Cell> cells() {
        return parts(Part.Cell.class).toList();
    }

    /** {@return a digest of all that decides the outputs: they are outdated when it changes} */
    public String digest() {
        MessageDigest sha;
        try {
            sha = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
        Predicate<Part> counts = p -> p instanceof Part.Cell || p instanceof Part.Component;
        parts.stream()
                .filter(counts)
                .map(p ->
                        switch (p) {
                            case Part.Cell cell -> cell.kind().info() + "\n" + cell.code() + "\n";
                            case Part.Component component -> String.join(",", component.variables()) + "\n";
                            default -> "";
                        })
                .forEach(text -> sha.update(text.getBytes(StandardCharsets.UTF_8)));
        return HexFormat.of().formatHex(sha.digest()).substring(0, 16);
    }
}
