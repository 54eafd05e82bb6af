package fathom.text.datasets;

import fathom.Tensors;
import fathom.data.TensorDataset;
import fathom.files.InputFiles;
import fathom.text.PaddedSequences;
import fathom.text.Vocabulary;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Texts in folders, one folder per class: {@code ROOT/sports/1.txt}, {@code ROOT/politics/a.txt}. Classes and files are
 * in the order of their names; subfolders of a class belong to it; hidden files are left out.
 *
 * {@snippet :
 * var mails = TextFolder.load(Path.of("mails/train"));
 * var words = new WordTokenizer();
 * var vocabulary = Vocabulary.ofSentences(mails.tokens(words::tokens), o -> o.minFreq(5).reserved("<pad>"));
 * var data = mails.dataset(words::tokens, vocabulary, o -> o.steps(500));      // x: [500], y: the class
 * }
 */
public final class TextFolder {
    private final List<String> classes;
    private final List<Text> texts;

    /**
     * A text.
     *
     * @param text the content of the file
     * @param label the index of its class
     */
    public record Text(String text, int label) {}

    private TextFolder(List<String> classes, List<Text> texts) {
        this.classes = List.copyOf(classes);
        this.texts = List.copyOf(texts);
    }

    /**
     * {@return the texts of a folder with a folder per class}
     *
     * @throws UncheckedIOException if it has no folders, one of them has no text file, or a file is not UTF-8; the
     *     message names it
     */
    public static TextFolder load(Path root) {
        try {
            var classes = new ArrayList<String>();
            var texts = new ArrayList<Text>();
            for (Path folder : children(root)) {
                if (Files.isDirectory(folder)) {
                    List<Path> files = files(folder);
                    if (files.isEmpty()) {
                        throw new IOException(folder + ": there is no text, a file that ends in .txt");
                    }
                    for (Path file : files) {
                        texts.add(new Text(InputFiles.text(file), classes.size()));
                    }
                    classes.add(folder.getFileName().toString());
                }
            }
            if (classes.isEmpty()) {
                throw new IOException(
                        root + ": there is no folder of a class, such as %s".formatted(root.resolve("a")));
            }
            return new TextFolder(classes, texts);
        } catch (IOException e) {
            throw new UncheckedIOException(e.getMessage(), e);
        }
    }

    /**
     * {@return the text of all files of a folder and of its subfolders, in the order of their names, as the corpus of a
     * language model}
     *
     * @throws UncheckedIOException if there is no text file, or a file is not UTF-8; the message names it
     */
    public static String corpus(Path folder) {
        try {
            List<Path> files = files(folder);
            if (files.isEmpty()) {
                throw new IOException(folder + ": there is no text, a file that ends in .txt");
            }
            var all = new StringBuilder();
            for (Path file : files) {
                String text = InputFiles.text(file);
                all.append(text).append(text.endsWith("\n") ? "" : "\n");
            }
            return all.toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e.getMessage(), e);
        }
    }

    private static boolean isHidden(Path path) {
        return path.getFileName().toString().startsWith(".");
    }

    private static List<Path> children(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            throw new IOException(folder + ": there is no such folder");
        }
        try (Stream<Path> all = Files.list(folder)) {
            return all.filter(f -> !isHidden(f)).sorted().toList();
        }
    }

    private static List<Path> files(Path folder) throws IOException {
        var files = new ArrayList<Path>();
        for (Path path : children(folder)) {
            if (Files.isDirectory(path)) {
                files.addAll(files(path));
            } else if (path.toString().endsWith(".txt")) {
                files.add(path);
            }
        }
        return files;
    }

    /** {@return the names of the classes, by label} */
    public List<String> classes() {
        return classes;
    }

    /** {@return all texts, class by class} */
    public List<Text> texts() {
        return texts;
    }

    /** {@return the tokens of each text} */
    public List<List<String>> tokens(Function<String, List<String>> tokenizer) {
        return texts.stream().map(t -> tokenizer.apply(t.text())).toList();
    }

    /**
     * {@return the texts as examples: token indices, int64 {@code [steps]}; the label, int64; the number of tokens
     * without padding, int64}
     *
     * @param tokenizer splits a text into tokens
     * @param vocabulary a vocabulary with the token for padding
     * @param options the number of steps and what else {@link PaddedSequences} has
     */
    public TensorDataset dataset(
            Function<String, List<String>> tokenizer,
            Vocabulary vocabulary,
            Consumer<PaddedSequences.Options> options) {
        var x = PaddedSequences.of(tokens(tokenizer), vocabulary, options);
        long[] labels = texts.stream().mapToLong(Text::label).toArray();
        return new TensorDataset(x.tokens(), Tensors.tensor(labels), x.lengths());
    }
}
