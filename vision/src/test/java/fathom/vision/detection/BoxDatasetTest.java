package fathom.vision.detection;

import static fathom.testkit.TensorAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import fathom.DType;
import fathom.FathomException;
import fathom.Tensor;
import fathom.Tensors;
import fathom.data.Batch;
import fathom.data.DataLoader;
import fathom.vision.Images;
import fathom.vision.transforms.Transforms;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Boxes from CSV files, COCO's JSON and VOC's XML: classes, moved boxes, padding, and what is wrong in files. */
class BoxDatasetTest {
    @TempDir private Path folder;

    private void image(String name, int height, int width) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        Tensor image = Tensors.zeros(DType.UINT8, 3, height, width);
        image.narrow(2, 0, width / 2).fill_(200);
        Images.write(file, image);
    }

    private void write(String name, String text) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    private static Tensor rows(double[][] rows) {
        return Tensors.tensor(rows, DType.FLOAT32);
    }

    @Test
    void csvWithSeveralObjects() throws IOException {
        image("images/a.png", 20, 40);
        image("b.png", 20, 40);
        write(
                "label.csv",
                "img_name,label,xmin,ymin,xmax,ymax\na.png,dog,0,0,10,20\na.png,cat,20,5,40,10\nb.png,cat,4,4,8,8\n");
        BoxDataset data = BoxFolder.load(folder);
        assertThat(data.classes()).containsExactly("cat", "dog");
        assertThat(data.size()).isEqualTo(2);
        assertThat(data.get(0).x()).hasShape(3, 20, 40);
        assertThat(data.get(0).y())
                .isCloseTo(rows(new double[][] {{1, 0, 0, 0.25, 1}, {0, 0.5, 0.25, 1, 0.5}}), 1e-6, 0);
        assertThat(data.get(1).y())
                .isCloseTo(rows(new double[][] {{0, 0.1, 0.2, 0.2, 0.4}, {-1, -1, -1, -1, -1}}), 1e-6, 0);

        var flipped = data.with(Transforms.randomHorizontalFlip(1));
        assertThat(flipped.get(0).y())
                .isCloseTo(rows(new double[][] {{1, 0.75, 0, 1, 1}, {0, 0, 0.25, 0.5, 0.5}}), 1e-6, 1e-6);
        assertThat(flipped.get(0).x().select(2, 39)).isEqualToTensor(data.get(0).x().select(2, 0));
        // what a crop removes is padding: the right half of the image remains
        var cropped = data.with(Transforms.resize(40, 80).then(Transforms.centerCrop(40, 20)));
        assertThat(cropped.get(0).y())
                .isCloseTo(rows(new double[][] {{0, 0.5, 0.25, 1, 0.5}, {-1, -1, -1, -1, -1}}), 1e-5, 1e-5);
        Batch batch = DataLoader.of(data, 2).iterator().next();
        assertThat(batch.x()).hasShape(2, 3, 20, 40);
        assertThat(batch.y()).hasShape(2, 2, 5);
    }

    @Test
    void csvWithNamedColumnsAndLabels() throws IOException {
        image("a.png", 8, 8);
        write("boxes.csv", "file,xmin,xmax,ymin,ymax,class\na.png,0,4,2,8,1\n");
        BoxDataset data = BoxFolder.load(folder, o -> o.labels("boxes.csv").classes(List.of("cat", "dog")));
        assertThat(data.get(0).y()).isCloseTo(rows(new double[][] {{1, 0, 0.25, 0.5, 1}}), 1e-6, 0);
        BoxDataset plain = BoxFolder.load(folder, o -> o.labels("boxes.csv"));
        assertThat(plain.classes()).containsExactly("1");
        assertThat(plain.get(0).y().get(0, 0).item()).isZero();
    }

    @Test
    void whatIsWrongInACsvFileIsNamed() throws IOException {
        assertThatThrownBy(() -> BoxFolder.load(folder)).isInstanceOf(UncheckedIOException.class);
        image("a.png", 8, 8);
        image("c.png", 9, 8);
        write("label.csv", "name,label,a,b,c,d\na.png,0,1,2,x,4\n");
        refused("row 1, a.png: x is no number");
        write("label.csv", "name,label,a,b,c,d\na.png,0,5,2,4,4\n");
        refused("must not exceed");
        write("label.csv", "name,label,a,b,c,d\na.png,,1,2,4,4\n");
        refused("the class is missing");
        write("label.csv", "name,label,a,b,c,d\nb.png,0,1,2,4,4\n");
        refused("names b.png, but it is not in");
        write("label.csv", "name,label\nb.png,0\n");
        refused("expected columns");
        write("label.csv", "name,label,a,b,c,d\na.png,0,1,2,4,4\nc.png,0,1,2,4,4\n");
        assertThatThrownBy(() -> BoxFolder.load(folder).batch(new long[] {0, 1}))
                .hasMessageContaining("differ in size");
    }

    private void refused(String message) {
        assertThatThrownBy(() -> BoxFolder.load(folder))
                .isInstanceOf(FathomException.class)
                .hasMessageContaining(message);
    }

    @Test
    void coco() throws IOException {
        image("images/1.png", 10, 20);
        image("images/2.png", 10, 20);
        write(
                "instances.json",
                """
                {"info": {"year": 2017, "more": [1, {"a": []}]},
                 "annotations": [
                   {"image_id": 7, "category_id": 90, "bbox": [2, 1, 4, 5.5], "iscrowd": 0, "segmentation": [[1, 2]]},
                   {"image_id": 7, "category_id": 3, "bbox": [0, 0, 20, 10], "iscrowd": 1, "segmentation": {"counts": [1]}},
                   {"image_id": 7, "category_id": 3, "bbox": [10, 0, 10, 10]}],
                 "categories": [{"id": 90, "name": "toothbrush"}, {"id": 3, "name": "car"}],
                 "images": [{"id": 9, "file_name": "2.png"}, {"id": 7, "file_name": "1.png", "height": 10, "width": 20}]}
                """);
        BoxDataset data = CocoDetection.load(folder.resolve("images"), folder.resolve("instances.json"), null);
        assertThat(data.classes()).containsExactly("car", "toothbrush");
        assertThat(data.files()).extracting(f -> f.getFileName().toString()).containsExactly("1.png", "2.png");
        assertThat(data.get(0).y())
                .isCloseTo(rows(new double[][] {{1, 0.1, 0.1, 0.3, 0.65}, {0, 0.5, 0, 1, 1}}), 1e-6, 1e-6);
        assertThat(data.get(1).y()).isEqualToTensor(Tensors.full(-1.0, DType.FLOAT32, 2, 5));
        write("bad.json", "{\"images\": [{\"id\": \"x\", \"file_name\": \"1.png\"}]}");
        cocoRefused("bad.json", "expected an integer as id");
        write("bad.json", "{\"images\": [");
        cocoRefused("bad.json", "is malformed");
        write("bad.json", "[]");
        cocoRefused("bad.json", "expected an object");
        write("bad.json", "{\"annotations\": [{\"image_id\": 1, \"category_id\": 1, \"bbox\": [1, 2, -3, 4]}]}");
        cocoRefused("bad.json", "bbox");
        write("bad.json", "{\"annotations\": [{\"image_id\": 1, \"category_id\": 1, \"bbox\": [1, 2, 3, 4]}]}");
        cocoRefused("bad.json", "no such image");
        assertThatThrownBy(() -> CocoDetection.load(folder, folder.resolve("none.json"), null))
                .isInstanceOf(UncheckedIOException.class);
    }

    private void cocoRefused(String file, String message) {
        assertThatThrownBy(() -> CocoDetection.load(folder.resolve("images"), folder.resolve(file), null))
                .isInstanceOf(FathomException.class)
                .hasMessageContaining(message);
    }

    @Test
    void voc() throws IOException {
        image("JPEGImages/x.jpg", 10, 20); // the contents decide, not the name
        write("ImageSets/Main/train.txt", "x\n\n");
        String object =
                "<object><name>%s</name><difficult>%d</difficult><bndbox><xmin>%s</xmin><ymin>3</ymin><xmax>10</xmax><ymax>10</ymax></bndbox><part><name>head</name></part></object>";
        write(
                "Annotations/x.xml",
                "<annotation>" + object.formatted("dog", 0, "1") + object.formatted("cat", 1, "3") + "</annotation>");
        BoxDataset data = VocDetection.load(folder, "train", o -> {});
        assertThat(data.classes()).hasSize(20);
        assertThat(data.get(0).y()).isCloseTo(rows(new double[][] {{11, 0, 0.2, 0.5, 1}}), 1e-6, 0);
        assertThat(VocDetection.load(folder, "train", o -> o.difficult(true)).maxObjects()).isEqualTo(2);
        assertThatThrownBy(() -> VocDetection.load(folder, "val", o -> {})).isInstanceOf(UncheckedIOException.class);
        write("Annotations/x.xml", "<annotation>" + object.formatted("unicorn", 0, "1") + "</annotation>");
        vocRefused("unicorn is none of the classes");
        write("Annotations/x.xml", "<annotation>" + object.formatted("dog", 0, "left") + "</annotation>");
        vocRefused("xmin is no number");
        write("Annotations/x.xml", "<annotation><object>");
        vocRefused("is malformed");
        write(
                "Annotations/x.xml",
                "<!DOCTYPE a [<!ENTITY b SYSTEM \"file:///etc/hostname\">]><annotation>&b;</annotation>");
        vocRefused("is malformed");
    }

    private void vocRefused(String message) {
        assertThatThrownBy(() -> VocDetection.load(folder, "train", o -> {}))
                .isInstanceOf(FathomException.class)
                .hasMessageContaining(message);
    }
}
