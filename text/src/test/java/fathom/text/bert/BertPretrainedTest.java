package fathom.text.bert;

import static fathom.testkit.TensorAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import fathom.DType;
import fathom.Device;
import fathom.Tensor;
import fathom.Tensors;
import fathom.io.StateDict;
import fathom.nn.Block;
import fathom.text.pretrained.PretrainedConfig;
import fathom.text.pretrained.PretrainedFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Folders with models of BERT's family: names, what is missing or unexpected, and what is written. */
class BertPretrainedTest {
    private static final Tensor IDS = Tensors.tensor(new long[][] {{3, 4, 5, 6}});

    @TempDir private Path folder;

    private static BertConfig config(BertKind kind) {
        return BertConfig.of(
                kind, c -> c.vocabSize(20).hiddenSize(8).layers(2).heads(2).intermediateSize(12).maxPositions(10));
    }

    private void save(StateDict weights) {
        PretrainedFolder.save(folder, PretrainedConfig.of(config(BertKind.BERT).settings()), weights);
    }

    @ParameterizedTest
    @EnumSource
    void whatIsSavedIsLoaded(BertKind kind) {
        var net = new BertForMaskedLM(config(kind));
        net.eval();
        net.savePretrained(folder);
        var again = BertForMaskedLM.fromPretrained(folder);
        assertThat(again.config()).isEqualTo(net.config());
        again.eval();
        assertThat(again.forward(IDS)).isEqualToTensor(net.forward(IDS));
        var encoder = BertModel.fromPretrained(folder);
        encoder.eval();
        assertThat(encoder.hasPooler()).isFalse();
        assertThat(encoder.forward(IDS)).isEqualToTensor(net.bert.forward(IDS));
        assertThat(PretrainedFolder.open(folder).config().texts("architectures"))
                .containsExactly(
                        switch (kind) {
                            case BERT -> "BertForMaskedLM";
                            case ROBERTA -> "RobertaForMaskedLM";
                            case DISTILBERT -> "DistilBertForMaskedLM";
                        });
    }

    @Test
    void namesAreHuggingFaces() {
        assertThat(new BertForPreTraining(config(BertKind.BERT).with(c -> c.layers(1))).pretrainedState().names())
                .containsExactlyInAnyOrder(
                        "bert.embeddings.word_embeddings.weight",
                        "bert.embeddings.position_embeddings.weight",
                        "bert.embeddings.token_type_embeddings.weight",
                        "bert.embeddings.LayerNorm.weight",
                        "bert.embeddings.LayerNorm.bias",
                        "bert.encoder.layer.0.attention.self.query.weight",
                        "bert.encoder.layer.0.attention.self.query.bias",
                        "bert.encoder.layer.0.attention.self.key.weight",
                        "bert.encoder.layer.0.attention.self.key.bias",
                        "bert.encoder.layer.0.attention.self.value.weight",
                        "bert.encoder.layer.0.attention.self.value.bias",
                        "bert.encoder.layer.0.attention.output.dense.weight",
                        "bert.encoder.layer.0.attention.output.dense.bias",
                        "bert.encoder.layer.0.attention.output.LayerNorm.weight",
                        "bert.encoder.layer.0.attention.output.LayerNorm.bias",
                        "bert.encoder.layer.0.intermediate.dense.weight",
                        "bert.encoder.layer.0.intermediate.dense.bias",
                        "bert.encoder.layer.0.output.dense.weight",
                        "bert.encoder.layer.0.output.dense.bias",
                        "bert.encoder.layer.0.output.LayerNorm.weight",
                        "bert.encoder.layer.0.output.LayerNorm.bias",
                        "bert.pooler.dense.weight",
                        "bert.pooler.dense.bias",
                        "cls.predictions.transform.dense.weight",
                        "cls.predictions.transform.dense.bias",
                        "cls.predictions.transform.LayerNorm.weight",
                        "cls.predictions.transform.LayerNorm.bias",
                        "cls.predictions.bias",
                        "cls.seq_relationship.weight",
                        "cls.seq_relationship.bias");
        assertThat(new BertForSequenceClassification(config(BertKind.DISTILBERT)).pretrainedState().names())
                .contains(
                        "distilbert.transformer.layer.1.attention.q_lin.weight",
                        "distilbert.transformer.layer.1.sa_layer_norm.bias",
                        "distilbert.transformer.layer.1.ffn.lin2.weight",
                        "pre_classifier.weight",
                        "classifier.bias")
                .noneMatch(n -> n.contains("token_type") || n.contains("pooler"));
        assertThat(new BertForSequenceClassification(config(BertKind.ROBERTA)).pretrainedState().names())
                .contains(
                        "roberta.encoder.layer.1.output.dense.weight",
                        "classifier.dense.weight",
                        "classifier.out_proj.bias")
                .noneMatch(n -> n.contains("pooler"));
    }

    @Test
    void oldNamesAndCopiesOfTheDecoder() {
        var net = new BertForPreTraining(config(BertKind.BERT));
        net.eval();
        StateDict old =
                net.pretrainedState()
                        .rename(n ->
                                n.replace("LayerNorm.weight", "LayerNorm.gamma")
                                        .replace("LayerNorm.bias", "LayerNorm.beta"));
        Tensor words = old.get("bert.embeddings.word_embeddings.weight");
        old.put("cls.predictions.decoder.weight", words);
        old.put("cls.predictions.decoder.bias", old.get("cls.predictions.bias"));
        old.put("bert.embeddings.position_ids", Tensors.arange(10).unsqueeze(0));
        save(old);
        var reports = new ArrayList<Block.LoadReport>();
        var again = BertForPreTraining.fromPretrained(folder, o -> o.report(reports::add));
        again.eval();
        assertThat(again.forward(IDS)).isEqualToTensor(net.forward(IDS));
        assertThat(reports.getFirst().isComplete()).isTrue();

        save(old.filter(n -> !n.equals("cls.predictions.bias")));
        assertThat(BertForPreTraining.fromPretrained(folder).forward(IDS).size(2)).isEqualTo(20);

        old.put("cls.predictions.decoder.weight", words.mul(40));
        save(old);
        assertThatThrownBy(() -> BertForPreTraining.fromPretrained(folder))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(
                        "cls.predictions.decoder.weight: differs from bert.embeddings.word_embeddings.weight");
        var untied = BertForMaskedLM.fromPretrained(folder, o -> o.config(c -> c.decoderTied(false)));
        untied.eval();
        assertThat(untied.forward(IDS).sub(net.forward(IDS)).abs().max().item()).isGreaterThan(0.01);
    }

    @Test
    void headsAreNewOrIgnored() {
        var pretrained = new BertForPreTraining(config(BertKind.BERT));
        pretrained.savePretrained(folder);
        var reports = new ArrayList<Block.LoadReport>();
        var classifier =
                BertForSequenceClassification.fromPretrained(
                        folder, o -> o.labels(List.of("bad", "fair", "good")).report(reports::add));
        assertThat(classifier.forward(IDS)).hasShape(1, 3);
        assertThat(reports.getFirst().missing()).containsExactly("classifier.weight", "classifier.bias");
        assertThat(reports.getFirst().unexpected()).contains("cls.predictions.bias", "cls.seq_relationship.weight");
        classifier.savePretrained(folder);
        var again = BertForSequenceClassification.fromPretrained(folder);
        assertThat(again.config().labels()).containsExactly("bad", "fair", "good");
        var other = BertForSequenceClassification.fromPretrained(folder, o -> o.labels(List.of("no", "yes")));
        assertThat(other.forward(IDS)).hasShape(1, 2);
        // the weights of a classifier of texts do not make one of tokens, but of the same shape they are taken
        assertThat(BertForTokenClassification.fromPretrained(folder).forward(IDS)).hasShape(1, 4, 3);
    }

    @Test
    void whatDoesNotFitIsListed() {
        var net = new BertModel(config(BertKind.BERT));
        StateDict whole = net.pretrainedState();
        save(whole.filter(n -> !n.startsWith("encoder.layer.1.attention.self.k")));
        assertThatThrownBy(() -> BertModel.fromPretrained(folder))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("do not fit BertModel")
                .hasMessageContaining("encoder.layer.1.attention.self.key.weight: missing")
                .hasMessageContaining("encoder.layer.1.attention.self.key.bias: missing");
        assertThat(BertModel.fromPretrained(folder, o -> o.strict(false)).hasPooler()).isTrue();
        save(whole.copy().put("encoder.layer.7.output.dense.bias", Tensors.ones(8)));
        assertThatThrownBy(() -> BertModel.fromPretrained(folder))
                .hasMessageContaining("encoder.layer.7.output.dense.bias: unexpected");
        save(whole.copy().put("pooler.dense.bias", Tensors.ones(9)));
        assertThatThrownBy(() -> BertModel.fromPretrained(folder))
                .hasMessageContaining("pooler.dense.bias: is [9] in the file, [8] in the model");
        save(whole.filter(n -> !n.equals("pooler.dense.bias")));
        assertThatThrownBy(() -> BertModel.fromPretrained(folder)).hasMessageContaining("pooler.dense.bias: missing");
    }

    @Test
    void filesOfTorchAndShards() throws IOException {
        var net = new BertModel(config(BertKind.BERT));
        net.eval();
        save(new StateDict());
        Files.delete(folder.resolve("model.safetensors"));
        net.pretrainedState().save(folder.resolve("pytorch_model.bin"));
        var again = BertModel.fromPretrained(folder);
        again.eval();
        assertThat(again.forward(IDS)).isEqualToTensor(net.forward(IDS));
        Files.delete(folder.resolve("pytorch_model.bin"));
        net.pretrainedState().save(folder.resolve("model.safetensors"), 1000);
        assertThat(folder.resolve("model.safetensors.index.json")).exists();
        var sharded = BertModel.fromPretrained(folder);
        sharded.eval();
        assertThat(sharded.forward(IDS)).isEqualToTensor(net.forward(IDS));
    }

    @Test
    void configurations() throws IOException {
        Files.writeString(folder.resolve("config.json"), "{\"model_type\": \"gpt2\"}");
        assertThatThrownBy(() -> BertModel.fromPretrained(folder)).isInstanceOf(UncheckedIOException.class);
        new BertModel(config(BertKind.BERT)).savePretrained(folder);
        Files.writeString(folder.resolve("config.json"), "{\"model_type\": \"gpt2\"}");
        assertThatThrownBy(() -> BertModel.fromPretrained(folder))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("config.json: the model_type 'gpt2' is none of BERT's family")
                .hasMessageContaining("distilbert");
        assertThatThrownBy(() ->
                        BertConfig.of(
                                PretrainedConfig.of(
                                        Map.of("model_type", "bert", "position_embedding_type", "relative_key"))))
                .hasMessageContaining("relative_key");
        assertThatThrownBy(() -> BertConfig.of(c -> c.heads(5))).hasMessageContaining("5 heads do not divide");
        assertThatThrownBy(() -> BertConfig.of(c -> c.activation("mish"))).hasMessageContaining("mish");
        assertThatThrownBy(() -> new BertForPreTraining(config(BertKind.ROBERTA)))
                .hasMessageContaining("roberta is not pretrained on next sentences");
        var source =
                PretrainedConfig.of(Map.of("model_type", "xlm-roberta", "hidden_size", 8, "num_attention_heads", 2));
        assertThat(BertConfig.of(source).kind()).isEqualTo(BertKind.ROBERTA);
        var defaults = BertConfig.of(PretrainedConfig.of(Map.of("model_type", "bert")));
        assertThat(defaults).isEqualTo(BertConfig.of(c -> {}));
        assertThat(BertConfig.of(PretrainedConfig.of(Map.of("model_type", "bert", "num_labels", 3))).labels())
                .hasSize(3);
        assertThat(BertConfig.of(PretrainedConfig.of(defaults.settings()))).isEqualTo(defaults);
    }

    @Test
    void settingsThatOthersNeedAreKept() throws IOException {
        var net = new BertModel(config(BertKind.BERT));
        var settings = PretrainedConfig.of(net.config().settings()).with(Map.of("position_scale", 3));
        PretrainedFolder.save(folder, settings, net.pretrainedState());
        BertModel.fromPretrained(folder).savePretrained(folder.resolve("copy"));
        assertThat(PretrainedFolder.open(folder.resolve("copy")).config().integer("position_scale")).isEqualTo(3);
    }

    @Test
    void parametersOfBertBase() {
        // Devlin et al. round to 110 million; Hugging Face's BertModel with this vocabulary has these
        long parameters =
                Device.META.with(() -> new BertModel(BertConfig.of(c -> {}))).parameters().stream()
                        .mapToLong(Tensor::numel)
                        .sum();
        assertThat(parameters).isEqualTo(109_482_240);
    }

    @Test
    void wrongInputsAreRefused() {
        var net = new BertModel(config(BertKind.BERT));
        assertThatThrownBy(() -> net.forward(Tensors.arange(4)))
                .hasMessageContaining("expected token ids [N, L], got [4]");
        assertThatThrownBy(() -> net.forward(Tensors.zeros(DType.INT64, 1, 11)))
                .hasMessageContaining("there are 11 tokens, but positions for 10");
        assertThatThrownBy(() -> net.forward(IDS, i -> i.types(Tensors.arange(4))))
                .hasMessageContaining("types [4]: expected [1, 4]");
        assertThatThrownBy(() -> net.forward(IDS, i -> i.lengths(Tensors.arange(2))))
                .hasMessageContaining("lengths [2]: expected [1]");
        assertThatThrownBy(() ->
                        new BertModel(config(BertKind.DISTILBERT))
                                .forward(IDS, i -> i.types(Tensors.zeros(DType.INT64, 1, 4))))
                .hasMessageContaining("distilbert has no token types");
        assertThat(net.forward(Tensors.zeros(DType.INT64, 0, 4))).hasShape(0, 4, 8);
    }

    @Test
    void answers() {
        var net = new BertForQuestionAnswering(config(BertKind.BERT));
        Tensor logits = Tensors.tensor(new float[][][] {{{9, 9}, {1, 0}, {5, 2}, {0, 4}, {0, 8}}});
        Tensor allowed = Tensors.tensor(new boolean[][] {{false, true, true, true, true}});
        assertThat(net.spans(logits, allowed, 2)).containsExactly(new BertForQuestionAnswering.Span(2, 3, 9));
        assertThat(net.spans(logits, allowed, 5)).containsExactly(new BertForQuestionAnswering.Span(2, 4, 13));
    }
}
