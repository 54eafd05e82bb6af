package fathom.data.hub;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataHubTest {
    private static final byte[] TABLE = "a,b\n1,2\n".getBytes(UTF_8);
    private static final byte[] ZIP = zip();

    @TempDir Path folder;

    private HttpServer server;
    private final List<String> requests = new ArrayList<>();
    private DataHub hub;

    private static byte[] zip() {
        var out = new ByteArrayOutputStream();
        try (var zip = new ZipOutputStream(out)) {
            zip.putNextEntry(new ZipEntry("books/one.txt"));
            zip.write("one".getBytes(UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext(
                "/",
                request -> {
                    String path = request.getRequestURI().getPath();
                    requests.add(path);
                    byte[] body = path.endsWith(".zip") ? ZIP : TABLE;
                    try (request) {
                        request.sendResponseHeaders(200, body.length);
                        request.getResponseBody().write(body);
                    }
                });
        server.start();
        URI home = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/");
        var table = new RemoteFile("table.csv", List.of(home.resolve("table.csv")), null, TABLE.length);
        var books = new RemoteFile("books.zip", List.of(home.resolve("books.zip")), null, ZIP.length);
        hub =
                DataHub.standard()
                        .with(
                                DatasetCard.of("table", table),
                                new DatasetCard("books", "Books", List.of(), "", List.of(books), "books", List.of()))
                        .withDataFolder(null)
                        .withCache(folder.resolve("cache"))
                        .withDownload(new Download(o -> o.timeout(Duration.ofSeconds(2))));
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    @Test
    void aFileIsDownloadedOnce() {
        assertThat(hub.find("table")).isEmpty();
        Path file = hub.file("table");
        assertThat(file).isEqualTo(folder.resolve("cache/table/table.csv")).hasBinaryContent(TABLE);
        assertThat(hub.file("table", "table.csv")).isEqualTo(file);
        assertThat(hub.find("table")).contains(file);
        assertThat(requests).containsExactly("/table.csv");
    }

    @Test
    void anArchiveIsUnpackedOnce() throws IOException {
        Path books = hub.folder("books");
        assertThat(books.resolve("one.txt")).hasContent("one");
        assertThat(books).startsWith(folder.resolve("cache/books"));
        Files.writeString(books.resolve("mark"), "");
        assertThat(hub.folder("books").resolve("mark")).exists();
        assertThat(requests).containsExactly("/books.zip");
    }

    @Test
    void theUsersFolderIsSearchedFirstInEachForm() throws IOException {
        Path data = Files.createDirectory(folder.resolve("data"));
        DataHub mine = hub.withDataFolder(data);
        hub.file("table");
        Files.createDirectory(data.resolve("table"));
        Path inFolder = Files.writeString(data.resolve("table/table.csv"), "in a folder");
        assertThat(mine.file("table")).isEqualTo(inFolder);
        Path flat = Files.writeString(data.resolve("table.csv"), "flat");
        assertThat(mine.file("table")).isEqualTo(flat);

        Path archive = Files.write(data.resolve("books.zip"), ZIP);
        assertThat(mine.find("books")).contains(archive);
        assertThat(mine.folder("books").resolve("one.txt")).hasContent("one");
        assertThat(mine.folder("books")).startsWith(folder.resolve("cache"));
        assertThat(data.resolve("books")).as("the user's folder is only read").doesNotExist();

        Path unpacked = Files.createDirectory(data.resolve("books"));
        assertThat(mine.folder("books")).isEqualTo(unpacked);
        assertThat(mine.find("books")).contains(unpacked);
        assertThat(requests).containsExactly("/table.csv");
    }

    @Test
    void anotherArchiveOfTheUsersIsUnpackedAnew() throws IOException {
        Path data = Files.createDirectory(folder.resolve("data"));
        Files.write(data.resolve("books.zip"), ZIP);
        DataHub mine = hub.withDataFolder(data);
        Path first = mine.folder("books");
        try (var zip = new ZipOutputStream(Files.newOutputStream(data.resolve("books.zip")))) {
            zip.putNextEntry(new ZipEntry("books/two.txt"));
            zip.write("two and more".getBytes(UTF_8));
        }
        assertThat(mine.folder("books")).isNotEqualTo(first);
        assertThat(mine.folder("books").resolve("two.txt")).hasContent("two and more");
    }

    @Test
    void withoutANetworkTheMessageSaysWhatToDo() {
        server.stop(0);
        assertThatThrownBy(() -> hub.file("table"))
                .isInstanceOf(DataUnavailableException.class)
                .hasMessageContaining("table.csv is neither in FATHOM_DATA (not set) nor in ")
                .hasMessageContaining("no connection")
                .hasMessageContaining("set FATHOM_DATA to that folder");
        var notices = new ArrayList<String>();
        hub.load("Table", h -> h.file("table").toString(), () -> "generated", notices::add);
        assertThat(notices.getFirst()).endsWith("(table.csv could not be downloaded: no connection)");
        DataHub offline = hub.withDownload(null).withDataFolder(folder.resolve("none"));
        assertThatThrownBy(() -> offline.folder("books"))
                .isInstanceOf(DataUnavailableException.class)
                .hasMessageContaining("none (FATHOM_DATA, no folder)")
                .hasMessageContaining("downloads are turned off");
    }

    @Test
    void theStandInReplacesWhatIsMissingButNotWhatIsDamaged() throws IOException {
        var notices = new ArrayList<String>();
        DataHub offline = hub.withDownload(null).withDataFolder(folder);
        String loaded = offline.load("Table", h -> h.file("table").toString(), () -> "generated", notices::add);
        assertThat(loaded).isEqualTo("generated");
        assertThat(notices)
                .containsExactly(
                        "Table: using a stand-in, which is generated and not the real data (downloads are turned off)");
        Files.writeString(folder.resolve("books.zip"), "not a zip file");
        assertThatThrownBy(
                        () -> offline.load("Books", h -> h.folder("books").toString(), () -> "generated", notices::add))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("the archive is damaged");
        assertThat(notices).hasSize(1);
    }

    @Test
    void everyDataSetOfTheCourseIsDescribed() {
        var names = hub.cards().stream().map(DatasetCard::name).toList();
        assertThat(names)
                .doesNotHaveDuplicates()
                .contains(
                        "kaggle_house_train",
                        "kaggle_house_test",
                        "time_machine",
                        "fra-eng",
                        "airfoil",
                        "ptb",
                        "hotdog",
                        "banana-detection",
                        "voc2012",
                        "cifar10_tiny",
                        "dog_tiny",
                        "glove.6b.50d",
                        "glove.6b.100d",
                        "glove.42b.300d",
                        "wiki.en",
                        "wikitext-2",
                        "aclImdb",
                        "SNLI",
                        "bert.base",
                        "bert.small",
                        "fashion-mnist",
                        "cifar10",
                        "cifar10-python",
                        "pictures");
        for (DatasetCard card : DataHub.standard().cards()) {
            assertThat(card.licence()).as(card.name()).isNotBlank();
            for (RemoteFile file : card.files()) {
                assertThat(file.digest()).as(file.name()).isNotNull();
                assertThat(file.addresses()).as(file.name()).isNotEmpty();
            }
        }
        assertThatThrownBy(() -> hub.card("airfoi"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("there is no data set 'airfoi'")
                .hasMessageContaining("airfoil");
    }
}
