package fathom.data.hub;

import fathom.files.CacheFolder;
import fathom.files.FileErrors;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * Finds the files of data sets, or downloads them.
 *
 * {@snippet :
 * Path file = DataHub.standard().file("airfoil");        // one file
 * Path folder = DataHub.standard().folder("ptb");        // an unpacked archive
 * }
 *
 * <p>Files are searched for in this order:
 *
 * <ol>
 *   <li>the user's data folder, the system property {@code fathom.data} or the environment variable {@code
 *       FATHOM_DATA}: there as {@code FILE}, {@code NAME/FILE}, or unpacked. It is only read, and its files are used as
 *       they are;
 *   <li>the cache, {@code ~/.cache/fathom/datasets/NAME} ({@code FATHOM_HOME} and {@code XDG_CACHE_HOME} relocate it);
 *   <li>folders of Debian's packages;
 *   <li>the network: {@link Download} into the cache. {@code FATHOM_OFFLINE=1} or {@code -Dfathom.offline=true}
 *       disables this.
 * </ol>
 *
 * Archives are unpacked into the cache.
 */
public final class DataHub {
    private final List<DatasetCard> cards;
    private final @Nullable Path data;
    private final Path cache;
    private final boolean isOffline;
    private final Download download;

    private DataHub(List<DatasetCard> cards, @Nullable Path data, Path cache, boolean isOffline, Download download) {
        this.cards = List.copyOf(cards);
        this.data = data;
        this.cache = cache;
        this.isOffline = isOffline;
        this.download = download;
    }

    /** {@return the hub of the course's data sets, with the folders that the user has set} */
    public static DataHub standard() {
        return new DataHub(CourseDatasets.ALL, userFolder(), CacheFolder.datasets(), offlineIsSet(), new Download());
    }

    private static @Nullable Path userFolder() {
        String property = System.getProperty("fathom.data", "");
        String environment = System.getenv("FATHOM_DATA");
        String folder = property.isBlank() && environment != null ? environment : property;
        return folder.isBlank() ? null : Path.of(folder);
    }

    private static boolean offlineIsSet() {
        String environment = System.getenv("FATHOM_OFFLINE");
        return Boolean.getBoolean("fathom.offline") || environment != null && !environment.matches("|0|false|no");
    }

    /** {@return this hub with further data sets, which replace those of the same name} */
    public DataHub with(DatasetCard... more) {
        var all = new ArrayList<>(cards);
        for (DatasetCard card : more) {
            all.removeIf(c -> c.name().equals(card.name()));
            all.add(card);
        }
        return new DataHub(all, data, cache, isOffline, download);
    }

    /** {@return this hub with another data folder, which is searched first; null for none} */
    public DataHub withDataFolder(@Nullable Path folder) {
        return new DataHub(cards, folder, cache, isOffline, download);
    }

    /** {@return this hub with another cache folder} */
    public DataHub withCache(Path folder) {
        return new DataHub(cards, data, folder, isOffline, download);
    }

    /** {@return this hub with another way to download; null to disable downloads} */
    public DataHub withDownload(@Nullable Download other) {
        return new DataHub(cards, data, cache, other == null, other == null ? download : other);
    }

    /** {@return the descriptions of all data sets} */
    public List<DatasetCard> cards() {
        return cards;
    }

    /** {@return whether downloads are disabled} */
    public boolean isOffline() {
        return isOffline;
    }

    /**
     * {@return the description of a data set}
     *
     * @throws IllegalArgumentException if there is none of this name; the message names all
     */
    public DatasetCard card(String name) {
        return cards.stream()
                .filter(c -> c.name().equalsIgnoreCase(name))
                .findFirst()
                .orElseThrow(() ->
                        new IllegalArgumentException(
                                "there is no data set '%s'; there are %s"
                                        .formatted(
                                                name,
                                                String.join(", ", cards.stream().map(DatasetCard::name).toList()))));
    }

    // ---- files -----------------------------------------------------------------------------------------------------

    /**
     * {@return the path of a data set of one file}
     *
     * @throws DataUnavailableException if it is not on this machine and cannot be downloaded
     * @throws IllegalArgumentException if there is no data set of this name, or it has several files
     */
    public Path file(String name) {
        DatasetCard card = card(name);
        if (card.files().size() != 1) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "%s has %d files; name one, or request its folder",
                            name,
                            card.files().size()));
        }
        return file(name, card.files().getFirst().name());
    }

    /**
     * {@return the path of one file of a data set}
     *
     * @throws DataUnavailableException if it is not on this machine and cannot be downloaded
     * @throws IllegalArgumentException if there is no data set or file of this name
     */
    public Path file(String name, String fileName) {
        DatasetCard card = card(name);
        RemoteFile file = card.file(fileName);
        return find(card, file).orElseGet(() -> downloaded(card, file));
    }

    /**
     * {@return the folder that holds a data set: its unpacked archive, or all of its files}
     *
     * @throws DataUnavailableException if it is not on this machine and cannot be downloaded
     * @throws UncheckedIOException if an archive is damaged, or the cache cannot be written
     * @throws IllegalArgumentException if there is no data set of this name
     */
    public Path folder(String name) {
        DatasetCard card = card(name);
        return find(name).map(found -> asFolder(card, found)).orElseGet(() -> asFolder(card, get(card)));
    }

    private Path asFolder(DatasetCard card, Path found) {
        if (Files.isDirectory(found)) {
            return found;
        }
        return card.isArchive() ? unpacked(card, found) : Objects.requireNonNull(found.toAbsolutePath().getParent());
    }

    /**
     * {@return where a data set is on this machine, without downloading or unpacking anything: its file, or the folder
     * of its files; empty if one of them is missing}
     *
     * @throws IllegalArgumentException if there is no data set of this name
     */
    public Optional<Path> find(String name) {
        DatasetCard card = card(name);
        if (card.files().size() == 1) {
            RemoteFile file = card.files().getFirst();
            return unpackedByUser(card, file).or(() -> find(card, file));
        }
        return places(card).stream()
                .filter(folder -> card.files().stream().allMatch(f -> isFile(folder.resolve(f.name()))))
                .findFirst();
    }

    /** {@return the folder of a data set's downloads, which may not exist yet} */
    public Path cacheFolder(String name) {
        return cache.resolve(card(name).name());
    }

    /** {@return the user's data folder, if one is set} */
    public Optional<Path> dataFolder() {
        return Optional.ofNullable(data);
    }

    /**
     * {@return the folders in which files of a data set are searched for, in this order}
     *
     * @throws IllegalArgumentException if there is no data set of this name
     */
    public List<Path> folders(String name) {
        return places(card(name));
    }

    private List<Path> places(DatasetCard card) {
        var places = new ArrayList<Path>();
        if (data != null) {
            if (card.files().size() == 1) { // files of several data sets, such as MNIST's, may have the same names
                places.add(data);
            }
            places.add(data.resolve(card.name()));
            if (!card.root().isEmpty()) {
                places.add(data.resolve(card.root()));
            }
        }
        places.add(cache.resolve(card.name()));
        places.addAll(card.system());
        return places;
    }

    private Optional<Path> find(DatasetCard card, RemoteFile file) {
        return places(card).stream().map(folder -> folder.resolve(file.name())).filter(DataHub::isFile).findFirst();
    }

    private static boolean isFile(Path path) {
        return Files.isRegularFile(path);
    }

    /** An archive that the user has unpacked: its root folder is in the data folder, without the archive in it. */
    private Optional<Path> unpackedByUser(DatasetCard card, RemoteFile file) {
        if (data == null || !card.isArchive() || card.root().isEmpty()) {
            return Optional.empty();
        }
        Path folder = data.resolve(card.root());
        return Files.isDirectory(folder) && !isFile(folder.resolve(file.name()))
                ? Optional.of(folder)
                : Optional.empty();
    }

    // ---- downloads -------------------------------------------------------------------------------------------------

    /**
     * Downloads the files of a data set that are not on this machine.
     *
     * @return its file, or the folder of its files
     * @throws DataUnavailableException if one cannot be downloaded
     */
    public Path get(String name) {
        DatasetCard card = card(name);
        return find(name).orElseGet(() -> get(card));
    }

    private Path get(DatasetCard card) {
        if (card.files().size() == 1) {
            return downloaded(card, card.files().getFirst());
        }
        // all into one folder, as readers expect them
        for (RemoteFile file : card.files()) {
            downloaded(card, file);
        }
        return cache.resolve(card.name());
    }

    private Path downloaded(DatasetCard card, RemoteFile file) {
        IOException cause;
        if (isOffline) {
            cause = new IOException("downloads are turned off");
        } else {
            try {
                return download.fetch(file, cache.resolve(card.name()));
            } catch (IOException e) {
                cause = e;
            }
        }
        String reason = String.valueOf(cause.getMessage());
        throw new DataUnavailableException(
                "%s: %s is neither in %s nor in %s, and %s. Without a network, put it into a folder and set FATHOM_DATA to that folder"
                        .formatted(
                                card.name(),
                                file.name(),
                                data == null
                                        ? "FATHOM_DATA (not set)"
                                        : Files.isDirectory(data) ? data : data + " (FATHOM_DATA, no folder)",
                                cache.resolve(card.name()),
                                reason),
                cause instanceof Download.FailedException f ? f.summary() : reason,
                cause);
    }

    private Path unpacked(DatasetCard card, Path archive) {
        Path home = cache.resolve(card.name());
        try {
            Path folder = home.resolve("unpacked-" + version(archive));
            createOnce(folder, ".unpacking.lock", f -> Archives.unpack(archive, f));
            Path root = folder.resolve(card.root());
            return Files.isDirectory(root) ? root : folder;
        } catch (IOException e) {
            throw new UncheckedIOException("%s: %s".formatted(card.name(), FileErrors.reason(e)), e);
        }
    }

    private interface FolderCreator {
        void create(Path folder) throws IOException;
    }

    /** Creates a folder that is not there yet; other threads and processes that want it wait meanwhile. */
    private static void createOnce(Path folder, String lock, FolderCreator creator) throws IOException {
        if (Files.isDirectory(folder)) {
            return;
        }
        Path home = Files.createDirectories(folder.getParent());
        try (var guard = FileGuard.lock(home.resolve(lock), () -> {})) {
            if (!Files.isDirectory(folder)) {
                creator.create(folder);
            }
        }
    }

    /** {@return a name for the contents of an archive, by its path, size and time: reading all of it takes long} */
    private static String version(Path archive) throws IOException {
        var crc = new CRC32();
        String what =
                archive.toRealPath() + " " + Files.size(archive) + " " + Files.getLastModifiedTime(archive).toMillis();
        crc.update(what.getBytes(StandardCharsets.UTF_8));
        return HexFormat.of().toHexDigits((int) crc.getValue());
    }

    // ---- loading with a stand-in -----------------------------------------------------------------------------------

    /**
     * Loads a data set, or generates its stand-in if it is not available.
     *
     * @param title its name in the notice
     * @param reader reads the real files
     * @param standIn generates data of the same form
     * @param notice receives one line if the stand-in is used
     * @throws UncheckedIOException if a file is there but damaged: a stand-in would hide that
     */
    public <T> T load(String title, Function<DataHub, T> reader, Supplier<T> standIn, Consumer<String> notice) {
        try {
            return reader.apply(this);
        } catch (DataUnavailableException e) {
            notice.accept(
                    "%s: using a stand-in, which is generated and not the real data (%s)".formatted(title, e.reason()));
            return standIn.get();
        }
    }

    /** Writes the files of a stand-in. */
    @FunctionalInterface
    public interface FolderWriter {
        /** Writes all files into an empty folder. */
        void write(Path folder) throws IOException;
    }

    /**
     * {@return the folder of a stand-in that consists of files; they are written into the cache at the first call}
     *
     * @param name the data set's name
     * @param version changes when the files do
     * @param writer writes them
     * @throws UncheckedIOException if the cache cannot be written
     */
    public Path standInFolder(String name, int version, FolderWriter writer) {
        Path folder = cacheFolder(name).resolve(String.format(Locale.ROOT, "stand-in-%d", version));
        try {
            createOnce(folder, ".stand-in.lock", f -> NewFolder.create(f, writer));
            return folder;
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "the stand-in of %s cannot be written: %s".formatted(name, FileErrors.reason(e)), e);
        }
    }
}
