package fathom.vision.folder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import fathom.Tensor;
import fathom.io.StateDict;
import fathom.nn.Layer;
import fathom.train.recipe.RecipeException;
import fathom.vision.models.DenseNet;
import fathom.vision.models.GoogLeNet;
import fathom.vision.models.Models;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Weights of torchvision's networks, with 1000 classes, in networks for three. */
class ClassifierModelsTest {
    @TempDir Path folder;

    private static final ClassifierModels.Kind THREE = new ClassifierModels.Kind(3, 64, true, 0);

    private Path saved(StateDict state) throws IOException {
        Path file = folder.resolve("weights.pth");
        state.save(file);
        return file;
    }

    private static void checkEqual(StateDict loaded, StateDict expected, List<String> fresh) {
        loaded.entries()
                .forEach((name, t) -> {
                    Tensor e = expected.get(name);
                    assertThat(e != null && t.equal(e)).as(name).isEqualTo(!fresh.contains(name));
                });
    }

    @ParameterizedTest
    @CsvSource({
        "squeezenet1_1, classifier.1",
        "mobilenet_v3_small, classifier.3",
        "shufflenet_v2_x0_5, fc",
        "googlenet, fc",
    })
    void allButTheHeadIsLoaded(String name, String head) throws IOException {
        StateDict published = Models.create(name).stateDict();
        Layer net = ClassifierModels.create(name, THREE);
        List<String> fresh = ClassifierModels.load(net, name, saved(published));
        assertThat(fresh).containsExactly(head + ".bias", head + ".weight");
        assertThat(net.namedParameters().get(fresh.getLast()).size(0)).isEqualTo(3);
        checkEqual(net.stateDict(), published, fresh);
    }

    @Test
    void ofAsManyClassesTheHeadIsLoadedToo() throws IOException {
        StateDict own = Models.create("squeezenet1_1", o -> o.classes(3)).stateDict();
        Layer net = ClassifierModels.create("squeezenet1_1", THREE);
        assertThat(ClassifierModels.load(net, "squeezenet1_1", saved(own))).isEmpty();
        checkEqual(net.stateDict(), own, List.of());
    }

    /** torchvision's published files of DenseNet write norm.1 for norm1, and no numbers of batches. */
    @Test
    void densenetsPublishedNamesAreRead() throws IOException {
        StateDict published = DenseNet.densenet121().stateDict();
        Path file =
                saved(
                        published
                                .filter(n -> !n.endsWith("num_batches_tracked"))
                                .rename(n -> n.replaceFirst("(denselayer\\d+\\.(?:norm|conv))([12])", "$1.$2")));
        Layer net = ClassifierModels.create("densenet121", THREE);
        checkEqual(net.stateDict(), published, ClassifierModels.load(net, "densenet121", file));
    }

    @Test
    void otherNetworksAreRefused() throws IOException {
        Path file = saved(Models.create("squeezenet1_0").stateDict());
        Layer net = ClassifierModels.create("squeezenet1_1", THREE);
        assertThatThrownBy(() -> ClassifierModels.load(net, "squeezenet1_1", file))
                .isInstanceOf(RecipeException.class)
                .hasMessageContainingAll("is not of squeezenet1_1: ", "more parameters do not fit");
    }

    @Test
    void auxiliaryClassifiersAreLeftOutAndInputsRescaledForPublishedWeights() {
        Layer net = ClassifierModels.create("googlenet", THREE);
        assertThat(net).isInstanceOf(GoogLeNet.class);
        assertThat(net.namedChildren().keySet()).doesNotContainAnyElementsOf(Set.of("aux1", "aux2"));
        assertThat(ClassifierModels.pretrainedSide("inception_v3")).isEqualTo(299);
        assertThat(ClassifierModels.leastSide("alexnet")).isEqualTo(63);
        assertThatThrownBy(() -> ClassifierModels.create("inception_v3", THREE))
                .hasMessageContaining("inception_v3 needs at least 75, is 64");
    }
}
