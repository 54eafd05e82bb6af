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

    /** As PyTorch loads files that were written before batch norms counted batches. */
    @Test
    void oldStatesHaveNoNumbersOfBatches() {
        var net = new Sequential(new BatchNorm2d(1), new Linear(2, 1));
        net.call(Tensors.rand(2, 1, 2, 2));
        StateDict state = net.stateDict().filter(n -> !n.endsWith("num_batches_tracked"));
        net.loadStateDict(state);
        assertThat(((BatchNorm2d) net.get(0)).numBatchesTracked.itemLong()).isZero();
        StateDict headless = state.filter(n -> n.startsWith("1."));
        assertThat(net.loadStateDict(headless, false).missing()).contains("0.num_batches_tracked");
        StateDict damaged = net.stateDict().filter(n -> !n.equals("0.running_mean"));
        assertThatThrownBy(() -> net.loadStateDict(damaged)).hasMessageContaining("missing (1)");
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

    // ---- loading with options -------------------------------------------------------------------------------------

    @Test
    void namesAreChangedInTheOrderOfTheCalls() {
        var net = new Sequential(Map.of("fc", new Linear(2, 3)));
        var state =
                new StateDict()
                        .put("module.head.linear.weight", Tensors.ones(3, 2))
                        .put("module.head.linear.bias", Tensors.ones(3))
                        .put("module.tail.weight", Tensors.ones(9));
        var report =
                net.loadStateDict(
                        state,
                        o ->
                                o.stripPrefix("module.")
                                        .filter(name -> !name.startsWith("tail"))
                                        .rename(Map.of("head.", "x.", "head.linear", "fc")));
        assertThat(report.isComplete()).isTrue();
        assertThat(net.block("fc", Linear.class).weight.detach()).isEqualToTensor(Tensors.ones(3, 2));

        var inner = (Linear) net.get("fc");
        inner.loadStateDict(net.stateDict(), o -> o.stripPrefix("fc."));
        net.loadStateDict(inner.stateDict(), o -> o.addPrefix("fc."));
        net.loadStateDict(inner.stateDict(), o -> o.rename(name -> "fc." + name));
        assertThatThrownBy(() -> net.loadStateDict(state, o -> o.rename(name -> "fc.weight")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(
                        "module.head.linear.weight and module.head.linear.bias would both be named fc.weight");
    }

    @Test
    void tensorsOfOtherShapesAreSkippedOnRequest() {
        var net = new Sequential(new Linear(2, 3), new Linear(3, 4));
        Tensor before = ((Linear) net.get(1)).weight.detach().clone();
        var state = new Sequential(new Linear(2, 3), new Linear(3, 9)).stateDict();
        assertThatThrownBy(() -> net.loadStateDict(state)).hasMessageContaining("of another shape (2)");
        var report = net.loadStateDict(state, o -> o.ignoreMismatchedShapes(true));
        assertThat(report.mismatched()).containsExactly("1.weight", "1.bias");
        assertThat(report.isComplete()).isFalse();
        assertThat(((Linear) net.get(0)).weight.detach()).isEqualToTensor(state.get("0.weight"));
        assertThat(((Linear) net.get(1)).weight.detach()).isEqualToTensor(before);

        state.put("extra", Tensors.ones(1));
        assertThatThrownBy(() -> net.loadStateDict(state, o -> o.ignoreMismatchedShapes(true)))
                .hasMessageContaining("unexpected (1)")
                .hasMessageNotContaining("of another shape");
        report = net.loadStateDict(state, o -> o.ignoreMismatchedShapes(true).strict(false));
        assertThat(report.unexpected()).containsExactly("extra");
    }

    // ---- blocks in records, and nested ----------------------------------------------------------------------------

    private record Stage(Linear linear, ReLU relu, int repeats, @org.jspecify.annotations.Nullable Layer shortcut) {}

    private static final class Staged extends Layer {
        final List<Stage> stages =
                List.of(
                        new Stage(new Linear(2, 2), new ReLU(), 2, null),
                        new Stage(new Linear(2, 2), new ReLU(), 1, new Linear(2, 2)));
        final Stage last = new Stage(new Linear(2, 2), new ReLU(), 1, null);
        final Map<String, Stage> named = Map.of("a", last);
        final List<List<Layer>> grid = List.of(List.of(new Linear(1, 1)), List.of(new ReLU(), new Linear(1, 1)));

        @Override
        public Tensor forward(Tensor x) {
            Tensor y = x;
            for (Stage s : stages) {
                y = s.relu.forward(s.linear.forward(y));
            }
            return y;
        }
    }

    @Test
    void blocksInRecordsAndNestedListsAreFound() {
        var net = new Staged();
        assertThat(net.stateDict().names())
                .containsExactly(
                        "stages.0.linear.weight",
                        "stages.0.linear.bias",
                        "stages.1.linear.weight",
                        "stages.1.linear.bias",
                        "stages.1.shortcut.weight",
                        "stages.1.shortcut.bias",
                        "last.linear.weight",
                        "last.linear.bias",
                        "named.a.linear.weight",
                        "named.a.linear.bias",
                        "grid.0.0.weight",
                        "grid.0.0.bias",
                        "grid.1.1.weight",
                        "grid.1.1.bias");
        assertThat(net.parameters()).hasSize(12);
        net.eval();
        assertThat(net.stages.get(1).relu.isTraining()).isFalse();
        assertThat(net.block("stages.1.shortcut")).isSameAs(net.stages.get(1).shortcut);
        assertThat(net.toString()).contains("(stages): ModuleList(\n    (0): ModuleDict(\n      (linear): Linear(");
    }

    @Test
    void aCapturedStepSeesChangesOfBlocksInRecords() {
        var net = new Staged();
        var dropout = new Dropout(0.5);
        record Holder(Dropout dropout) {}
        var layer =
                new Layer() {
                    final List<Holder> held = List.of(new Holder(dropout));

                    @Override
                    public Tensor forward(Tensor x) {
                        return held.getFirst().dropout.forward(net.forward(x));
                    }
                };
        layer.eval();
        java.util.function.UnaryOperator<Tensor> forward = layer::call;
        var step = fathom.Captured.of(forward);
        Tensor x = Tensors.ones(64, 2);
        for (int i = 0; i < 5; i++) {
            step.call(x);
        }
        assertThat(step.hasPlan(x)).as(String.valueOf(step.eagerReason())).isTrue();
        assertThat(step.call(x)).isEqualToTensor(layer.call(x));
        layer.train();
        try (var off = Autograd.noGrad()) {
            net.stages.get(1).linear.bias.fill_(1);
        }
        assertThat(step.call(x).eq(0).any().itemBoolean()).as("dropout is on").isTrue();
    }

    @Test
    void aSetOfBlocksIsRefused() {
        var net =
                new Block() {
                    final java.util.Set<Layer> heads = java.util.Set.of(new Linear(1, 1));
                };
        assertThatThrownBy(net::parameters)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("field heads holds blocks in a ")
                .hasMessageContaining("use a List");
    }

    @Test
    void parametersInRecordsAreFound() {
        record Pair(Tensor a, Tensor b) {}
        var net =
                new Block() {
                    final Pair pair = new Pair(parameter(Tensors.ones(1)), buffer(Tensors.ones(2)));
                    final Map<String, Tensor> more = Map.of("c", parameter(Tensors.ones(3)));
                };
        assertThat(net.namedParameters().keySet()).containsExactly("pair.a", "more.c");
        assertThat(net.namedBuffers().keySet()).containsExactly("pair.b");
    }

    // ---- looking up and replacing ---------------------------------------------------------------------------------

    private static final class Headed extends Layer {
        Layer fc = new Linear(2, 3);
        final Linear fixed = new Linear(2, 3);
        Linear linear = new Linear(2, 2);
        final Sequential body = new Sequential(new Linear(2, 2), new ReLU());
        final ModuleList<Layer> list = new ModuleList<>(new ReLU());
        final List<Layer> plain = List.of(new ReLU());

        @Override
        public Tensor forward(Tensor x) {
            return fc.forward(body.forward(x));
        }
    }

    @Test
    void blocksAreFoundByPathAndType() {
        var net = new Headed();
        assertThat(net.block("body.0", Linear.class).weight.shape().dims()).containsExactly(2, 2);
        assertThat(net.block("")).isSameAs(net);
        assertThat(net.children(Linear.class)).containsExactly((Linear) net.fc, net.fixed, net.linear);
        assertThat(net.blocks(ReLU.class)).hasSize(3);
        assertThatThrownBy(() -> net.block("body.2"))
                .hasMessage("Headed has no block body.2: body has the children 0, 1");
        assertThatThrownBy(() -> net.block("fc.x")).hasMessage("Headed has no block fc.x: fc has no children");
        assertThatThrownBy(() -> net.block("body.1", Linear.class))
                .hasMessage("Headed: body.1 is a ReLU, not a Linear");
    }

    @Test
    void childrenAreReplaced() {
        var net = new Headed();
        net.replace("fc", new Sequential(new Dropout(0.1), new Linear(2, 5)));
        assertThat(net.forward(Tensors.ones(1, 2)).shape().dims()).containsExactly(1, 5);
        net.replace("body.0", new IdentityLayer());
        net.replace("list.0", new Linear(7, 7));
        assertThat(net.stateDict().names()).contains("fc.1.weight", "list.0.weight").doesNotContain("body.0.weight");
        assertThatThrownBy(() -> net.replace("fixed", new Linear(1, 1)))
                .hasMessage("replace: the field Headed.fixed is final");
        assertThatThrownBy(() -> net.replace("linear", new ReLU()))
                .hasMessage("replace: the field Headed.linear holds a Linear, not a ReLU");
        assertThatThrownBy(() -> net.replace("plain.0", new ReLU())).hasMessageContaining("replace it there");
        assertThatThrownBy(() -> net.replace("nothing", new ReLU())).hasMessageContaining("has no block nothing");
        assertThatThrownBy(() -> net.replace("body.0", new Block() {}))
                .hasMessageContaining("a Sequential holds layers");
    }

    @Test
    void elementsOfASequential() {
        var a = new Linear(2, 2);
        var b = new ReLU();
        var net = new Sequential().add("first", a).add("second", b).add("third", new Linear(2, 3));
        assertThat(net.get("second")).isSameAs(b);
        assertThat(net.set(1, new IdentityLayer()).get("second")).isInstanceOf(IdentityLayer.class);
        assertThat(net.set("second", b).get(1)).isSameAs(b);
        assertThat(net.namedChildren().keySet()).containsExactly("first", "second", "third");
        Sequential two = net.slice(0, -1);
        assertThat(two.size()).isEqualTo(2);
        assertThat(two.get("first")).isSameAs(a);
        assertThat(net.slice(3, 3).size()).isZero();
        assertThat(new Sequential(a, b, a).slice(1, 3).add(b).namedChildren().keySet()).containsExactly("1", "2", "3");
        assertThatThrownBy(() -> net.get("fourth"))
                .hasMessage("Sequential: no layer named fourth; there are [first, second, third]");
        assertThatThrownBy(() -> net.set("fourth", b)).hasMessageContaining("no layer named fourth");
        assertThatThrownBy(() -> net.set(3, b)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> net.slice(1, 4)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> net.slice(2, 1)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThat(new Sequential(net.children(Layer.class).subList(0, 2)).size()).isEqualTo(2);
    }

    @Test
    void aCapturedStepSeesReplacedLayers() {
        var net = new Headed();
        java.util.function.UnaryOperator<Tensor> forward = net::call;
        var step = fathom.Captured.of(forward);
        Tensor x = Tensors.ones(3, 2);
        for (int i = 0; i < 5; i++) {
            step.call(x);
        }
        assertThat(step.hasPlan(x)).isTrue();
        net.fc = new Linear(2, 7);
        assertThat(step.call(x)).isEqualToTensor(net.call(x));
        net.body.set(0, new IdentityLayer());
        assertThat(step.call(x)).isEqualToTensor(net.call(x));
    }
}
