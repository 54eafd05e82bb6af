package fathom.text.bert;

import static fathom.testkit.TensorAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import fathom.io.StateDict;
import fathom.testkit.Formula;
import fathom.testkit.Golden;
import fathom.testkit.GoldenCase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The course's files of pretrained models, written as {@code torch.save} does, with the formula's weights. */
class CourseBertTest {
    private static final List<String> PARTS =
            List.of(
                    "attention.W_q",
                    "attention.W_k",
                    "attention.W_v",
                    "attention.W_o",
                    "addnorm1.ln",
                    "ffn.dense1",
                    "ffn.dense2",
                    "addnorm2.ln");

    @TempDir private Path folder;

    private final GoldenCase golden = Golden.load("golden/bert.safetensors").cases("course").findFirst().orElseThrow();

    private StateDict weights() {
        var names = new ArrayList<>(List.of("encoder.pos_embedding"));
        var parts = new ArrayList<>(List.of("hidden.0", "mlm.mlp.0", "mlm.mlp.2", "mlm.mlp.3", "nsp.output"));
        for (int i = 0; i < 2; i++) {
            String block = "encoder.blks." + i + ".";
            PARTS.forEach(p -> parts.add(block + p));
        }
        names.add("encoder.token_embedding.weight");
        names.add("encoder.segment_embedding.weight");
        parts.forEach(p -> {
            names.add(p + ".weight");
            names.add(p + ".bias");
        });
        var state = new StateDict();
        names.forEach(n -> state.put(n, Formula.weights(n, golden.tensor("state/" + n).toLongArray())));
        return state;
    }

    private void write(StateDict weights, int words) throws IOException {
        weights.save(folder.resolve("pretrained.pth"));
        Files.move(folder.resolve("pretrained.pth"), folder.resolve("pretrained.params"));
        var tokens = new StringBuilder("[\"<unk>\", \"<pad>\", \"<mask>\", \"<cls>\", \"<sep>\"");
        for (int i = 5; i < words; i++) {
            tokens.append(", \"w").append(i).append('"');
        }
        Files.writeString(folder.resolve("vocab.json"), tokens.append("]"));
    }

    @Test
    void computesWhatTheCourseComputes() throws IOException {
        write(weights(), 50);
        CourseBert loaded = CourseBert.load(folder, 3);
        assertThat(loaded.vocabulary().token(5)).isEqualTo("w5");
        var net = loaded.model();
        net.eval();
        var out =
                net.forward(
                        golden.tensor("ids"),
                        null,
                        i -> i.types(golden.tensor("types")).lengths(golden.tensor("lengths")));
        assertThat(out.hidden()).isCloseTo(golden.tensor("hidden2"), 1e-4, 1e-4);
        assertThat(out.tokens()).isCloseTo(golden.tensor("mlm"), 1e-4, 1e-4);
        assertThat(out.sentences()).isCloseTo(golden.tensor("nsp"), 1e-4, 1e-4);

        var classifier = new BertForSequenceClassification(net.config().with(c -> c.labels(3)));
        var report = classifier.loadPretrained(net.pretrainedState());
        assertThat(report.missing()).containsExactly("classifier.weight", "classifier.bias");
        classifier.eval();
        assertThat(classifier.bert.forward(golden.tensor("ids")))
                .isEqualToTensor(net.bert.forward(golden.tensor("ids")));

        Path saved = folder.resolve("saved");
        net.savePretrained(saved);
        var again = BertForPreTraining.fromPretrained(saved);
        again.eval();
        assertThat(again.config()).isEqualTo(net.config());
        assertThat(again.forward(golden.tensor("ids"))).isEqualToTensor(net.forward(golden.tensor("ids")));
    }

    @Test
    void whatIsDamagedIsNamed() throws IOException {
        assertThatThrownBy(() -> CourseBert.load(folder, 3)).isInstanceOf(UncheckedIOException.class);
        assertThatThrownBy(() -> CourseBert.load("bert.huge")).hasMessageContaining("bert.small and bert.base");
        write(weights().filter(n -> !n.equals("encoder.blks.1.attention.W_k.bias")), 50);
        assertThatThrownBy(() -> CourseBert.load(folder, 3))
                .hasMessageContaining("bert.encoder.layer.1.attention.self.key.bias: missing");
        Files.writeString(folder.resolve("vocab.json"), "[\"<unk>\", \"<pad>\"]");
        assertThatThrownBy(() -> CourseBert.load(folder, 3)).hasMessageContaining("2 words");
        Files.writeString(folder.resolve("vocab.json"), "{\"a\": 1}");
        assertThatThrownBy(() -> CourseBert.load(folder, 3)).hasMessageContaining("vocab.json: not a list of words");
    }
}
