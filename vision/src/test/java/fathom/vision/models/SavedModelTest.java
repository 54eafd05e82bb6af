package fathom.vision.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.io.StateDict;
import fathom.nn.Dropout;
import fathom.nn.IdentityLayer;
import fathom.nn.Layer;
import fathom.nn.Linear;
import fathom.nn.Sequential;
import fathom.nn.activation.ReLU;
import fathom.nn.conv.Conv2d;
import fathom.train.recipe.Model;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Models in one file, with their architecture. */
class SavedModelTest {
    @TempDir Path folder;

    private Path file() {
        return folder.resolve("model.safetensors");
    }

    private Layer reloaded(Layer net, long... input) throws IOException {
        Model.save(file(), net);
        Layer back = Model.load(file());
        Tensor x = Tensors.randn(input);
        net.eval();
        assertThat(back.isTraining()).isFalse();
        assertThat(back.call(x).equal(net.call(x))).isTrue();
        return back;
    }

    @Test
    void stacksOfLayers() throws IOException {
        var net =
                new Sequential(
                        new Conv2d(1, 4, 3, c -> c.padding(1)), new ReLU(), new fathom.nn.Flatten(), new Linear(64, 3));
        Layer back = reloaded(net, 2, 1, 4, 4);
        assertThat(back.toString()).isEqualTo(net.toString());
        assertThat(StateDict.load(file()).metadata()).containsEntry("architecture", net.toString());
        assertThat(((Linear) ((Sequential) back).get(3)).weight.requiresGrad()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"lenet", "mlp", "nin"})
    void modelsOfTheCourse(String name) throws IOException {
        long[] shape = Models.inputShape(name);
        reloaded(Models.create(name), 1, shape[0], shape[1], shape[2]);
    }

    @Test
    void networksOfTheirOwnClassByName() throws IOException {
        Layer back = reloaded(ResNet.resnet18(), 1, 3, 32, 32);
        assertThat(back).isInstanceOf(ResNet.class);
        assertThat(StateDict.load(file()).metadata()).containsEntry("model", "resnet18").doesNotContainKey("replaced");
    }

    @Test
    void replacedPartsAreDescribed() throws IOException {
        ResNet net = ResNet.resnet18(o -> o.channels(1).smallInput());
        net.fc = new Sequential(new Dropout(0.5), new Linear(512, 3));
        ResNet back = (ResNet) reloaded(net, 2, 1, 16, 16);
        assertThat(back.maxpool).isInstanceOf(IdentityLayer.class);
        assertThat(back.fc.toString()).isEqualTo(net.fc.toString());
        assertThat(StateDict.load(file()).metadata().get("replaced")).contains("conv1", "maxpool", "fc");
        assertThat(((ResNet) reloaded(ResNet.resnet18().withHead(7), 1, 3, 32, 32)).fc.toString())
                .isEqualTo("Linear(in_features=512, out_features=7, bias=True)");
    }

    @ParameterizedTest
    @CsvSource({"squeezenet1_1, 1", "mobilenet_v3_small, 1", "shufflenet_v2_x0_5, 1", "googlenet, 3"})
    void networksWithAnotherHeadAreMadeAgain(String name, int heads) throws IOException {
        Layer back = reloaded(Models.withHead(Models.create(name), 3), 1, 3, 64, 64);
        assertThat(back.getClass()).isEqualTo(Models.create(name).getClass());
        StateDict saved = StateDict.load(file());
        assertThat(saved.metadata()).containsEntry("model", name);
        assertThat(saved.metadata().get("replaced").split("out_features=3|, 3, kernel", -1)).hasSize(heads + 1);
    }

    @Test
    void theTypeOfTheWeightsIsKept() throws IOException {
        var net = new Sequential(new Linear(2, 3), new ReLU());
        net.to(DType.BFLOAT16);
        Model.save(file(), net);
        assertThat(((Linear) ((Sequential) Model.load(file())).get(0)).weight.dtype()).isEqualTo(DType.BFLOAT16);
    }

    /** A network of a user. */
    private static final class Own extends Layer {
        private final Linear linear = new Linear(2, 2);

        @Override
        public Tensor forward(Tensor x) {
            return linear.forward(x).relu();
        }
    }

    @Test
    void ownNetworksMustBeRegistered() throws IOException {
        var net = new Own();
        assertThatThrownBy(() -> Model.save(file(), net))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("the network is of class Own", "resnet18", "Model.register(name");
        assertThat(file()).doesNotExist();
        Model.register("own", Own::new);
        assertThat(Model.names()).contains("own", "lenet");
        assertThat(reloaded(net, 3, 2)).isInstanceOf(Own.class);

        StateDict state = StateDict.load(file());
        state.metadata().put("model", "theirs");
        state.save(file());
        assertThatThrownBy(() -> Model.load(file()))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith(file() + ": it is of the model theirs, which is not known here; known are ")
                .hasMessageContaining("own");
    }

    @Test
    void otherFilesAreRefused() throws IOException {
        new StateDict().put("a", Tensors.ones(1)).save(file());
        assertThatThrownBy(() -> Model.load(file()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("not a saved model: it has no architecture");
        Model.save(file(), new Sequential(new Linear(2, 3)));
        StateDict state = StateDict.load(file());
        state.metadata().put("formatVersion", "9");
        state.save(file());
        assertThatThrownBy(() -> Model.load(file())).hasMessageContaining("another version of Fathom");
    }

    @Test
    void anArchitectureThatClaimsMoreThanTheFileHasIsRefusedBeforeMemoryIsAllocated() throws IOException {
        Model.save(file(), new Sequential(new Linear(2, 3)));
        StateDict state = StateDict.load(file());
        for (String[] c :
                new String[][] {
                    {"100000000", "0.bias is [3] instead of [100000000]"}, {"2000000000", "more than 2^63 bytes"}
                }) {
            String linear = "Linear(in_features=%1$s, out_features=%1$s, bias=True)".formatted(c[0]);
            state.metadata().put("architecture", "Sequential(\n  (0): " + linear + "\n)");
            state.save(file());
            assertThatThrownBy(() -> Model.load(file()))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("its weights do not fit its architecture: ")
                    .hasMessageContaining(c[1]);
        }
    }
}
