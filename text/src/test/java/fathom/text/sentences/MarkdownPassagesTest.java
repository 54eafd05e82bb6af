package fathom.text.sentences;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MarkdownPassagesTest {
    private static final String PAGE =
            """
            ---
            title: not shown
            ---
            # Devices

            A **device** holds [tensors](tensors.md). ![a picture](p.png)

            <!-- a note
            of the author -->
            - first
            - second

            ## On a GPU ##

            ```java
            int x = 1; // the number one
            var y = x;
            ```

            | name | what |
            | --- | --- |
            | `cuda` | a GPU |

            # 设备

            张量在设备上。每个设备有内存。
            """;

    @TempDir Path folder;

    private static List<Passage> split(String page, int most) {
        return MarkdownPassages.split("p.md", page, String::length, most);
    }

    @Test
    void sectionsBecomePassages() {
        assertThat(split(PAGE, 500))
                .containsExactly(
                        new Passage("p.md", 6, "Devices", "A device holds tensors.\nfirst\nsecond"),
                        new Passage("p.md", 16, "Devices > On a GPU", "the number one\nname | what\ncuda | a GPU"),
                        new Passage("p.md", 26, "设备", "张量在设备上。每个设备有内存。"));
    }

    @Test
    void longBlocksAreDividedBetweenSentences() {
        List<Passage> parts = split("One sentence here. Another one. A third!\n\n第一句。第二句话。第三句。", 20);
        assertThat(parts.stream().map(Passage::text))
                .containsExactly("One sentence here.", "Another one.", "A third!", "第一句。第二句话。第三句。");
        assertThat(parts.stream().map(Passage::line)).containsExactly(1, 1, 1, 3);
        assertThat(parts).allSatisfy(p -> assertThat(p.content()).hasSizeLessThanOrEqualTo(20));
        assertThat(split("# Head\nfour words are here\nand more follow", 24).stream().map(Passage::content))
                .containsExactly("Head\nfour words are here", "Head\nand more follow");
        String long1 = "x".repeat(50);
        assertThat(split(long1, 20).stream().map(Passage::text)).containsExactly(long1);
    }

    @Test
    void emptyPagesHaveNone() {
        assertThat(split("", 10)).isEmpty();
        assertThat(split("# Only a heading\n\n", 10)).isEmpty();
        assertThat(split("```\nvar never = closed;\n", 10)).isEmpty();
        assertThatThrownBy(() -> split("a", 0)).hasMessageContaining("must be at least 1, got 0");
    }

    @Test
    void foldersAreReadInOrder() throws IOException {
        Files.writeString(folder.resolve("b.md"), "two");
        Files.createDirectories(folder.resolve("a/.hidden"));
        Files.createDirectories(folder.resolve("node_modules"));
        Files.writeString(folder.resolve("a/x.MD"), "one");
        Files.writeString(folder.resolve("a/x.txt"), "no page");
        Files.writeString(folder.resolve("a/.hidden/x.md"), "hidden");
        Files.writeString(folder.resolve("node_modules/x.md"), "of others");
        assertThat(MarkdownPassages.splitAll(folder, String::length, 100))
                .containsExactly(new Passage("a/x.MD", 1, "", "one"), new Passage("b.md", 1, "", "two"));
        assertThat(MarkdownPassages.splitAll(folder.resolve("b.md"), String::length, 100)).hasSize(1);
        assertThatThrownBy(() -> MarkdownPassages.splitAll(folder.resolve("no.md"), String::length, 100))
                .isInstanceOf(NoSuchFileException.class);
    }
}
