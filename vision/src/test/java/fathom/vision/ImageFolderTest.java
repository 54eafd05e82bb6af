package fathom.vision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import fathom.DType;
import fathom.FathomException;
import fathom.Tensor;
import fathom.data.Batch;
import fathom.data.DataLoader;
import fathom.vision.transforms.Transform;
import fathom.vision.transforms.Transforms;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Images in folders of classes, drawn for each test. */
class ImageFolderTest {
    @TempDir Path folder;

    private Path draw(String name, int width, int height, Color color) throws IOException {
        var image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        var g = image.createGraphics();
        g.setColor(color);
        g.fillRect(0, 0, width, height);
        g.setColor(Color.WHITE);
        g.fillOval(width / 4, height / 4, width / 2, height / 2);
        g.dispose();
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        String ending = name.substring(name.lastIndexOf('.') + 1);
        assertThat(ImageIO.write(image, ending.equals("TIF") ? "tiff" : ending, file.toFile())).isTrue();
        return file;
    }

    private Path write(String name, byte[] bytes) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.write(file, bytes);
    }

    private List<String> names(ImageFolder images) {
        return images.files().stream().map(f -> folder.relativize(f).toString()).toList();
    }

    @Test
    void classesAndFilesAreInTorchvisionsOrder() throws IOException {
        for (String name :
                List.of(
                        "b/2.png",
                        "b/10.png",
                        "a/x/1.png",
                        "a/x-y/1.png",
                        "a/z.jpg",
                        "B/1.gif",
                        "B/2.bmp",
                        "B/3.TIF",
                        "c/1.jpeg")) {
            draw(name, 4, 4, Color.RED);
        }
        write("b/3.webp", ImageFilesTest.file("rgb.webp"));
        write("b/notes.txt", new byte[] {1});
        write("b/.hidden.png", new byte[] {1});
        write(".ipynb_checkpoints/1.png", new byte[] {1});
        write("readme.png", new byte[] {1});
        var images = new ImageFolder(folder);
        assertThat(images.classes()).containsExactly("B", "a", "b", "c");
        assertThat(images.classToIdx()).containsEntry("b", 2).hasSize(4);
        assertThat(names(images))
                .containsExactly(
                        "B/1.gif",
                        "B/2.bmp",
                        "B/3.TIF",
                        "a/z.jpg",
                        "a/x/1.png",
                        "a/x-y/1.png",
                        "b/10.png",
                        "b/2.png",
                        "b/3.webp",
                        "c/1.jpeg");
        assertThat(images.labels().toLongArray()).containsExactly(0, 0, 0, 1, 1, 1, 2, 2, 2, 3);
        for (int i = 0; i < images.size(); i++) {
            assertThat(images.get(i).x().dtype()).isEqualTo(DType.FLOAT32);
            assertThat(images.image(i).shape().dims())
                    .containsExactly(i == 8 ? new long[] {3, 8, 12} : new long[] {3, 4, 4});
        }
        assertThat(images.get(3).x().max().item()).isLessThanOrEqualTo(1);
        assertThat(images.get(3).y().itemLong()).isEqualTo(1);
    }

    @Test
    void namesAreOrderedByCodePoint() {
        assertThat(ImageFiles.BY_CODE_POINT.compare("\uD83D\uDE00", "\uFF5E")).isPositive();
        assertThat("\uD83D\uDE00".compareTo("\uFF5E")).isNegative();
    }

    @Test
    void linksAreFollowedButNotForEver() throws IOException {
        draw("data/a/1.png", 4, 4, Color.RED);
        draw("data/b/1.png", 4, 4, Color.RED);
        draw("elsewhere/2.png", 4, 4, Color.RED);
        Files.createSymbolicLink(folder.resolve("data/a/more"), folder.resolve("elsewhere"));
        Files.createSymbolicLink(folder.resolve("data/a/itself"), folder.resolve("data/a"));
        Files.createSymbolicLink(folder.resolve("data/a/root"), folder.resolve("data"));
        Files.createSymbolicLink(folder.resolve("elsewhere/back"), folder.resolve("data/a"));
        assertThat(names(new ImageFolder(folder.resolve("data"))))
                .containsExactly("data/a/1.png", "data/a/more/2.png", "data/b/1.png");
    }

    @Test
    void brokenFilesAreNamedAndSkippedOnRequest() throws IOException {
        draw("a/1.png", 4, 4, Color.RED);
        draw("b/1.png", 4, 4, Color.BLUE);
        byte[] whole = Files.readAllBytes(folder.resolve("a/1.png"));
        write("a/2.png", java.util.Arrays.copyOf(whole, whole.length / 2));
        write("b/0.jpg", "no image".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        Files.createSymbolicLink(folder.resolve("b/lost.png"), folder.resolve("nowhere.png"));
        var images = new ImageFolder(folder);
        assertThat(images.size()).isEqualTo(5);
        assertThat(images.broken()).isEmpty();
        assertThatThrownBy(() -> images.get(1))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageStartingWith(folder.resolve("a/2.png") + ": the image is damaged");
        for (int workers : new int[] {0, 2}) {
            assertThatThrownBy(() -> DataLoader.of(images, 2).workers(workers).iterator().next())
                    .isInstanceOf(UncheckedIOException.class)
                    .hasMessageContaining(folder.resolve("a/2.png") + ": the image is damaged");
        }
        var good = new ImageFolder(folder, o -> o.skipBroken(true));
        assertThat(names(good)).containsExactly("a/1.png", "b/1.png");
        assertThat(good.labels().toLongArray()).containsExactly(0, 1);
        assertThat(good.broken())
                .containsOnlyKeys(folder.resolve("a/2.png"), folder.resolve("b/0.jpg"), folder.resolve("b/lost.png"));
        assertThat(good.broken().get(folder.resolve("b/0.jpg"))).contains("not an image of a known format", "webp");
        assertThat(good.broken().get(folder.resolve("b/lost.png"))).contains("does not exist");
        assertThat(good.with(Transforms.resize(2, 2)).broken()).isEqualTo(good.broken());
    }

    @Test
    void filesAreReadWhenTheyAreNeededByWorkersToo() throws IOException {
        for (int i = 0; i < 12; i++) {
            draw("a/" + (10 + i) + ".png", 8, 8, new Color(20 * i, 0, 0));
        }
        Path late = draw("b/late.png", 8, 8, Color.GREEN);
        var images =
                new ImageFolder(
                        folder,
                        o -> o.transform(Transforms.randomResizedCrop(6).then(Transforms.randomHorizontalFlip())));
        List<Batch> direct = batches(DataLoader.of(images, 5).shuffle(true).seed(3));
        List<Batch> workers = batches(DataLoader.of(images, 5).shuffle(true).seed(3).workers(3));
        assertThat(direct).hasSize(3);
        for (int i = 0; i < 3; i++) {
            assertThat(workers.get(i).x().toFloatArray()).isEqualTo(direct.get(i).x().toFloatArray());
            assertThat(workers.get(i).y().toLongArray()).isEqualTo(direct.get(i).y().toLongArray());
        }
        Files.delete(late);
        assertThat(images.get(0).x().shape().dims()).containsExactly(3, 6, 6);
        assertThatThrownBy(() -> images.get(12)).hasMessageContaining("late.png");
    }

    private static List<Batch> batches(DataLoader loader) {
        var batches = new ArrayList<Batch>();
        loader.forEach(batches::add);
        return batches;
    }

    /** Resizing on bytes is torchvision's, on float32 it would differ in the last bits. */
    @Test
    void resizingIsDoneOnBytesAndOrientationIsApplied() throws IOException {
        write("a/1.jpg", ImageFilesTest.file("orientation6.jpg"));
        write("a/2.webp", ImageFilesTest.file("orientation6.webp"));
        var images = new ImageFolder(folder);
        assertThat(images.image(0).shape().dims()).containsExactly(3, 12, 8);
        assertThat(images.image(1).shape().dims()).containsExactly(3, 12, 8);
        var small = images.with(Transforms.resize(5, 7));
        Tensor expected = Transforms.resize(5, 7).apply(images.image(0)).div(255);
        assertThat(small.get(0).x().toFloatArray()).isEqualTo(expected.toFloatArray());
        assertThat(small.batch(new long[] {1, 0}).x().select(0, 1).toFloatArray()).isEqualTo(expected.toFloatArray());
        Tensor whole = images.with(Transforms.imagenet()).get(1).x();
        assertThat(whole.shape().dims()).containsExactly(3, 224, 224);
        assertThat(whole.toFloatArray()).isEqualTo(Transforms.imagenet().apply(images.image(1)).toFloatArray());
    }

    @Test
    void imagesOfDifferentSizesAreNamedUnlessATransformMakesThemAlike() throws IOException {
        draw("a/1.png", 4, 6, Color.RED);
        draw("a/2.png", 5, 6, Color.RED);
        var images = new ImageFolder(folder);
        assertThatThrownBy(() -> images.batch(new long[] {0, 1}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("1.png is [3, 6, 4]", "2.png is [3, 6, 5]", "Transforms.resize");
        Transform own = x -> x.narrow(-1, 0, 4).narrow(-2, 0, 4).mul(2);
        Batch b = images.with(own).batch(new long[] {0, 1});
        assertThat(b.x().shape().dims()).containsExactly(2, 3, 4, 4);
        assertThat(b.x().max().item()).isEqualTo(2); // a transform of one's own sees float32
        assertThat(images.with(Transforms.centerCrop(4)).batch(new long[] {1, 0}).size()).isEqualTo(2);
    }

    @Test
    void greysAreExpandedOrColoursConverted() throws IOException {
        write("a/1.png", ImageFilesTest.file("grey2.png"));
        draw("a/2.png", 4, 4, Color.RED);
        assertThat(new ImageFolder(folder).image(0).size(0)).isEqualTo(3);
        var grey = new ImageFolder(folder, o -> o.channels(1));
        assertThat(grey.image(1).size(0)).isEqualTo(1);
        assertThat(grey.image(1).min().itemLong()).isEqualTo(76); // 0.299 * 255
        assertThat(grey.with(null).image(1).size(0)).isEqualTo(1);
    }

    @Test
    void labelsFromACsvFile() throws IOException {
        for (String name : List.of("1.png", "2.jpg", "10.png", "unlabelled.png", "sub/3.png")) {
            draw(name, 4, 4, Color.RED);
        }
        Path csv =
                Files.writeString(folder.resolve("labels.csv"), "id,label\n1,frog\n2,cat\n10.png,frog\nsub/3.png,NA\n");
        ImageFolder images = ImageFolder.ofCsv(folder, csv, o -> {});
        assertThat(images.classes()).containsExactly("NA", "cat", "frog");
        assertThat(names(images)).containsExactly("1.png", "2.jpg", "10.png", "sub/3.png");
        assertThat(images.labels().toLongArray()).containsExactly(2, 1, 2, 0);

        Path numbers = Files.writeString(folder.resolve("n.csv"), "what,file\n10,1\n9,2\n10,77\n");
        assertThatThrownBy(() -> ImageFolder.ofCsv(folder, numbers, o -> o.fileColumn("file").labelColumn("what")))
                .isInstanceOf(FathomException.class)
                .hasMessageContainingAll("1 of its 3 files are not in", "such as 77");
        ImageFolder some =
                ImageFolder.ofCsv(folder, numbers, o -> o.fileColumn("file").labelColumn("what").skipBroken(true));
        assertThat(some.classes()).containsExactly("9", "10");
        assertThat(some.labels().toLongArray()).containsExactly(1, 0);
        assertThat(some.broken()).containsOnlyKeys(folder.resolve("77"));
        assertThatThrownBy(() -> ImageFolder.ofCsv(folder, csv, o -> o.classes(List.of("cat", "frog"))))
                .hasMessageContaining("NA is none of the classes cat, frog");
    }

    @Test
    void whatIsNoFolderOfClassesIsRefused() throws IOException {
        assertThatThrownBy(() -> new ImageFolder(folder.resolve("none")))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessage("there is no folder " + folder.resolve("none"));
        Path flat = draw("flat/1.png", 4, 4, Color.RED).getParent();
        assertThatThrownBy(() -> new ImageFolder(flat))
                .isInstanceOf(FathomException.class)
                .hasMessageContainingAll("has no folders of classes, only one image;", "CLASS", "CSV");
        Files.createDirectories(flat.resolve("empty"));
        assertThatThrownBy(() -> new ImageFolder(flat)).hasMessageContaining("empty has no images");
        draw("flat/full/1.png", 4, 4, Color.RED);
        var ofOthers = new ImageFolder(flat, o -> o.classes(List.of("other", "full", "empty")));
        assertThat(ofOthers.labels().toLongArray()).containsExactly(1);
        assertThatThrownBy(() -> new ImageFolder(flat, o -> o.classes(List.of("full"))))
                .hasMessageContaining("empty is none of the classes full");
        assertThatThrownBy(() -> ofOthers.get(1)).isInstanceOf(IndexOutOfBoundsException.class);
    }
}
