package fathom.text.datasets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import fathom.text.Vocabulary;
import fathom.text.WordTokenizer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TextFolderTest {
    @TempDir Path folder;

    private void write(String name, String text) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    @Test
    void foldersAreClasses() throws IOException {
        write("b/2.txt", "good, good");
        write("b/1.txt", "so good");
        write("a/deep/x.txt", "bad\nbad bad");
        write("a/.hidden.txt", "no");
        write("a/readme.md", "no");
        write("readme.txt", "no");
        TextFolder texts = TextFolder.load(folder);
        assertThat(texts.classes()).containsExactly("a", "b");
        assertThat(texts.texts())
                .containsExactly(
                        new TextFolder.Text("bad\nbad bad", 0),
                        new TextFolder.Text("so good", 1),
                        new TextFolder.Text("good, good", 1));
        var words = new WordTokenizer(o -> o.punctuation(false));
        var vocabulary = Vocabulary.ofSentences(texts.tokens(words::tokens), o -> o.reserved("<pad>"));
        var data = texts.dataset(words::tokens, vocabulary, o -> o.steps(2));
        assertThat(data.size()).isEqualTo(3);
        assertThat(data.get(1).get(0).toLongArray()).containsExactly(4, 3);
        assertThat(data.batch(new long[] {0, 1, 2}).y().toLongArray()).containsExactly(0, 1, 1);
        assertThat(data.get(0).get(2).itemLong()).isEqualTo(2);
        assertThat(TextFolder.corpus(folder.resolve("b"))).isEqualTo("so good\ngood, good\n");
    }

    @Test
    void whatIsMissingIsNamed() throws IOException {
        assertThatThrownBy(() -> TextFolder.load(folder))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("there is no folder of a class");
        Files.createDirectory(folder.resolve("a"));
        assertThatThrownBy(() -> TextFolder.load(folder)).hasMessageContaining("there is no text, a file that ends");
        assertThatThrownBy(() -> TextFolder.corpus(folder)).hasMessageContaining("there is no text");
        assertThatThrownBy(() -> TextFolder.load(folder.resolve("b"))).hasMessageContaining("no such folder");
        Files.write(folder.resolve("a/x.txt"), new byte[] {'a', (byte) 0xC3});
        assertThatThrownBy(() -> TextFolder.load(folder)).hasMessageContaining("x.txt");
    }
}
