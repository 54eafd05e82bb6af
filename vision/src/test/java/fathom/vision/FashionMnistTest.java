package fathom.vision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.data.Batch;
import fathom.data.DataLoader;
import fathom.data.hub.DataHub;
import fathom.data.hub.DatasetCard;
import fathom.data.hub.Download;
import fathom.data.hub.FileDigest;
import fathom.data.hub.RemoteFile;
import fathom.files.CacheFolder;
import fathom.vision.transforms.Transforms;
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
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FashionMnistTest {
    private static final List<String> NAMES =
            List.of(IdxFolder.TRAIN_IMAGES, IdxFolder.TRAIN_LABELS, IdxFolder.TEST_IMAGES, IdxFolder.TEST_LABELS);

    @TempDir Path folder;

    private final List<String> notices = new ArrayList<>();

    private static Tensor bytes(int seed, long... shape) {
        return Tensors.randint(0, 10, shape).add(seed % 2).clamp(0, 9).to(DType.UINT8);
    }

    /** Three pictures of 4 x 5 and two, with labels. */
    private static void writeSmall(Path to) throws IOException {
        Files.createDirectories(to);
        Idx.write(to.resolve(IdxFolder.TRAIN_IMAGES + ".gz"), bytes(0, 3, 4, 5));
        Idx.write(to.resolve(IdxFolder.TRAIN_LABELS + ".gz"), Tensors.tensor(new long[] {4, 0, 9}, DType.UINT8));
        Idx.write(to.resolve(IdxFolder.TEST_IMAGES + ".gz"), bytes(1, 2, 4, 5));
        Idx.write(to.resolve(IdxFolder.TEST_LABELS + ".gz"), Tensors.tensor(new long[] {1, 2}, DType.UINT8));
    }

    private IdxLibrary library(List<Path> system, List<RemoteFile> files, boolean sample) {
        var card = new DatasetCard("fashion-mnist", "Fashion-MNIST", List.of(), "MIT", files, "", system);
        DataHub hub =
                DataHub.standard()
                        .with(card)
                        .withDataFolder(folder.resolve("own"))
                        .withCache(folder.resolve("cache"))
                        .withDownload(new Download(o -> o.timeout(Duration.ofSeconds(2))));
        return new IdxLibrary(hub, "fashion-mnist", 10, sample ? "fashion-mnist-sample" : null);
    }

    private Path cache() {
        return folder.resolve("cache").resolve("fashion-mnist");
    }

    private static RemoteFile remote(Path file, URI home) throws IOException {
        String name = file.getFileName().toString();
        return new RemoteFile(name, List.of(home.resolve(name)), FileDigest.of(file, "MD5"), Files.size(file));
    }

    /** Files at a port that nobody listens on. */
    private static List<RemoteFile> unreachable() {
        return List.of(new RemoteFile("x.gz", List.of(URI.create("http://127.0.0.1:1/x.gz")), null, 10));
    }

    @Test
    void theSampleIsBalancedAndWhole() {
        FashionMnist data = FashionMnist.sample();
        assertThat(data.train().size()).isEqualTo(6000);
        assertThat(data.test().size()).isEqualTo(1000);
        assertThat(data.source()).isEqualTo("the embedded sample");
        assertThat(data.wholeSize()).isEqualTo(60_000);
        assertThat(data.train().images().shape().dims()).containsExactly(6000, 1, 28, 28);
        long[] counts = new long[10];
        for (long label : data.train().labels().toLongArray()) {
            counts[(int) label]++;
        }
        assertThat(counts).containsOnly(600);
        assertThat(FashionMnist.classNames()).hasSize(10).startsWith("t-shirt").endsWith("ankle boot");
    }

    @Test
    void batchesAreFloatsFromZeroToOne() {
        ImageDataset train = FashionMnist.sample().train();
        Batch batch = train.batch(new long[] {5, 0, 5});
        assertThat(batch.x().shape().dims()).containsExactly(3, 1, 28, 28);
        assertThat(batch.x().dtype()).isEqualTo(DType.FLOAT32);
        assertThat(batch.y().dtype()).isEqualTo(DType.INT64);
        float[] x = batch.x().toFloatArray();
        byte[] five = train.images().select(0, 5).toByteArray();
        for (int i = 0; i < 784; i++) {
            assertThat(x[i]).isEqualTo((five[i] & 0xFF) / 255f);
            assertThat(x[2 * 784 + i]).isEqualTo(x[i]);
        }
        var example = train.get(5);
        assertThat(example.x().toFloatArray()).containsExactly(java.util.Arrays.copyOf(x, 784));
        assertThat(example.y().itemLong()).isEqualTo(batch.y().toLongArray()[0]);
        assertThatThrownBy(() -> train.batch(new long[] {6000})).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void transformsApplyToBatchesAndToSinglePictures() {
        ImageDataset data = FashionMnist.sample().test().with(Transforms.resize(14));
        assertThat(data.get(0).x().shape().dims()).containsExactly(1, 14, 14);
        for (var batch : DataLoader.of(data, 300).workers(2)) {
            assertThat(batch.x().shape().dims()).endsWith(1, 14, 14);
        }
    }

    @Test
    void aFolderOfOnesOwnIsRead() throws IOException {
        writeSmall(folder);
        FashionMnist data = FashionMnist.load(folder);
        assertThat(data.train().images().shape().dims()).containsExactly(3, 1, 4, 5);
        assertThat(data.train().labels().toLongArray()).containsExactly(4, 0, 9);
        assertThat(data.test().size()).isEqualTo(2);
        assertThat(data.wholeSize()).isEqualTo(3);
        assertThat(data.source()).isEqualTo(folder.toString());
    }

    @Test
    void whatDoesNotGoTogetherInAFolderIsRefused() throws IOException {
        assertThatThrownBy(() -> FashionMnist.load(folder.resolve("none")))
                .hasMessageContaining("there is no such folder");
        writeSmall(folder);
        Path labels = folder.resolve(IdxFolder.TRAIN_LABELS + ".gz");
        Files.move(labels, folder.resolve("elsewhere"));
        assertThatThrownBy(() -> FashionMnist.load(folder))
                .hasMessageContaining("expects the file " + IdxFolder.TRAIN_LABELS);
        Idx.write(labels, Tensors.tensor(new long[] {4, 0}, DType.UINT8));
        assertThatThrownBy(() -> FashionMnist.load(folder))
                .hasMessageContaining("has 3 images, but")
                .hasMessageContaining("2 labels");
        Idx.write(labels, Tensors.tensor(new long[] {4, 0, 10}, DType.UINT8));
        assertThatThrownBy(() -> FashionMnist.load(folder))
                .hasMessageContaining("label 10, but there are only 10 classes");
        Idx.write(labels, Tensors.tensor(new float[] {4, 0, 1}, DType.FLOAT32));
        assertThatThrownBy(() -> FashionMnist.load(folder))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("not a file of this data set");
    }

    @Test
    void theUsersFolderGoesBeforeTheCacheAndTheCacheBeforeTheSystem() throws IOException {
        Path system = folder.resolve("system");
        writeSmall(system);
        var library = library(List.of(system), unreachable(), true);
        assertThat(library.find(notices::add).source()).isEqualTo(system.toString());
        writeSmall(cache());
        assertThat(library.find(notices::add).source()).isEqualTo(cache().toString());
        Path own = folder.resolve("own").resolve("fashion-mnist");
        writeSmall(own);
        assertThat(library.find(notices::add).source()).isEqualTo(own.toString());
        assertThat(notices).isEmpty();
    }

    @Test
    void aDamagedFileInTheCacheIsNamed() throws IOException {
        writeSmall(cache());
        Path file = cache().resolve(IdxFolder.TEST_IMAGES + ".gz");
        Files.write(file, java.util.Arrays.copyOf(Files.readAllBytes(file), 40));
        assertThatThrownBy(() -> library(List.of(), unreachable(), true).find(notices::add))
                .hasMessageContaining(file + ": the compressed data is cut short")
                .hasMessageContaining("delete that file");
    }

    @Test
    void whatIsNowhereIsDownloadedIntoTheCache() throws IOException {
        Path home = folder.resolve("home");
        writeSmall(home);
        var requests = new ArrayList<String>();
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext(
                "/",
                request -> {
                    requests.add(request.getRequestURI().getPath());
                    byte[] body = Files.readAllBytes(home.resolve(request.getRequestURI().getPath().substring(1)));
                    request.sendResponseHeaders(200, body.length);
                    request.getResponseBody().write(body);
                    request.close();
                });
        server.start();
        try {
            var uri = URI.create(String.format(Locale.ROOT, "http://127.0.0.1:%d/", server.getAddress().getPort()));
            var files = new ArrayList<RemoteFile>();
            for (String name : NAMES) {
                files.add(remote(home.resolve(name + ".gz"), uri));
            }
            var library = library(List.of(folder.resolve("none")), files, true);
            var found = library.find(notices::add);
            assertThat(found.splits().train().labels().toLongArray()).containsExactly(4, 0, 9);
            assertThat(found.source()).isEqualTo(cache().toString());
            library.find(notices::add);
            assertThat(requests).hasSize(4);
            assertThat(notices).isEmpty();
        } finally {
            server.stop(0);
        }
    }

    @Test
    void withoutANetworkTheSampleServesAndAUserIsTold() {
        var library = library(List.of(), unreachable(), true);
        assertThat(library.find(notices::add).splits().train().labels().numel()).isEqualTo(6000);
        assertThat(notices).hasSize(1);
        assertThat(notices.getFirst())
                .startsWith("Fashion-MNIST: using the embedded sample of 6,000 training and 1,000 test images (")
                .doesNotContain("\n");
        var none = library(List.of(), unreachable(), false);
        assertThatThrownBy(() -> none.find(notices::add))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("could not be downloaded");
    }

    @Test
    void theCacheFolderFollowsTheUsersWishes() {
        var environment = Map.of("FATHOM_HOME", "/a", "XDG_CACHE_HOME", "/x");
        var properties = Map.of("user.home", "/u");
        assertThat(CacheFolder.home(environment::get, properties::get)).isEqualTo(Path.of("/a"));
        assertThat(CacheFolder.home(Map.of("XDG_CACHE_HOME", "/x")::get, properties::get))
                .isEqualTo(Path.of("/x/fathom"));
        assertThat(CacheFolder.home(Map.of("XDG_CACHE_HOME", "relative")::get, properties::get))
                .isEqualTo(Path.of("/u/.cache/fathom"));
        assertThat(CacheFolder.home(environment::get, Map.of("fathom.home", "/p")::get)).isEqualTo(Path.of("/p"));
        assertThat(
                        CacheFolder.home(
                                Map.<String, String>of()::get, Map.of("user.home", "?", "java.io.tmpdir", "/t")::get))
                .as("a user without a home")
                .isEqualTo(Path.of("/t/fathom"));
    }
}
