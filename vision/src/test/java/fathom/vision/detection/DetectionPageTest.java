package fathom.vision.detection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.Layer;
import fathom.train.recipe.DetectorTask;
import fathom.train.recipe.HyperParameters;
import fathom.train.recipe.PredictionOptions;
import fathom.train.recipe.Recipe;
import fathom.train.recipe.RecipeException;
import fathom.train.recipe.Recipes;
import fathom.train.recipe.TaskOptions;
import fathom.vision.Images;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the recipe finds in image files, in lines and drawn; files that cannot be read. */
class DetectionPageTest {
    @TempDir private Path folder;

    private DetectorTask task(String data) {
        Recipe recipe = Recipes.get("tinyssd");
        HyperParameters hyper = recipe.hyperParameters().withBatchSize(2);
        return (DetectorTask) recipe.open(new TaskOptions(hyper, data, 2, 0, Map.of(), Map.of(), line -> {}));
    }

    /** A data set of two images for each of training and testing. */
    private String bananas() throws IOException {
        for (String part : List.of("bananas_train", "bananas_val")) {
            Path images = Files.createDirectories(folder.resolve(part).resolve("images"));
            for (String name : List.of("0.png", "1.png")) {
                Images.write(images.resolve(name), Tensors.full(90, DType.UINT8, 3, 256, 256));
            }
            Files.writeString(
                    folder.resolve(part).resolve("label.csv"),
                    "img_name,label,xmin,ymin,xmax,ymax\n0.png,0,10,20,90,120\n1.png,0,100,90,200,200\n");
        }
        return folder.toString();
    }

    @Test
    void filesAndFolders() throws IOException {
        Path images = Files.createDirectories(folder.resolve("images"));
        Images.write(images.resolve("a.png"), Tensors.zeros(DType.UINT8, 3, 40, 60));
        Images.write(images.resolve("b.png"), Tensors.zeros(DType.UINT8, 1, 64, 64));
        Files.writeString(images.resolve("c.png"), "no image");
        DetectorTask task = task(bananas());
        Tensors.manualSeed(1);
        Layer net = task.network().eval();
        var problems = new ArrayList<String>();
        Path out = folder.resolve("found.png");
        List<String> lines =
                task.detect(
                        net,
                        new DetectorTask.Options(List.of(images.toString()), out).threshold(0).warn(problems::add));
        assertThat(lines).hasSizeGreaterThan(2).last().isEqualTo("image: " + out);
        assertThat(lines.getFirst()).contains("a.png: banana 0.").contains(" at ");
        assertThat(problems).hasSize(1).first().asString().contains("c.png");
        Tensor page = Images.read(out);
        assertThat(page.size(2)).isGreaterThan(500);
        assertThat(task.detect(net, new DetectorTask.Options(List.of(images + "/a.png"), out).threshold(1)).getFirst())
                .endsWith("a.png: nothing");
        assertThatThrownBy(() -> task.detect(net, new DetectorTask.Options(List.of("none.png"), out)))
                .isInstanceOf(IOException.class)
                .hasMessage("there is no image none.png");
        assertThatThrownBy(() -> new DetectorTask.Options(List.of(), Path.of("a.txt")))
                .isInstanceOf(RecipeException.class);
    }

    @Test
    void predictionsForTestImages() throws IOException {
        DetectorTask task = task(bananas());
        Layer net = task.network().eval();
        List<String> lines = task.predict(net, new PredictionOptions(List.of(), 2, 3, folder, null, line -> {}));
        assertThat(lines).last().isEqualTo("image: " + folder.resolve("predictions.png"));
        assertThat(lines).anyMatch(l -> l.startsWith("test image 1: "));
        assertThat(folder.resolve("predictions.png")).isNotEmptyFile();
        assertThat(task.data()).isEqualTo("2 images with bananas from " + folder);
        assertThatThrownBy(() ->
                        task.predict(net, new PredictionOptions(List.of(), 2, 3, folder, Path.of("a.csv"), line -> {})))
                .isInstanceOf(RecipeException.class);
        assertThatThrownBy(() -> task(folder.resolve("none").toString())).hasMessageContaining("bananas_train");
    }
}
