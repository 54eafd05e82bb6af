package fathom;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The coordinates stand in several poms, since Maven wants them there, and in documents: they agree. */
class CoordinatesTest {
    private static final Pattern ID =
            Pattern.compile("<groupId>([^<]+)</groupId>\\s*<artifactId>(fathom[^<]*)</artifactId>");

    private static final Pattern PARENT =
            Pattern.compile(
                    "<parent>\\s*<groupId>([^<]+)</groupId>\\s*<artifactId>fathom-parent</artifactId>\\s*<version>([^<]+)</version>");

    private static String text(String file) throws IOException {
        return Files.readString(UserCode.ROOT.resolve(file));
    }

    /** {@return the first element of a name in the root pom} */
    private static String root(String element) throws IOException {
        var found = Pattern.compile("<%s>([^<]+)</%1$s>".formatted(element)).matcher(text("pom.xml"));
        assertThat(found.find()).isTrue();
        return found.group(1);
    }

    private static List<Path> poms() throws IOException {
        try (var files = Files.find(UserCode.ROOT, 3, (f, _) -> f.endsWith("pom.xml"))) {
            List<Path> found = files.filter(f -> !f.toString().contains("target")).sorted().toList();
            assertThat(found).hasSizeGreaterThan(20);
            return found;
        }
    }

    @Test
    void everyPomHasTheGroupOfTheRoot() throws IOException {
        for (Path pom : poms()) {
            String text = Files.readString(pom);
            var parent = PARENT.matcher(text);
            if (parent.find()) {
                assertThat(parent.group(1)).as(pom.toString()).isEqualTo(root("groupId"));
                assertThat(parent.group(2)).as(pom.toString()).isEqualTo(root("version"));
            }
            boolean isOfUser = pom.toString().contains("examples");
            ID.matcher(text)
                    .results()
                    .map(m -> m.group(1))
                    .forEach(group ->
                            assertThat(group)
                                    .as(pom.toString())
                                    .isIn(isOfUser ? "" : "${project.groupId}", rootGroup()));
            assertThat(text).as(pom.toString()).doesNotContain("<groupId>fathom</groupId>");
        }
    }

    private static String rootGroup() {
        try {
            return root("groupId");
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void theBomHasTheVersionAndEveryModuleThatIsPublished() throws IOException {
        String bom = text("bom/pom.xml");
        assertThat(bom)
                .contains(
                        "<groupId>%s</groupId>".formatted(root("groupId")),
                        "<version>%s</version>".formatted(root("version")));
        var managed = new TreeSet<String>();
        ID.matcher(bom).results().map(m -> m.group(2)).forEach(managed::add);
        var published = new TreeSet<String>();
        for (Path pom : poms()) {
            String text = Files.readString(pom);
            if (PARENT.matcher(text).find() && !text.contains("<maven.deploy.skip>true")) {
                published.add(PARENT.matcher(text).replaceFirst("").replaceAll("(?s).*?<artifactId>([^<]+)<.*", "$1"));
            }
        }
        managed.remove("fathom-bom");
        assertThat(managed).isEqualTo(published).contains("fathom", "fathom-core", "fathom-onednn");
    }

    /** The program that readers copy runs as a test of the course. */
    @Test
    void theReadmeShowsTheFirstProgram() throws IOException {
        String program = text("course/programs/FirstProgram.java");
        assertThat(text("README.md")).contains(program);
        assertThat(text("README.zh-CN.md")).contains(program);
    }

    @Test
    void documentsAndExamplesNameThem() throws IOException {
        for (String file :
                List.of(
                        "README.md",
                        "README.zh-CN.md",
                        "examples/class-path/pom.xml",
                        "examples/module/pom.xml",
                        "examples/jshell/pom.xml",
                        "examples/server/pom.xml")) {
            List<String> versions =
                    Pattern.compile("<artifactId>fathom(?:-bom)?</artifactId>\\s*<version>([^<]+)</version>")
                            .matcher(text(file))
                            .results()
                            .map(m -> m.group(1))
                            .toList();
            assertThat(versions).as(file).isNotEmpty().containsOnly(root("version"));
            assertThat(text(file)).as(file).contains("<groupId>%s</groupId>".formatted(root("groupId")));
        }
    }
}
