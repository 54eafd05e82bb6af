package fathom.nn;

import static fathom.testkit.TensorAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import fathom.Autograd;
import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.io.StateDict;
import fathom.nn.activation.ReLU;
import fathom.nn.conv.Conv2d;
import fathom.nn.norm.BatchNorm1d;
import fathom.nn.norm.BatchNorm2d;
import fathom.nn.norm.LayerNorm;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BlockTest {
    /** Everything that fields may hold. */
    private static class Base extends Layer {
        private final Tensor weightIh = parameter(Tensors.ones(2, 2));
        final Tensor runningMean = buffer(Tensors.zeros(2));
        final Tensor positionIds = transientBuffer(Tensors.arange(3));
        final Tensor notRegistered = Tensors.zeros(7);
        final String name = "base";

        @Override
        public Tensor forward(Tensor x) {
            return x.matmul(weightIh);
        }
    }

    private static final class Derived extends Base {
        final Linear fc1 = new Linear(2, 3);
        final List<Layer> layers = List.of(new Linear(3, 3, o -> o.bias(false)), new ReLU());
        final Layer[] heads = {new Linear(3, 1)};
        final Map<String, Block> byName = new LinkedHashMap<>(Map.of("q", new Linear(1, 1)));
        final Layer absent = null;
        final Block LayerNorm = new LayerNorm(3);
        final Linear again = fc1;
    }

    @Test
    void findsEverythingInFields() {
        var net = new Derived();
        assertThat(net.namedParameters().keySet())
                .containsExactly(
                        "weight_ih",
                        "fc1.weight",
                        "fc1.bias",
                        "layers.0.weight",
                        "heads.0.weight",
                        "heads.0.bias",
                        "by_name.q.weight",
                        "by_name.q.bias",
                        "LayerNorm.weight",
                        "LayerNorm.bias");
        assertThat(net.namedBuffers().keySet()).containsExactly("running_mean", "position_ids");
        assertThat(net.namedChildren().keySet())
                .containsExactly("fc1", "layers", "heads", "by_name", "LayerNorm", "again");
        assertThat(net.namedBlocks().keySet()).contains("", "layers.1", "heads.0").doesNotContain("again");
    }

    @Test
    void stateHasSharedParametersTwiceAndNoTransientBuffers() {
        assertThat(new Derived().stateDict().names())
                .contains("fc1.weight", "again.weight", "running_mean")
                .doesNotContain("position_ids");
    }

    @Test
    void snakeCase() {
        assertThat(List.of("weight", "runningMean", "weightIhL0", "bn1", "LayerNorm", "outProj", "fc_1", "aBC"))
                .extracting(BlockFields::snakeCase)
                .containsExactly(
                        "weight", "running_mean", "weight_ih_l0", "bn1", "LayerNorm", "out_proj", "fc_1", "a_bc");
    }

    @Test
    void aParameterThatNoFieldHoldsIsRefused() {
        var lost =
                new Block() {
                    {
                        parameter(Tensors.ones(3, 5));
                    }
                };
        assertThatThrownBy(lost::parameters)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("no field holds the parameter of shape [3, 5]");
    }

    @Test
    void frozenParametersStayParameters() {
        var net = new Sequential(new Linear(2, 3), new Linear(3, 1));
        net.get(0).requiresGrad_(false);
        assertThat(net.parameters()).hasSize(4);
        net.forward(Tensors.ones(1, 2)).sum().backward();
        assertThat(((Linear) net.get(0)).weight.grad()).isNull();
        assertThat(((Linear) net.get(1)).weight.grad()).isNotNull();
        net.zeroGrad();
        assertThat(((Linear) net.get(1)).weight.grad()).isNull();
    }

    @Test
    void tiedParametersAreOne() {
        final class Tied extends Block {
            final Linear encoder = new Linear(3, 3);
            final Tensor decoder = parameter(encoder.weight);
        }
        var net = new Tied();
        assertThat(net.parameters()).hasSize(2);
        assertThat(net.decoder).isSameAs(net.encoder.weight);
        assertThat(net.stateDict().names()).containsExactly("decoder", "encoder.weight", "encoder.bias");
    }

    @Test
    void trainAndEvalReachEveryBlock() {
        var net = new Sequential(new Dropout(), new Sequential(new BatchNorm1d(2)));
        assertThat(net.blocks()).allMatch(Block::isTraining);
        net.eval();
        assertThat(net.blocks()).noneMatch(Block::isTraining);
        net.train();
        assertThat(net.blocks()).allMatch(Block::isTraining);
    }

    @Test
    void applyVisitsChildrenFirst() {
        var order = new ArrayList<String>();
        new Sequential(new Linear(1, 1), new Sequential(new ReLU()))
                .apply(b -> order.add(b.getClass().getSimpleName()));
        assertThat(order).containsExactly("Linear", "ReLU", "Sequential", "Sequential");
    }

    @Test
    void convertsWhereTensorsStand() {
        var net = new BatchNorm1d(3);
        Tensor weight = net.weight;
        net.to(DType.FLOAT64);
        assertThat(net.weight).isSameAs(weight);
        assertThat(weight.dtype()).isEqualTo(DType.FLOAT64);
        assertThat(net.runningMean.dtype()).isEqualTo(DType.FLOAT64);
        assertThat(net.numBatchesTracked.dtype()).isEqualTo(DType.INT64);
        net.forward(Tensors.rand(DType.FLOAT64, 4, 3)).sum().backward();
        assertThat(weight.grad().dtype()).isEqualTo(DType.FLOAT64);
        assertThatThrownBy(() -> net.to(DType.INT32)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void loadsWhatAnotherSaved(@TempDir Path folder) throws Exception {
        var a = new Sequential(new Conv2d(1, 2, 3), new BatchNorm2d(2), new Flatten(), new Linear(8, 2));
        a.forward(Tensors.rand(3, 1, 4, 4));
        a.stateDict().save(folder.resolve("a.safetensors"));
        var b = new Sequential(new Conv2d(1, 2, 3), new BatchNorm2d(2), new Flatten(), new Linear(8, 2));
        b.loadStateDict(StateDict.load(folder.resolve("a.safetensors")));
        Tensor x = Tensors.rand(2, 1, 4, 4);
        assertThat(b.eval().forward(x)).isEqualToTensor(a.eval().forward(x));
        assertThat(((BatchNorm2d) b.get(1)).numBatchesTracked.itemLong()).isEqualTo(1);
    }

    @Test
    void loadingListsAllThatIsWrongAndChangesNothing() {
        var net = new Sequential(new Linear(2, 3), new Linear(3, 1));
        Tensor before = ((Linear) net.get(0)).weight.detach().clone();
        var state =
                new StateDict()
                        .put("0.weight", Tensors.ones(3, 2))
                        .put("0.bias", Tensors.ones(4))
                        .put("1.weight", Tensors.ones(1, 2))
                        .put("head.weight", Tensors.ones(1))
                        .put("head.bias", Tensors.ones(1));
        assertThatThrownBy(() -> net.loadStateDict(state))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        """
                        loadStateDict: the state does not fit Sequential
                          missing (1):
                            1.bias
                          unexpected (2):
                            head.weight
                            head.bias
                          of another shape (2):
                            0.bias: is [4] in the state, [3] in the model
                            1.weight: is [1, 2] in the state, [1, 3] in the model\
                        """);
        assertThat(((Linear) net.get(0)).weight.detach()).isEqualToTensor(before);
    }

    @Test
    void looseLoadingTakesWhatFitsAndTellsTheRest() {
        var net = new Sequential(new Linear(2, 3), new Linear(3, 1));
        var state = new StateDict().put("0.weight", Tensors.ones(DType.FLOAT64, 3, 2)).put("other", Tensors.ones(1));
        Block.LoadReport report = net.loadStateDict(state, false);
        assertThat(report.missing()).containsExactly("0.bias", "1.weight", "1.bias");
        assertThat(report.unexpected()).containsExactly("other");
        assertThat(((Linear) net.get(0)).weight.detach()).isEqualToTensor(Tensors.ones(3, 2));
        assertThatThrownBy(() -> net.loadStateDict(new StateDict().put("0.weight", Tensors.ones(1)), false))
                .hasMessageContaining("of another shape (1)")
                .hasMessageNotContaining("missing");
    }

    @Test
    void stateSharesMemoryWithTheParameters() {
        var net = new Linear(2, 1);
        try (var off = Autograd.noGrad()) {
            net.stateDict().get("weight").fill_(5);
        }
        assertThat(net.weight.detach()).hasValues(5, 5);
    }

    @Test
    void hooksSeeAndReplaceResultsHoweverALayerIsCalled() {
        var linear = new Linear(2, 2);
        var own = new Base();
        var seen = new ArrayList<String>();
        Runnable remove =
                linear.registerForwardHook((l, x, y) -> {
                    seen.add(x.shape() + " -> " + y.shape());
                    return y.mul(0);
                });
        own.registerForwardHook((l, x, y) -> {
            seen.add("own");
            return y;
        });
        assertThat(linear.forward(Tensors.ones(1, 2)).detach()).hasValues(0, 0);
        new Sequential(linear, own).forward(Tensors.ones(4, 2));
        assertThat(seen).containsExactly("[1, 2] -> [1, 2]", "[4, 2] -> [4, 2]", "own");
        remove.run();
        linear.forward(Tensors.ones(1, 2));
        assertThat(seen).hasSize(3);
    }

    @Test
    void sequentialByNameAndNumber() {
        var layers = new LinkedHashMap<String, Layer>();
        layers.put("conv", new Conv2d(1, 1, 1));
        layers.put("act", new ReLU());
        var net = new Sequential(layers);
        assertThat(net.namedParameters().keySet()).containsExactly("conv.weight", "conv.bias");
        assertThat(net.get(-1)).isInstanceOf(ReLU.class);
        assertThatThrownBy(() -> net.get(2)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> net.add("act", new ReLU())).hasMessageContaining("a layer named act already");
        assertThat(new Sequential().forward(Tensors.ones(2))).hasValues(1, 1);
    }

    @Test
    void aBlockWithoutPartsIsFine() {
        var none = new Block() {};
        assertThatCode(none::train).doesNotThrowAnyException();
        assertThat(none.parameters()).isEmpty();
        assertThat(none.stateDict().size()).isZero();
    }

    @Test
    void aSequenceMayHaveFieldsAndTransientOnesAreLeftOut() {
        final class Net extends Sequential {
            final Linear head = new Linear(2, 1);
            final transient Linear elsewhere = new Linear(2, 1);

            Net() {
                super(new Linear(2, 2));
            }
        }
        assertThat(new Net().namedParameters().keySet())
                .containsExactly("0.weight", "0.bias", "head.weight", "head.bias");
    }
}
