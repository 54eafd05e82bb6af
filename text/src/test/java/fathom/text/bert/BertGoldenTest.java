package fathom.text.bert;

import static fathom.testkit.TensorAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import fathom.Captured;
import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.testkit.Formula;
import fathom.testkit.Golden;
import fathom.testkit.GoldenCase;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The models of {@code tools/golden/bert.py}, which have Hugging Face's names, compute the same. */
class BertGoldenTest {
    private static final double TIGHT = 2e-6;

    private static BertConfig config(BertKind kind) {
        return BertConfig.of(
                kind,
                c ->
                        c.vocabSize(50)
                                .hiddenSize(24)
                                .layers(2)
                                .heads(3)
                                .intermediateSize(40)
                                .dropout(0)
                                .labels(3)
                                .maxPositions(kind == BertKind.ROBERTA ? 18 : 16));
    }

    private static GoldenCase golden(BertKind kind) {
        return Golden.load("golden/bert.safetensors")
                .cases(kind.name().toLowerCase(Locale.ROOT))
                .findFirst()
                .orElseThrow();
    }

    /** Gives a network the formula's values under Hugging Face's names, which an encoder has with its prefix. */
    private static <N extends BertNetwork> N filled(N net) {
        net.to(DType.FLOAT64);
        String prefix = net instanceof BertModel ? net.config().kind().modelType() + "." : "";
        var named = net.pretrainedState().rename(n -> prefix + n);
        var report = net.loadPretrained(Formula.weights(named));
        assertThat(report.isComplete()).isTrue();
        return net;
    }

    private static Consumer<BertInputs> inputs(BertKind kind, GoldenCase c) {
        return i -> i.lengths(c.tensor("lengths")).types(kind == BertKind.BERT ? c.tensor("types") : null);
    }

    private static void close(Tensor actual, GoldenCase c, String name) {
        assertThat(actual.to(DType.FLOAT32)).as(name).isCloseTo(c.tensor(name), TIGHT, TIGHT);
    }

    @ParameterizedTest
    @EnumSource
    void encoders(BertKind kind) {
        GoldenCase c = golden(kind);
        var net = filled(new BertModel(config(kind)));
        for (boolean training : new boolean[] {false, true}) {
            net.train(training);
            BertOutput out =
                    net.forward(c.tensor("ids"), i -> inputs(kind, c).andThen(j -> j.hiddenStates(true)).accept(i));
            assertThat(out.hiddenStates()).hasSize(3);
            for (int i = 0; i < 3; i++) {
                close(out.hiddenStates().get(i), c, "hidden" + i);
            }
            assertThat(out.hidden()).isSameAs(out.hiddenStates().getLast());
            if (kind == BertKind.DISTILBERT) {
                assertThat(out.pooled()).isNull();
            } else {
                close(out.pooledOrThrow(), c, "pooled");
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void singlePrecision(BertKind kind) {
        GoldenCase c = golden(kind);
        var net = filled(new BertModel(config(kind)));
        Tensor mask = c.tensor("lengths").unsqueeze(1).gt(Tensors.arange(9)).to(DType.INT64);
        Consumer<BertInputs> in = i -> i.mask(mask).types(kind == BertKind.BERT ? c.tensor("types") : null);
        net.to(DType.FLOAT32);
        assertThat(net.forward(c.tensor("ids"), in).hidden()).isCloseTo(c.tensor("hidden2"), 1e-4, 1e-4);
        net.to(DType.BFLOAT16);
        Tensor hidden = net.forward(c.tensor("ids"), in).hidden();
        assertThat(hidden).hasType(DType.BFLOAT16);
        assertThat(hidden.to(DType.FLOAT32)).isCloseTo(c.tensor("hidden2"), 0.1, 0.1);
    }

    @ParameterizedTest
    @EnumSource
    void maskedLanguageModels(BertKind kind) {
        GoldenCase c = golden(kind);
        var net = filled(new BertForMaskedLM(config(kind)));
        Tensor logits = net.forward(c.tensor("ids"), inputs(kind, c));
        close(logits, c, "mlm");
        Tensor loss = net.loss(logits, c.tensor("mlm_labels"));
        close(loss, c, "mlm_loss");
        loss.backward();
        var parameters = net.namedParameters();
        close(grad(parameters.get("bert.embeddings.word_embeddings.weight")), c, "grad_words");
        close(grad(parameters.get("bert.embeddings.position_embeddings.weight")), c, "grad_positions");
        close(grad(parameters.get("bert.layers.0.self_attn.in_proj_weight")).narrow(0, 0, 24), c, "grad_query");
    }

    private static Tensor grad(Tensor parameter) {
        return Objects.requireNonNull(parameter.grad());
    }

    @ParameterizedTest
    @EnumSource
    void classifiersOfTexts(BertKind kind) {
        GoldenCase c = golden(kind);
        var net = filled(new BertForSequenceClassification(config(kind)));
        Tensor logits = net.forward(c.tensor("ids"), inputs(kind, c));
        close(logits, c, "sequence");
        close(net.loss(logits, c.tensor("classes")), c, "sequence_loss");
    }

    @ParameterizedTest
    @EnumSource
    void classifiersOfTokens(BertKind kind) {
        GoldenCase c = golden(kind);
        var net = filled(new BertForTokenClassification(config(kind)));
        Tensor logits = net.forward(c.tensor("ids"), inputs(kind, c));
        close(logits, c, "token");
        close(net.loss(logits, c.tensor("tags")), c, "token_loss");
    }

    @ParameterizedTest
    @EnumSource
    void questionAnswering(BertKind kind) {
        GoldenCase c = golden(kind);
        var net = filled(new BertForQuestionAnswering(config(kind)));
        Tensor logits = net.forward(c.tensor("ids"), inputs(kind, c));
        close(logits, c, "qa");
        close(net.loss(logits, c.tensor("starts"), c.tensor("ends")), c, "qa_loss");
    }

    @Test
    void pretraining() {
        GoldenCase c = golden(BertKind.BERT);
        var net = filled(new BertForPreTraining(config(BertKind.BERT)));
        var out = net.forward(c.tensor("ids"), null, inputs(BertKind.BERT, c));
        close(out.tokens(), c, "mlm");
        close(out.sentences(), c, "nsp");
        close(net.sentenceLoss(out.sentences(), Tensors.tensor(new long[] {0, 1, 1})), c, "nsp_loss");
        Tensor positions = Tensors.tensor(new long[][] {{0, 5}, {2, 2}, {3, 0}});
        var some = net.forward(c.tensor("ids"), positions, inputs(BertKind.BERT, c));
        assertThat(some.tokens()).hasShape(3, 2, 50);
        assertThat(some.tokens().select(0, 1).select(0, 1).to(DType.FLOAT32))
                .isCloseTo(c.tensor("mlm").select(0, 1).select(0, 2), TIGHT, TIGHT);
        var alone = filled(new BertForNextSentencePrediction(config(BertKind.BERT)));
        close(alone.forward(c.tensor("ids"), inputs(BertKind.BERT, c)), c, "nsp");
    }

    @ParameterizedTest
    @EnumSource
    void captured(BertKind kind) {
        GoldenCase c = golden(kind);
        var net = filled(new BertForMaskedLM(config(kind)));
        var step =
                Captured.ofAll(in -> {
                    net.zeroGrad();
                    Tensor logits =
                            net.forward(
                                    in.get(0),
                                    i -> i.lengths(in.get(2)).types(kind == BertKind.BERT ? in.get(1) : null));
                    net.loss(logits, in.get(3)).backward();
                    return List.of(logits);
                });
        var inputs = new Tensor[] {c.tensor("ids"), c.tensor("types"), c.tensor("lengths"), c.tensor("mlm_labels")};
        for (int i = 0; i < 5; i++) {
            close(step.callAll(inputs).getFirst(), c, "mlm");
            close(grad(net.bert.wordEmbeddings()), c, "grad_words");
        }
        assertThat(step.eagerReason()).isNull();
        assertThat(step.hasPlan(inputs)).isTrue();
    }
}
