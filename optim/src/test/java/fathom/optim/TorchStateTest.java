package fathom.optim;

import static fathom.testkit.TensorAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import fathom.Tensor;
import fathom.Tensors;
import fathom.io.StateDict;
import fathom.io.TorchCheckpoint;
import fathom.optim.rule.ASGD;
import fathom.optim.rule.LBFGS;
import fathom.optim.rule.RAdam;
import fathom.optim.rule.Rprop;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** States of optimisers in PyTorch's form: files that PyTorch has written are continued, and written alike. */
class TorchStateTest {
    @TempDir Path folder;

    private Map<?, ?> golden(String rule) throws IOException {
        Path file = folder.resolve(rule + ".pth");
        try (InputStream in =
                Objects.requireNonNull(getClass().getResourceAsStream("/golden/states/" + rule + ".pth"), rule)) {
            Files.copy(in, file);
        }
        return TorchCheckpoint.load(file);
    }

    private static List<Tensor> tensors(Map<?, ?> golden, String name) {
        return ((List<?>) golden.get(name)).stream().map(t -> ((Tensor) t).clone().detach()).toList();
    }

    /** An optimiser with other settings than the file's, which loading replaces. */
    private static Optimizer optimizer(String rule, List<Tensor> p) {
        List<ParameterGroup> groups =
                List.of(ParameterGroup.of(List.of(p.get(0))), ParameterGroup.of(List.of(p.get(1))));
        return switch (rule) {
            case "SGD" -> new SGD(groups, 1);
            case "Adam" -> new Adam(groups, 1);
            case "AdamW" -> new AdamW(groups, 1);
            case "RMSprop" -> new RMSprop(groups, 1);
            case "Adagrad" -> new Adagrad(groups, 1);
            case "Adadelta" -> new Adadelta(groups, 1);
            case "Adamax" -> new Adamax(groups, 1);
            case "RAdam" -> new RAdam(groups, 1);
            case "ASGD" -> new ASGD(groups, 1);
            case "Rprop" -> new Rprop(groups, 1);
            default -> new NAdam(groups, 1);
        };
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SGD",
                "Adam",
                "AdamW",
                "RMSprop",
                "Adagrad",
                "Adadelta",
                "Adamax",
                "NAdam",
                "RAdam",
                "ASGD",
                "Rprop"
            })
    void aTrainingInPyTorchIsContinuedAndHandedBack(String rule) throws IOException {
        Map<?, ?> golden = golden(rule);
        assertThat(golden.get("epoch")).isEqualTo(3L);
        List<Tensor> parameters = tensors(golden, "params");
        parameters.forEach(Tensor::requiresGrad_);
        Optimizer optimizer = optimizer(rule, parameters);
        Map<?, ?> torch = (Map<?, ?>) golden.get("optimizer");
        optimizer.loadTorchStateDict(torch);
        assertThat(optimizer.groups()).extracting(ParameterGroup::lr).isEqualTo(golden.get("lr"));

        // what is written has PyTorch's values under PyTorch's names
        Path written = folder.resolve("written.pth");
        TorchCheckpoint.save(written, Map.of("optimizer", optimizer.torchStateDict(), "epoch", 3));
        Map<?, ?> again = (Map<?, ?>) TorchCheckpoint.load(written).get("optimizer");
        assertContains((Map<?, ?>) torch.get("state"), (Map<?, ?>) again.get("state"));
        for (int i = 0; i < 2; i++) {
            var expected = new LinkedHashMap<Object, Object>((Map<?, ?>) ((List<?>) torch.get("param_groups")).get(i));
            expected.keySet().removeAll(List.of("foreach", "capturable", "differentiable", "fused"));
            assertContains(expected, (Map<?, ?>) ((List<?>) again.get("param_groups")).get(i));
        }

        List<?> gradients = (List<?>) golden.get("gradients");
        for (Object step : gradients) {
            for (int i = 0; i < 2; i++) {
                parameters.get(i).setGrad(((Tensor) ((List<?>) step).get(i)).clone());
            }
            optimizer.step();
        }
        List<Tensor> after = tensors(golden, "after");
        for (int i = 0; i < 2; i++) {
            assertThat(parameters.get(i).detach()).as("parameter %d", i).isCloseTo(after.get(i), 1e-6, 1e-6);
        }
    }

    @Test
    void lbfgsOfPyTorchIsContinuedAndHandedBack() throws IOException {
        Map<?, ?> golden = golden("LBFGS");
        List<Tensor> p = tensors(golden, "params");
        p.forEach(Tensor::requiresGrad_);
        var optimizer = new LBFGS(p, 1);
        optimizer.loadTorchStateDict((Map<?, ?>) golden.get("optimizer"));
        assertThat(optimizer.groups().getFirst().values())
                .containsEntry("lr", 0.8)
                .containsEntry("strongWolfe", 1.0)
                .containsEntry("historySize", 4.0);
        Path written = folder.resolve("lbfgs.pth");
        TorchCheckpoint.save(written, Map.of("optimizer", optimizer.torchStateDict()));
        Map<?, ?> again = (Map<?, ?>) TorchCheckpoint.load(written).get("optimizer");
        Map<?, ?> group = (Map<?, ?>) ((List<?>) again.get("param_groups")).getFirst();
        assertThat(group.get("line_search_fn")).isEqualTo("strong_wolfe");
        assertThat(group.get("max_iter")).isEqualTo(3L);
        Map<?, ?> state = (Map<?, ?>) ((Map<?, ?>) again.get("state")).get(0L);
        assertThat(((List<?>) state.get("old_dirs"))).hasSize(3);
        var handedBack = new LBFGS(tensors(golden, "params"), 1);
        handedBack.loadTorchStateDict(again);
        assertThat(handedBack.stateDict().numbers()).isEqualTo(optimizer.stateDict().numbers());
        for (int i = 0; i < 2; i++) {
            optimizer.step(() -> {
                optimizer.zeroGrad();
                Tensor w = p.get(0);
                Tensor b = p.get(1);
                Tensor loss = w.sum(1).sub(b).square().sum().add(w.pow(4).sum()).add(b.cosh().sum());
                loss.backward();
                return loss;
            });
        }
        List<Tensor> after = tensors(golden, "after");
        for (int i = 0; i < 2; i++) {
            assertThat(p.get(i).detach()).as("parameter %d", i).isCloseTo(after.get(i), 1e-4, 1e-5);
        }
    }

    private static void assertContains(Map<?, ?> expected, Map<?, ?> actual) {
        assertThat(new ArrayList<Object>(actual.keySet())).containsAll(new ArrayList<Object>(expected.keySet()));
        expected.forEach((key, value) -> {
            Object other = actual.get(key);
            switch (value) {
                case Map<?, ?> m -> assertContains(m, (Map<?, ?>) other);
                case Tensor t when other instanceof Tensor o -> assertThat(o).isCloseTo(t, 1e-6, 1e-7);
                case Number n -> {
                    double number = other instanceof Tensor o ? o.item() : ((Number) other).doubleValue();
                    assertThat(number).as(String.valueOf(key)).isEqualTo(n.doubleValue());
                }
                case null, default -> assertThat(other).as(String.valueOf(key)).isEqualTo(value);
            }
        });
    }

    @Test
    void aStateThatDoesNotFitIsRefusedBeforeAnythingChanges() {
        Tensor w = Tensors.ones(3).requiresGrad_();
        var adam = new Adam(List.of(w), 0.1);
        w.setGrad(Tensors.ones(3));
        adam.step();
        Map<String, Object> state = adam.torchStateDict();
        Tensor other = Tensors.ones(4).requiresGrad_();
        var larger = new Adam(List.of(other), 0.5);
        assertThatThrownBy(() -> larger.loadTorchStateDict(state))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("state.0.exp_avg has shape [3], the parameter [4]");
        assertThat(larger.lr()).isEqualTo(0.5);
        var two = new Adam(List.of(w, other), 0.5);
        assertThatThrownBy(() -> two.loadTorchStateDict(state))
                .hasMessageContaining("group 0 of the state does not have the 2 parameters");
        assertThatThrownBy(() -> two.loadTorchStateDict(Map.of("lr", 1)))
                .hasMessageContaining("expected a dictionary with state and param_groups");
        assertThatThrownBy(() -> new SGD(List.of(w), 1).loadTorchStateDict(state))
                .hasMessageContaining("SGD: the state does not fit");
    }

    @Test
    void nestedDictionariesAreReadAsTheyWereWritten() throws IOException {
        Path file = folder.resolve("all.pth");
        Tensor shared = Tensors.arange(6).reshape(2, 3);
        var content = new LinkedHashMap<String, Object>();
        content.put("model_state_dict", new StateDict().put("a.weight", shared).put("view", shared.t()));
        content.put("numbers", List.of(-1L, 300L, 1L << 40, 0.5));
        content.put("tuple", new double[] {0.9, 0.999});
        content.put("nothing", null);
        content.put("flags", Map.of(0, true, 7L, false));
        content.put("text", "käse");
        content.put("empty", List.of(List.of(), Map.of()));
        content.put("twice", List.of(shared, shared));
        TorchCheckpoint.save(file, content);
        Map<Object, Object> read = TorchCheckpoint.load(file);
        assertThat(read.keySet()).containsExactlyElementsOf(content.keySet());
        assertThat(read.get("numbers")).isEqualTo(List.of(-1L, 300L, 1L << 40, 0.5));
        assertThat(read.get("tuple")).isEqualTo(List.of(0.9, 0.999));
        assertThat(read.get("nothing")).isNull();
        assertThat(read.get("flags")).isEqualTo(Map.of(0L, true, 7L, false));
        assertThat(read.get("text")).isEqualTo("käse");
        assertThat(read.get("empty")).isEqualTo(List.of(List.of(), Map.of()));
        Map<?, ?> model = (Map<?, ?>) read.get("model_state_dict");
        assertThat((Tensor) model.get("view")).isCloseTo(shared.t(), 0, 0);
        assertThat(StateDict.load(file).names()).containsExactly("a.weight", "view");

        byte[] before = Files.readAllBytes(file);
        assertThatThrownBy(() -> TorchCheckpoint.save(file, Map.of("a", Map.of("b", new Object()))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("a.b is a Object");
        var cycle = new ArrayList<Object>();
        cycle.add(cycle);
        assertThatThrownBy(() -> TorchCheckpoint.save(file, Map.of("a", cycle))).hasMessageContaining("holds itself");
        assertThatThrownBy(() -> TorchCheckpoint.save(file, Map.of("a", Map.of(0.5, 1)))).hasMessageContaining("0.5");
        assertThat(Files.readAllBytes(file)).isEqualTo(before);
        Path other = Files.writeString(folder.resolve("text.pth"), "hello");
        assertThatThrownBy(() -> TorchCheckpoint.load(other)).isInstanceOf(IOException.class);
    }
}
